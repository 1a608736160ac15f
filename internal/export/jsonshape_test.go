package export

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg"
)

// TestCheckFindsLinesOfAnotherShape changes the second line of a file.
func TestCheckFindsLinesOfAnotherShape(t *testing.T) {
	all := Options{HardQueries: true, Spares: true, Weighted: true, Similarities: true}
	for _, c := range []struct {
		format, file string
		o            Options
		old, new     string
		want         string // "": sound
	}{
		{"jsonl", "data/train.jsonl", Options{}, `"title":"T",`, ``, `positives: 0: the key "title" is missing`},
		{"jsonl", "data/train.jsonl", Options{}, `"title":"T",`, `"title":null,`, `positives: 0: title: null is no string`},
		{"jsonl", "data/train.jsonl", Options{}, `"model":""`, `"model":null`, `negatives: 0: model: null is no string`},
		{"jsonl", "data/train.jsonl", Options{}, `"score":1.0`, `"score":1`, `a whole number`},
		{"jsonl", "data/train.jsonl", Options{}, `"score":1.0`, `"score":1e0`, ``},
		{"jsonl", "data/train.jsonl", Options{}, `"score":1.0`, `"score":null`, ``},
		{"jsonl", "data/train.jsonl", Options{}, `"grade":3`, `"grade":3.0`, `grade`},
		{"jsonl", "data/train.jsonl", Options{}, `,"query_model":"m"`, ``, `the key "query_model" is missing`},
		{"jsonl", "data/train.jsonl", Options{}, `"positives":[`, `"positives": [`, ``},
		{"jsonl", "data/train.jsonl", Options{}, `"score":1.0`, `"score":1.0,"similarity":null`, `the key "similarity" is no column`},
		{"jsonl", "data/train.jsonl", Options{}, `"score":0.5`, `"score":0.5,"weight":0.5`, `the key "weight" is no column`},
		{"jsonl", "data/train.jsonl", Options{}, `"query_prompt":""`, `"query_prompt":"","hard_queries":[]`, `the key "hard_queries" is no column`},
		{"jsonl", "data/train.jsonl", Options{}, `"query_prompt":""`, `"query_prompt":"","spares":[]`, `the key "spares" is no column`},
		{"jsonl", "data/train.jsonl", all, `,"hard_queries":[]`, ``, `the key "hard_queries" is missing`},
		{"jsonl", "data/train.jsonl", all, `,"hard_queries":[]`, `,"hard_queries":null`, `hard_queries: no list`},
		{"jsonl", "data/train.jsonl", all, `,"spares":[]`, ``, `the key "spares" is missing`},
		{"jsonl", "data/train.jsonl", all, `,"similarity":null`, ``, `the key "similarity" is missing`},
		{"jsonl", "data/train.jsonl", all, `,"similarity":null`, `,"similarity":0`, `a whole number`},
		{"jsonl", "data/train.jsonl", all, `,"weight":0.5`, `,"weight":null`, ``},
		{"jsonl", "data/train.jsonl", all, `,"weight":0.5`, ``, ``},
		{"flagembedding", "train.jsonl", Options{}, `"neg_scores":[0.5,0.25,0.0]`, `"neg_scores":[0.5,0.25,0]`, `neg_scores: 2: 0 is a whole number`},
		{"flagembedding", "train.jsonl", Options{}, `,"type":"normal"`, ``, `the key "type" is missing`},
		{"flagembedding", "train.jsonl", Options{}, `"prompt":""`, `"prompt":null`, `prompt: null is no string`},
		{"flagembedding", "train.jsonl", Options{}, `"pos":["own",`, `"pos":[null,`, `pos: 0: null is no string`},
		{"beir", "corpus.jsonl", Options{}, `"title":""`, `"title":null`, `title: null is no string`},
		{"beir", "corpus.jsonl", Options{}, `"title":"",`, ``, `the key "title" is missing`},
		{"beir", "queries.jsonl", Options{}, `"text":"q2"`, `"text":null`, `text: null is no string`},
	} {
		dir := filepath.Join(t.TempDir(), c.format)
		exs, half := []hardneg.Example{plain("1"), plain("2")}, 0.5
		if c.o.Weighted {
			exs[1].Negatives[0].Weight = &half
		}
		write(t, c.format, filepath.Dir(dir), c.o, exs)
		raw, err := os.ReadFile(filepath.Join(dir, c.file))
		if err != nil {
			t.Fatal(err)
		}
		first, second, _ := strings.Cut(string(raw), "\n")
		spoilt := strings.Replace(second, c.old, c.new, 1)
		if spoilt == second {
			t.Fatalf("%s has no %s:\n%s", c.file, c.old, second)
		}
		replaceFile(t, dir, c.file, []byte(first+"\n"+spoilt))
		_, found, err := Check(dir)
		if err != nil || c.want == "" && len(found) > 0 {
			t.Errorf("%s, %s to %s: %v, %v", c.format, c.old, c.new, found, err)
		}
		if c.want != "" && (len(found) == 0 || found[0].Row != 2 || found[0].Rule != RuleInvalidJSON || !strings.Contains(found[0].Message, c.want)) {
			t.Errorf("%s, %s to %s: %v, want %s", c.format, c.old, c.new, found, c.want)
		}
	}
}
