//go:build unix

package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg"
)

// frozenCopy copies files of a run to where nothing can be written.
func frozenCopy(t *testing.T, from string, names ...string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "store")
	must(t, err)
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700); _ = os.RemoveAll(dir) })
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(from, name))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, name), b, 0o444))
	}
	must(t, os.Chmod(dir, 0o555))
	return dir
}

func TestReadOnlyCopyIsRead(t *testing.T) {
	r := newScene(newRig(t))
	calls := r.number("SELECT count(*) FROM calls")
	must(t, r.s.Record(aCall(hardneg.KeyOf("in the log alone"))))
	const log, index = FileName + "-wal", FileName + "-shm"
	withLog := frozenCopy(t, r.dir, FileName, log)
	withIndex := frozenCopy(t, r.dir, FileName, log, index)
	must(t, r.s.Close())
	merged := frozenCopy(t, r.dir, FileName)
	must(t, os.WriteFile(filepath.Join(r.dir, log), nil, 0o600))
	emptyLog := frozenCopy(t, r.dir, FileName, log)

	all := "0 violations, " + string(rune('0'+calls+1)) + " calls"
	for name, x := range map[string]struct{ dir, says string }{
		"no log":                 {merged, all},
		"an empty log":           {emptyLog, all},
		"a log with its index":   {withIndex, all},
		"a log without an index": {withLog, "storage error: true"},
	} {
		_, out := child(t, "reader", x.dir)
		if !out.Scan() || !strings.HasPrefix(out.Text(), x.says) {
			t.Errorf("%s: the reader said %q, want %q", name, out.Text(), x.says)
		}
	}
	_, out := child(t, "reader", withLog)
	if !out.Scan() || !strings.Contains(out.Text(), "run.db-wal holds changes that are not in run.db yet") {
		t.Errorf("the reader said %q", out.Text())
	}
}
