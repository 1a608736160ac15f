package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// frozen reports whether a run lies where nobody writes and nothing can be written, such as a read-only copy. SQLite keeps an index of
// the write-ahead log beside the file even for a reader; where it can't make one, the file must be read as one that never changes.
// Then the log is not read, so one that holds anything is an error here, unless its index came with it.
func frozen(dir, path string) (bool, error) {
	if writable(dir) {
		return false, nil
	}
	if _, running := Running(dir); running {
		return false, nil // another user's, whose index can be read
	}
	log, err := os.Stat(path + "-wal")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil:
		return false, &Error{Op: "open " + path, Err: err}
	case log.Size() == 0:
		return true, nil
	}
	index, err := os.Open(path + "-shm")
	if err != nil {
		return false, &Error{Op: "open " + path, Err: fmt.Errorf("%s can't be written, and %s-wal holds changes that are not in %s yet", dir, FileName, FileName),
			Hint: "copy the whole folder to a place you may write to, and read it there (--set run.dir=COPY)"}
	}
	return false, index.Close()
}
