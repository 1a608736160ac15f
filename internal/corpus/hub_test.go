package corpus

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

// hubFolder is a data set with two configs: triplets in Parquet of two files, with three splits, and passages in JSON lines.
func hubFolder(t *testing.T) string {
	t.Helper()
	dir := beirFolder(t, map[string]string{
		"README.md": `---
license: mit
configs:
- config_name: triplets
  default: true
  data_files:
  - split: train
    path: triplets/train-*
  - split: test
    path: [triplets/test-*]
- config_name: passages
  data_dir: texts
  data_files: "**/*.jsonl.gz"
---
# A set`,
		"texts/a/b/corpus.jsonl.gz":     gzipped(`{"id":"1","text":"one"}`),
		".cache/huggingface/a.jsonl":    "{",
		"triplets/test-00000-of-1.json": `{"anchor":"q3","positive":"p3","negative":"n3"}`,
	})
	type row struct {
		Anchor   string `parquet:"anchor"`
		Positive string `parquet:"positive"`
		Negative string `parquet:"negative"`
	}
	for i := range 2 {
		rows := []row{{fmt.Sprint("q", i), fmt.Sprint("p", i), fmt.Sprint("n", i)}}
		if err := parquet.WriteFile(filepath.Join(dir, fmt.Sprintf("triplets/train-%05d-of-00002.parquet", i)), rows); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestDataSetOfTheHub(t *testing.T) {
	dir := hubFolder(t)
	for _, tt := range []struct {
		choice Hub
		format string
		rows   []string
	}{
		{Hub{Split: "train"}, "st", []string{"1 q0 | p0 | n0", "1 q1 | p1 | n1"}},
		{Hub{Split: "test"}, "st", []string{"1 q3 | p3 | n3"}},
		{Hub{"triplets", "all"}, "st", []string{"1 q0 | p0 | n0", "1 q1 | p1 | n1", "1 q3 | p3 | n3"}},
		{Hub{Config: "passages"}, "jsonl", nil},
	} {
		o := Options{Hub: tt.choice}
		paths, err := Expand([]string{dir}, o)
		if err != nil || len(paths) != 1 || paths[0] != dir {
			t.Fatal(paths, err)
		}
		s := open(t, dir, o)
		rows, err := allRows(s)
		if diff := cmp.Diff(tt.rows, rows); err != nil || diff != "" || s.Format() != tt.format {
			t.Error(tt.choice, err, diff, s.Format())
		}
	}
	if got, err := drain(open(t, dir, Options{Hub: Hub{Config: "passages"}})); err != nil || len(got) != 1 || got[0].Passage.ID != "1" {
		t.Error(got, err)
	}
	train, err := StampOf(dir, Options{Hub: Hub{Split: "train"}})
	test, err2 := StampOf(dir, Options{Hub: Hub{Split: "test"}})
	if err != nil || err2 != nil || train == test {
		t.Error("splits have the same content", err, err2)
	}
}

func TestWhichPartOfADataSetIsSaid(t *testing.T) {
	dir := hubFolder(t)
	for _, tt := range []struct {
		choice Hub
		says   string
	}{
		{Hub{}, "has several splits: train, test"},
		{Hub{Split: "dev"}, `has no split "dev"; it has train, test`},
		{Hub{Config: "pairs"}, `has no config "pairs"; it has triplets, passages`},
	} {
		_, err := Expand([]string{dir}, Options{Hub: tt.choice})
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Error(tt.choice, err)
		}
	}
	readme := filepath.Join(dir, "README.md")
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ old, now, says string }{
		"no default":  {"  default: true\n", "", "has several configs: triplets, passages"},
		"files gone":  {"triplets/test-*", "triplets/testing-*", "names triplets/testing-*, which is not here"},
		"no YAML":     {"license: mit", "license: [", "its front matter cannot be read"},
		"odd splits":  {"  - split: train\n    path: triplets/train-*\n", "  - train: 1\n", "line 7 is no split with its path"},
		"one of them": {"", "", "has several splits"},
	} {
		if err := os.WriteFile(readme, []byte(strings.Replace(string(text), tt.old, tt.now, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		o := Options{}
		if name == "files gone" {
			o.Hub.Split = "all"
		}
		if _, err := Expand([]string{dir}, o); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Error(name, err)
		}
	}
}

func TestDataSetWithoutACardIsToldByTheNamesOfItsFiles(t *testing.T) {
	row := `{"query":"q","pos":["p"]}` + "\n"
	dir := beirFolder(t, map[string]string{"data/train-00000-of-00001.jsonl": row, "data/dev.jsonl": row + row, "data/notes.txt": "x", "data/contests.jsonl": "{"})
	if _, err := Expand([]string{dir}, Options{}); ruleOf(t, err) != "ambiguous" || !strings.Contains(err.Error(), "train, validation") {
		t.Error(err)
	}
	rows, err := allRows(open(t, dir, Options{Hub: Hub{Split: "validation"}}))
	if err != nil || len(rows) != 2 {
		t.Error(rows, err)
	}
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n"
	dir = beirFolder(t, map[string]string{"data/train.parquet": pointer})
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "is a pointer to the data") {
		t.Error(err)
	}
}
