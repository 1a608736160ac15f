package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A reader that opens the file anew, after it was deleted, tells of that.
func TestAReaderOfADeletedFileSaysSo(t *testing.T) {
	r := newRig(t)
	r.s.readers.SetMaxIdleConns(0)
	must(t, os.Remove(filepath.Join(r.dir, FileName)))
	if _, err := r.s.Totals(ctx); !errors.Is(err, ErrGone) {
		t.Errorf("%v", err)
	}
}
