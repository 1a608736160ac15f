package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
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

// Replaceable reports what stands in the way of DIR/FORMAT, written with Force: ErrForeign or ErrNoFolder. It changes nothing,
// and is for those who want to know before they begin work that ends in an export.
func Replaceable(formatName, dir string) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return fmt.Errorf("%w: %s is not a folder", ErrNoFolder, dir)
	}
	target := filepath.Join(dir, formatName)
	switch _, err := os.Lstat(target); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w", ErrNoFolder, err)
	case !isOurs(target):
		return fmt.Errorf("%s: %w", target, ErrForeign)
	}
	return nil
}
