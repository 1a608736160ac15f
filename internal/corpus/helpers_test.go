package corpus

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// write puts content into a file of a fresh folder.
func write(t testing.TB, name, content string) string {
	t.Helper()
	return writeIn(t, t.TempDir(), name, content)
}

func writeIn(t testing.TB, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, path string, o Options) *Source {
	t.Helper()
	s, err := Open(path, o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// drain reads all passages, and the error that ended them.
func drain(s *Source) (records []Record, err error) {
	for r, e := range s.Passages() {
		if e != nil {
			return records, e
		}
		records = append(records, r)
	}
	return records, nil
}

// readAll opens and drains; an error of either is the result.
func readAll(path string, o Options) (*Source, []Record, error) {
	s, err := Open(path, o)
	if err != nil {
		return nil, nil, err
	}
	records, err := drain(s)
	return s, records, err
}

// ruleOf is the rule of an *Error, "" for nil.
func ruleOf(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("%T is not *Error: %v", err, err)
	}
	return e.Rule
}

func gzipped(content string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(content))
	w.Close()
	return b.String()
}

func zstded(content string) string {
	w, _ := zstd.NewWriter(nil)
	defer w.Close()
	return string(w.EncodeAll([]byte(content), nil))
}

// checkStats verifies what Stats promises of its own numbers.
func checkStats(t testing.TB, st Stats) {
	t.Helper()
	var byRule int64
	for _, n := range st.BadByRule {
		byRule += n
	}
	if st.Lines != st.Good+st.Bad+st.Blank || byRule != st.Bad {
		t.Errorf("stats do not add up: %+v", st)
	}
}
