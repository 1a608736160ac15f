package export

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// Files makes the files of one data set, inside its temporary directory and nowhere else.
type Files struct {
	root   *os.Root
	made   []*output
	create func(name string) (handle, error) // root's; tests put a full disk here
}

// handle is what a file is written through.
type handle interface {
	io.WriteCloser
	Sync() error
}

func newFiles(dir string) (*Files, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	f := &Files{root: root}
	f.create = func(name string) (handle, error) {
		return root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	}
	return f, nil
}

// Create starts a file of which path, table and split are given. Paths that leave the data set are errors.
func (f *Files) Create(file File) (*output, error) {
	name := file.Path
	if dir := path.Dir(name); dir != "." {
		if err := f.root.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
	}
	h, err := f.create(name)
	if err != nil {
		return nil, err
	}
	o := newOutput(file, h)
	f.made = append(f.made, o)
	return o, nil
}

// rename gives a closed file its final name, for names that are known only at the end.
func (f *Files) rename(o *output, name string) error {
	if err := f.root.Rename(o.Path, name); err != nil {
		return err
	}
	o.Path = name
	return nil
}

// put writes a whole file.
func (f *Files) put(name string, content []byte) error {
	o, err := f.Create(File{Path: name})
	if err != nil {
		return err
	}
	if _, err := io.Copy(o, bytes.NewReader(content)); err != nil {
		return err
	}
	return o.Close()
}

// list is the files by path.
func (f *Files) list() []File {
	list := make([]File, 0, len(f.made))
	for _, o := range f.made {
		list = append(list, o.File)
	}
	slices.SortFunc(list, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// decoded is about the bytes of each file in memory.
func (f *Files) decoded() map[string]int64 {
	sizes := map[string]int64{}
	for _, o := range f.made {
		sizes[o.Path] = o.decoded
	}
	return sizes
}

// quickSums are those of the files by their paths: see [output].
func (f *Files) quickSums() map[string]uint64 {
	sums := map[string]uint64{}
	for _, o := range f.made {
		sums[o.Path] = o.quick.Sum64()
	}
	return sums
}

// sync makes the directory entries durable; the files are since their Close.
func (f *Files) sync() error {
	dirs := map[string]bool{".": true}
	for _, o := range f.made {
		for d := path.Dir(o.Path); d != "."; d = path.Dir(d) {
			dirs[d] = true
		}
	}
	for name := range dirs {
		d, err := f.root.Open(name)
		if err != nil {
			return err
		}
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return err
		}
	}
	return f.root.Close()
}

// abandon closes what is still open; the caller removes the directory.
func (f *Files) abandon() {
	for _, o := range f.made {
		if o.h != nil {
			o.abandon()
		}
	}
	_ = f.root.Close()
}
