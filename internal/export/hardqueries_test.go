package export

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"hardneg"
)

// Where a run makes hard queries, hf and jsonl have one column more, at the end; other formats are as they were.
func TestHardQueriesHaveAColumn(t *testing.T) {
	exs := examples(30)
	for i := range exs {
		exs[i].Split = "train"
		if i%3 > 0 {
			exs[i].HardQueries = []hardneg.HardQuery{{Text: "which other", Grade: hardneg.Related, Score: 1. / 3}}
		}
	}
	dir := t.TempDir()
	var want []withQueries
	for _, ex := range exs {
		want = append(want, newWithQueries(ex))
	}
	for _, f := range []string{"hf", "jsonl", "st-triplet"} {
		m := write(t, f, dir, Options{HardQueries: true}, exs)
		if _, problems, err := Check(filepath.Join(dir, f)); err != nil || len(problems) > 0 {
			t.Errorf("%s: %v %v", f, problems, err)
		}
		has := false
		for _, c := range m.Columns {
			has = has || c.Name == "hard_queries"
		}
		if has != (f != "st-triplet") {
			t.Errorf("%s: hard_queries in the schema is %v", f, has)
		}
	}
	if diff := gocmp.Diff(want, readFile[withQueries](t, filepath.Join(dir, "hf", "data", "train-00000-of-00001.parquet")), gocmp.AllowUnexported(withQueries{})); diff != "" {
		t.Errorf("hf: %s", diff)
	}
	b, err := os.ReadFile(filepath.Join(dir, "jsonl", "data", "train.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	var second withQueries
	if err := json.NewDecoder(bytes.NewReader([]byte(lines[1]))).Decode(&second); err != nil || gocmp.Diff(want[1], second, gocmp.AllowUnexported(withQueries{})) != "" {
		t.Errorf("jsonl: %v\n%s", err, lines[1])
	}
	if !strings.HasSuffix(lines[0], `"hard_queries":[]}`) || !strings.HasSuffix(lines[1], `"hard_queries":[{"text":"which other","grade":1,"score":0.3333333333333333}]}`) {
		t.Errorf("%s\n%s", lines[0], lines[1])
	}
}

// In labelled pairs a hard query is a row with the passage that does not answer it.
func TestHardQueriesAreLabelledPairs(t *testing.T) {
	exs := examples(6)
	for i := range exs {
		exs[i].Split = "train"
		exs[i].HardQueries = []hardneg.HardQuery{{Text: "which other " + exs[i].QueryID, Grade: hardneg.Related, Score: 1. / 3}}
	}
	exs[2].Negatives = nil
	for _, with := range []bool{true, false} {
		dir := t.TempDir()
		o := Options{HardQueries: with}
		write(t, "st-labeled-pair", dir, o, exs)
		if _, problems, err := Check(filepath.Join(dir, "st-labeled-pair")); err != nil || len(problems) > 0 {
			t.Errorf("%v %v", problems, err)
		}
		var got, want []labeledPair
		for _, p := range readFile[labeledPair](t, filepath.Join(dir, "st-labeled-pair", "data", "train-00000-of-00001.parquet")) {
			if strings.HasPrefix(p.Anchor, "which other ") {
				got = append(got, p)
			}
		}
		for _, ex := range exs {
			if with {
				want = append(want, labeledPair{Anchor: ex.HardQueries[0].Text, Text: passageText(evenTitles(ex).Positives[0])})
			}
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("hard queries %v: %s", with, diff)
		}
	}
}
