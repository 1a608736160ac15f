package corpus

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func stamp(t *testing.T, path string) Stamp {
	t.Helper()
	s, err := StampOf(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStampOfFileIsItsHash(t *testing.T) {
	a, b := write(t, "a.jsonl", "abc"), write(t, "other.txt", "abc")
	want := Stamp{Size: 3, SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
	if stamp(t, a) != want || stamp(t, b) != want {
		t.Errorf("%+v, %+v", stamp(t, a), stamp(t, b))
	}
}

func TestStampOfFolder(t *testing.T) {
	files := map[string]string{"corpus.jsonl": "c", "queries.jsonl": "q", "qrels/dev.tsv": "1", "qrels/test.tsv": "2"}
	dir := beirFolder(t, files)
	first := stamp(t, dir)
	if first.Size != 4 || first != stamp(t, beirFolder(t, files)) || first != stamp(t, dir+string(filepath.Separator)) {
		t.Errorf("not the same in another place: %+v", first)
	}
	writeIn(t, dir, "README.md", "not read")
	if stamp(t, dir) != first {
		t.Error("a file that is not read counts")
	}
	files["qrels/dev.tsv"], files["qrels/test.tsv"] = "2", "1"
	if stamp(t, beirFolder(t, files)) == first {
		t.Error("names do not count")
	}
}

func TestQuickStamp(t *testing.T) {
	dir := beirFolder(t, map[string]string{"corpus.jsonl": "c", "queries.jsonl": "q", "qrels/dev.tsv": "1"})
	for _, path := range []string{dir, filepath.Join(dir, "corpus.jsonl")} {
		quick := func() string {
			s, err := QuickStamp(path, Options{})
			if err != nil || s == "" {
				t.Fatal(s, err)
			}
			return s
		}
		before := quick()
		if quick() != before {
			t.Errorf("%s: differs without a change", path)
		}
		if err := os.Chtimes(filepath.Join(dir, "corpus.jsonl"), time.Time{}, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if quick() == before {
			t.Errorf("%s: a change of time does not show", path)
		}
	}
}

func TestStampsOfNothing(t *testing.T) {
	for _, path := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir()} {
		if _, err := StampOf(path, Options{}); ruleOf(t, err) == "" {
			t.Errorf("StampOf %s", path)
		}
		if _, err := QuickStamp(path, Options{}); ruleOf(t, err) == "" {
			t.Errorf("QuickStamp %s", path)
		}
	}
}
