package export

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hardneg"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// odd is text that careless writers change.
const odd = "a \"quoted\" \\ <b>&amp;</b>\t\r\nline\u2028para\u2029 \U0001F600 e\u0301 \u00e9 \x01 NULL null ''"

func madeText(id, s string, g hardneg.Grade) hardneg.Text {
	t := hardneg.Text{DocID: id, Text: s, Source: hardneg.SourceGenerated, Strategy: "query-only", Model: "writer-1", Grade: g}
	if g != hardneg.Ungraded {
		t.Score, t.HasScore = float64(g.Value())/3, true
	}
	return t
}

// example is the i-th example; splits alternate, and some texts are odd, ungraded or without title.
func example(i int) hardneg.Example {
	own := hardneg.Text{DocID: fmt.Sprint("p", i), Title: "Tides", Text: fmt.Sprintf("Passage %d. %s", i, odd),
		Source: hardneg.SourcePassage, Grade: hardneg.Answers, Score: 1, HasScore: true}
	mined := hardneg.Text{DocID: "p900", Text: "A mined passage.", Source: hardneg.SourceMined, Grade: hardneg.Irrelevant, HasScore: true}
	if i%5 > 2 { // not of train
		mined.DocID = fmt.Sprint("p90", i%5)
	}
	ex := hardneg.Example{
		QueryID: fmt.Sprintf("%032x", i), Query: fmt.Sprintf("what are tides %d?", i), PassageID: fmt.Sprint("p", i),
		Split:     []string{"train", "train", "train", "validation", "test"}[i%5],
		Positives: []hardneg.Text{own},
		Negatives: []hardneg.Text{madeText(fmt.Sprint("n1-", i), fmt.Sprintf("On the moon, %d.", i), hardneg.Related), madeText(fmt.Sprint("n2-", i), odd, hardneg.Irrelevant), mined},
	}
	if i%2 == 0 {
		ex.Positives = append(ex.Positives, madeText(fmt.Sprint("n9-", i), "A generated answer.", hardneg.Answers))
		ex.QueryModel, ex.QueryPrompt = "writer-1", "query@0123456789ab"
	}
	return ex
}

func examples(n int) (all []hardneg.Example) {
	for i := range n {
		all = append(all, example(i))
	}
	return all
}

var info = Info{
	ToolVersion: "v1.2.3", Fingerprint: "00ff", Complete: true,
	License: "cc-by-4.0", Languages: []string{"en", "no"},
	Policy:  "relabel",
	Relabel: map[string]string{"negative_at": "final grade 1 or below", "false_negative_at": "final grade 3 or above", "ambiguous": "drop"},
	Models: []ModelUse{
		{Role: "writer", Stage: "negatives", Provider: "openai", Model: "writer-1", Prompt: "query-only@aaaaaaaaaaaa", How: "3 texts"},
		{Role: "judge_large", Stage: "judge", Provider: "ollama", Model: "a|b `c`", Prompt: "grade@bbbbbbbbbbbb"},
	},
	Stages:    []StageCount{{Stage: "queries", Planned: 10, Done: 9, Rejected: 1, Reasons: []Count{{"rejected: too_short", 1}}}},
	Counts:    []Count{{"queries without a negative", 3}, {"false negatives", 12}},
	Agreement: []Agreement{{"judge_small", "judge_large", 40, 30, 0.6666}},
	Notes:     []string{"The judge is a small model."},
}

