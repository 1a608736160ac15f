package hub

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// file is one file of the folder.
type file struct {
	path string // slash-separated, relative to the folder
	name string // on this machine
	size int64

	large     bool   // goes to large-file storage
	ignored   bool   // is not wanted
	unchanged bool   // is there already, or is not wanted
	oid       string // sha256, of a large file
}

// list is the regular files of a folder, by path.
func list(dir string) (files []*file, err error) {
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is not a regular file", name)
		}
		rel, err := filepath.Rel(dir, name)
		files = append(files, &file{path: filepath.ToSlash(rel), name: name, size: info.Size()})
		return err
	})
	return files, err
}

func (f *file) read() ([]byte, error) { return os.ReadFile(f.name) }

// head is the first 512 bytes, from which the Hub tells text from binary.
func (f *file) head() ([]byte, error) {
	r, err := os.Open(f.name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, 512))
}

// compare notes whether the Hub has the file: known is its id there, the hash of the content of what is in storage, and else of a
// blob of git.
func (f *file) compare(known string, inStorage bool) error {
	r, err := os.Open(f.name)
	if err != nil {
		return err
	}
	defer r.Close()
	h := sha256.New()
	if !inStorage {
		h = sha1.New() // git's own id of the content
		fmt.Fprintf(h, "blob %d\x00", f.size)
	}
	if _, err := io.Copy(h, r); err != nil {
		return err
	}
	sum := hex.EncodeToString(h.Sum(nil))
	if f.large {
		f.oid = sum
	}
	f.unchanged = f.unchanged || known == sum
	return nil
}

func changedOf(files []*file) (changed []*file) {
	for _, f := range files {
		if !f.unchanged {
			changed = append(changed, f)
		}
	}
	return changed
}
