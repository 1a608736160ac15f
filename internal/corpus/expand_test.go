package corpus

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExpand(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, f := range []string{"in/b.jsonl", "in/a.csv.gz", "in/c.TSV", "in/d.txt.zst", "in/notes.md", "in/.hidden.jsonl", "in/sub/e.jsonl",
		"beir/corpus.jsonl", "beir/queries.jsonl", "odd[1].jsonl", "other/x.bin", "z.jsonl"} {
		writeIn(t, ".", f, "x")
	}
	folder := []string{"in/a.csv.gz", "in/b.jsonl", "in/c.TSV", "in/d.txt.zst"}
	for _, tt := range []struct {
		name  string
		paths []string
		want  []string
	}{
		{"files are sorted", []string{"z.jsonl", "in/notes.md"}, []string{"in/notes.md", "z.jsonl"}},
		{"duplicates go", []string{"z.jsonl", "./z.jsonl", "in/../z.jsonl", "*.jsonl"}, []string{"odd[1].jsonl", "z.jsonl"}},
		{"a plain folder is its files", []string{"in"}, folder},
		{"a BEIR folder is itself", []string{"beir/"}, []string{"beir"}},
		{"a glob of folders", []string{"*"}, append([]string{"beir"}, append(folder, "odd[1].jsonl", "z.jsonl")...)},
		{"a name with glob characters", []string{"odd[1].jsonl"}, []string{"odd[1].jsonl"}},
		{"nothing", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Expand(tt.paths, Options{})
			for i := range got {
				got[i] = filepath.ToSlash(got[i])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Error(err, diff)
			}
		})
	}
}

func TestExpandNamesWhatMatchesNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	writeIn(t, ".", "other/x.bin", "x")
	for entry, want := range map[string]string{
		"none.jsonl": "missing", "*.jsonl": "no_match", "other": "no_match", "[a": "no_match", "oth*": "no_match",
	} {
		_, err := Expand([]string{entry}, Options{})
		if rule := ruleOf(t, err); rule != want || !strings.HasPrefix(err.Error(), entry) {
			t.Errorf("%s: rule %q, %v", entry, rule, err)
		}
	}
}
