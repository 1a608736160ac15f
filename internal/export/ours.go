package export

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// isOurs reports whether what stands at a path may be replaced: an export, by its manifest, or a folder with nothing in it.
// Whoever names the wrong folder must not lose what is there.
func isOurs(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false // a file too
	}
	if len(entries) == 0 {
		return true
	}
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return false
	}
	var m Manifest
	return json.Unmarshal(b, &m) == nil && m.SchemaVersion > 0 && m.Format != "" && len(m.Files) > 0
}