// write makes an export and fails the test if that fails.
func write(t *testing.T, format, dir string, o Options, exs []hardneg.Example) Manifest {
	t.Helper()
	m, err := tryWrite(format, dir, o, exs, info)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func tryWrite(format, dir string, o Options, exs []hardneg.Example, info Info) (Manifest, error) {
	if o.Negatives == 0 {
		o.Negatives = 3
	}
	s, err := Create(format, dir, o)
	if err != nil {
		return Manifest{}, err
	}
	defer s.Abort()
	for _, ex := range exs {
		if err := s.Write(ex); err != nil {
			return Manifest{}, err
		}
	}
	return s.Commit(info)
}

// tree is every path below dir with its content; directories end with a slash.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		if d.IsDir() {
			all[name+"/"] = ""
			return nil
		}
		raw, err := os.ReadFile(filepath.Join(dir, name))
		all[name] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func names(all map[string]string) (names []string) {
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func TestLayouts(t *testing.T) {
	parquet := []string{"README.md", "data/", "data/test-00000-of-00001.parquet", "data/train-00000-of-00001.parquet",
		"data/validation-00000-of-00001.parquet", "manifest.json"}
	want := map[string][]string{
		"jsonl":         {"README.md", "data/", "data/test.jsonl", "data/train.jsonl", "data/validation.jsonl", "manifest.json"},
		"flagembedding": {"README.md", "manifest.json", "test.jsonl", "train.jsonl", "validation.jsonl"},
		"beir": {"README.md", "corpus.jsonl", "manifest.json", "qrels/", "qrels/test.tsv", "qrels/train.tsv", "qrels/validation.tsv",
			"queries.jsonl"},
		"mteb": {"README.md",
			"corpus/", "corpus/test-00000-of-00001.parquet", "corpus/train-00000-of-00001.parquet", "corpus/validation-00000-of-00001.parquet",
			"manifest.json",
			"qrels/", "qrels/test-00000-of-00001.parquet", "qrels/train-00000-of-00001.parquet", "qrels/validation-00000-of-00001.parquet",
			"queries/", "queries/test-00000-of-00001.parquet", "queries/train-00000-of-00001.parquet", "queries/validation-00000-of-00001.parquet"},
	}
	for _, f := range []string{"hf", "st-pair", "st-triplet", "st-ntuple", "st-ntuple-scores", "st-labeled-pair", "st-labeled-list", "tevatron"} {
		want[f] = parquet
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), Formats()); diff != "" {
		t.Error(diff)
	}
	for _, f := range Formats() {
		t.Run(f, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "new", "exports")
			m := write(t, f, dir, Options{}, examples(10))
			if diff := cmp.Diff(want[f], names(tree(t, filepath.Join(dir, f)))); diff != "" {
				t.Error(diff)
			}
			rows := map[string]int64{"train": 6, "validation": 2, "test": 2}
			switch f { // an even example has two positives, each has three negatives
			case "st-pair", "st-ntuple", "st-ntuple-scores":
				rows = map[string]int64{"train": 9, "validation": 3, "test": 3}
			case "st-triplet", "st-labeled-pair", "beir", "mteb":
				rows = map[string]int64{"train": 27, "validation": 9, "test": 9}
			}
			if diff := cmp.Diff(rows, m.Rows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEmptySplitHasNoFile(t *testing.T) {
	dir := t.TempDir()
	m := write(t, "hf", dir, Options{}, examples(3))
	if diff := cmp.Diff(map[string]int64{"train": 3}, m.Rows); diff != "" {
		t.Error(diff)
	}
	got := tree(t, dir)
	if len(got["hf/data/train-00000-of-00001.parquet"]) == 0 || len(got) != 5 {
		t.Errorf("files: %v", names(got))
	}
	if strings.Contains(got["hf/README.md"], "split: test") {
		t.Error("the card names a split without file")
	}
}

func TestGolden(t *testing.T) {
	for _, f := range Formats() {
		dir := t.TempDir()
		write(t, f, dir, Options{}, examples(10))
		for _, name := range []string{cardName, manifestName} {
			golden(t, f+"-"+name, filepath.Join(dir, f, name))
		}
	}
	dir := t.TempDir()
	warned := Info{Warnings: []string{"Policy `keep`:\nfalse negatives stay."}, Languages: []string{"a\nb: \"c\" \u0085"}, License: "other: #1"}
	if _, err := tryWrite("jsonl", dir, Options{}, examples(1), warned); err != nil {
		t.Fatal(err)
	}
	golden(t, "warned-README.md", filepath.Join(dir, "jsonl", cardName))
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	raw, err := os.ReadFile(got)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, raw, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(raw)); diff != "" {
		t.Errorf("%s (-want +got; -update rewrites it):\n%s", name, diff)
	}
}

func TestSameBytesEveryTime(t *testing.T) {
	o := Options{limits: &limits{groupRows: 20, groupBytes: 1 << 20, fileBytes: 10_000}}
	for _, f := range Formats() {
		t.Run(f, func(t *testing.T) {
			var first map[string]string
			for _, procs := range []int{1, 4, 1} {
				before := runtime.GOMAXPROCS(procs)
				dir := t.TempDir()
				write(t, f, dir, o, examples(120))
				runtime.GOMAXPROCS(before)
				got := tree(t, dir)
				if first == nil {
					first = got
				}
				if diff := cmp.Diff(first, got); diff != "" {
					t.Errorf("GOMAXPROCS=%d:\n%.2000s", procs, diff)
				}
			}
		})
	}
}

func TestNegativeAboveTheGradeOfTheDataSet(t *testing.T) {
	ex := example(0)
	ex.Negatives[0].Grade = hardneg.Partial
	if _, err := tryWrite("jsonl", t.TempDir(), Options{}, []hardneg.Example{ex}, info); err == nil {
		t.Error("a negative of grade 2 was exported under the default")
	}
	kept := info
	kept.MaxNegativeGrade = hardneg.Partial
	dir := t.TempDir()
	m, err := tryWrite("jsonl", dir, Options{}, []hardneg.Example{ex}, kept)
	if err != nil || m.MaxNegativeGrade != 2 {
		t.Errorf("max_negative_grade %d, %v", m.MaxNegativeGrade, err)
	}
	if _, v, err := Check(filepath.Join(dir, "jsonl")); err != nil || v != nil {
		t.Error(v, err)
	}
}

func TestManifestIsWhatCommitReturns(t *testing.T) {
	dir := t.TempDir()
	m := write(t, "hf", dir, Options{}, examples(10))
	raw, err := os.ReadFile(filepath.Join(dir, "hf", manifestName))
	if err != nil {
		t.Fatal(err)
	}
	var got Manifest
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	m.Columns, got.Columns = nil, nil // About is not in the file
	if diff := cmp.Diff(m, got); diff != "" {
		t.Error(diff)
	}
}
