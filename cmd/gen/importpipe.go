package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"hardneg/store"
)

const standardInput = "-"

// cutPipes parts what can be read only once from files and patterns.
func cutPipes(args []string) (files, pipes []string) {
	for _, arg := range args {
		info, err := os.Stat(arg)
		if arg == standardInput || err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeCharDevice) != 0 {
			pipes = append(pipes, arg)
			continue
		}
		files = append(files, arg)
	}
	return files, pipes
}

// pipeName is what a pipe is called in messages.
func pipeName(pipe string) string {
	if pipe == standardInput {
		return "stdin"
	}
	return filepath.Base(pipe)
}

// pipe imports what comes through a pipe. A file is read more than once, for its hash, its format and its passages, so that the content
// is kept beside the run meanwhile; the passages are stored, and it need not be there when the run goes on.
func (im *importer) pipe(ctx context.Context, pipe, format string) (store.Imported, error) {
	dir, err := os.MkdirTemp(im.cfg.Run.Dir, "piped-")
	if err != nil {
		return store.Imported{}, &failure{code: exitStorage, err: fmt.Errorf("keep %s: %w", pipeName(pipe), err)}
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, pipeName(pipe))
	if err := spool(pipe, path); err != nil {
		return store.Imported{}, &failure{code: exitStorage, err: fmt.Errorf("keep %s: %w", pipeName(pipe), err), hint: "see that the disk has room for it, or save it to a file and import that"}
	}
	return im.file(ctx, path, format)
}

// spool copies what comes through a pipe into a file that only the user can read.
func spool(pipe, path string) error {
	in := os.Stdin
	if pipe != standardInput {
		var err error
		if in, err = os.Open(pipe); err != nil {
			return err
		}
		defer in.Close()
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if closed := out.Close(); err == nil {
		err = closed
	}
	return err
}
