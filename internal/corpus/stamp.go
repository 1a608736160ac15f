package corpus

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Stamp identifies content.
type Stamp struct {
	Size   int64  // bytes as stored, of all files
	SHA256 string // hexadecimal
}

// StampOf hashes what Open would read. For a file it is the hash of its bytes, as sha256sum gives it, whatever its name;
// for a folder, that of its files in order, each with its name in the folder. Errors are *Error.
// Where documents are split or links are read, how that is done is a part of it.
func StampOf(path string, o Options) (Stamp, error) {
	st, err := stampOf(path, o)
	if how := o.how(); err == nil && how != "" {
		sum := sha256.Sum256([]byte(how + " " + st.SHA256))
		st.SHA256 = hex.EncodeToString(sum[:])
	}
	return st, err
}

func stampOf(path string, o Options) (Stamp, error) {
	files, err := filesOf(path, o)
	if err != nil {
		return Stamp{}, err
	}
	if len(files) == 1 && files[0] == path {
		return stampFile(path)
	}
	var all Stamp
	h := sha256.New()
	for _, f := range files {
		one, err := stampFile(f)
		if err != nil {
			return Stamp{}, err
		}
		all.Size += one.Size
		fmt.Fprintf(h, "%q %d %s\n", nameIn(path, f), one.Size, one.SHA256)
	}
	all.SHA256 = hex.EncodeToString(h.Sum(nil))
	return all, nil
}

func stampFile(path string) (Stamp, error) {
	f, err := os.Open(path)
	if err != nil {
		return Stamp{}, &Error{File: path, Rule: "stream", Message: "cannot be opened", Err: err}
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return Stamp{}, &Error{File: path, Rule: "stream", Message: "cannot be read", Err: err}
	}
	return Stamp{Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

// QuickStamp is made of size, time of change and inode of what Open would read, without reading it. An equal one says
// that the content is probably unchanged; a different one says nothing: compare StampOf then. Errors are *Error.
func QuickStamp(path string, o Options) (string, error) {
	files, err := filesOf(path, o)
	if err != nil {
		return "", err
	}
	var parts []string
	for _, f := range files {
		info, err := statFile(f)
		if err != nil {
			return "", err
		}
		parts = append(parts, fmt.Sprintf("%s%d-%d-%d", prefix(path, f), info.Size(), info.ModTime().UnixNano(), inode(info)))
	}
	if how := o.how(); how != "" {
		parts = append(parts, how)
	}
	return strings.Join(parts, " "), nil
}

// how is what decides, beside the content, which passages a file gives and what is kept of them; "" for the usual.
func (o Options) how() string {
	if o.Fields.Links == "" {
		return o.Chunk.String()
	}
	return strings.TrimSpace(o.Chunk.String() + fmt.Sprintf(" links %q", o.Fields.Links))
}

// prefix names a file of a folder; a single file needs no name.
func prefix(path, file string) string {
	if path == file {
		return ""
	}
	return fmt.Sprintf("%q:", nameIn(path, file))
}

// nameIn is the name of a file in its folder, the same on every system.
func nameIn(dir, file string) string {
	rel, err := filepath.Rel(dir, file)
	if err != nil {
		rel = file
	}
	return filepath.ToSlash(rel)
}

// filesOf are the files that Open would read.
func filesOf(path string, o Options) ([]string, error) {
	info, err := statFile(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	_, lay, err := folderFormat(path, Options{Hub: o.Hub})
	if err != nil {
		return nil, err
	}
	return lay.files(), nil
}
