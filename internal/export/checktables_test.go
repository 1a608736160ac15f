package export

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg"
)

// TestCheckFindsBadLines spoils the text files of formats that have several tables, or scores.
func TestCheckFindsBadLines(t *testing.T) {
	cases := []struct{ name, format, file, old, new, want string }{
		{"a text twice", "beir", "corpus.jsonl", `"_id":"b1"`, `"_id":"a1"`, "corpus duplicate"},
		{"a text that is not there", "beir", "qrels/train.tsv", "1\ta1\t0", "1\tzz\t0", "qrels/train.tsv reference 4"},
		{"a query that is not there", "beir", "queries.jsonl", `"_id":"2"`, `"_id":"3"`, "queries reference"},
		{"a query without relations", "beir", "queries.jsonl", `{"_id":"2"`, `{"_id":"1x","text":"q"}` + "\n" + `{"_id":"2"`, "queries reference"},
		{"both sides", "beir", "corpus.jsonl", "near a b c", "FOUND!", "qrels/train.tsv false-negative"},
		{"twice on one side", "beir", "corpus.jsonl", "near a b c", "far, away", "qrels/train.tsv repeated"},
		{"a grade as score", "beir", "qrels/train.tsv", "1\tp1\t1", "1\tp1\t3", "qrels/train.tsv shape 2"},
		{"lines apart", "beir", "qrels/train.tsv", "2\tp2\t1", "\n1\tmp\t1\n2\tp2\t1", "qrels/train.tsv repeated 8"},
		{"a text without characters", "beir", "corpus.jsonl", `"text":"near a b c"`, `"text":" "`, "corpus.jsonl empty 3"},
		{"a text with a NUL", "beir", "corpus.jsonl", `"text":"near a b c"`, `"text":"near\u0000"`, "corpus.jsonl shape 3"},
		{"a title with a NUL", "beir", "corpus.jsonl", `"title":"T"`, `"title":"\u0000"`, "corpus.jsonl shape 1"},
		{"a query with a NUL", "beir", "queries.jsonl", `"text":"q2"`, `"text":"q2\u0000"`, "queries.jsonl shape 2"},
		{"a query without characters", "beir", "queries.jsonl", `"text":"q2"`, `"text":""`, "queries.jsonl empty 2"},
		{"no heading", "beir", "qrels/train.tsv", "query-id\tcorpus-id\tscore\n", "", "qrels/train.tsv shape 1"},
		{"another heading", "beir", "qrels/train.tsv", "query-id\tcorpus-id", "corpus-id\tquery-id", "qrels/train.tsv shape 1"},
		{"a text without relations", "beir", "corpus.jsonl", "{\"_id\":\"b2\"", "{\"_id\":\"more\",\"title\":\"\",\"text\":\"more\"}\n{\"_id\":\"b2\"", "corpus reference"},
		{"a text with a NUL", "jsonl", "data/train.jsonl", `"text":"near a b c"`, `"text":"near\u0000"`, "data/train.jsonl shape 1"},
		{"a title with a NUL", "jsonl", "data/train.jsonl", `"title":"T"`, `"title":"T\u0000"`, "data/train.jsonl shape 1"},
		{"a query with a NUL", "flagembedding", "train.jsonl", `"query":"q2"`, `"query":"q2\u0000"`, "train.jsonl shape 2"},
		{"a query in other clothes", "beir", "queries.jsonl", `"text":"q2"`, `"text":"Q1!"`, "queries.jsonl duplicate"},
		{"a query in other clothes", "jsonl", "data/train.jsonl", `"query":"q2"`, `"query":"- Q1"`, "data/train.jsonl duplicate"},
		{"a query twice", "flagembedding", "train.jsonl", `"query":"q2"`, `"query":"q1"`, "train.jsonl duplicate"},
		{"a score too few", "flagembedding", "train.jsonl", `"neg_scores":[0.5,`, `"neg_scores":[`, "train.jsonl shape"},
		{"no negative", "flagembedding", "train.jsonl", `"neg":["near a b c","near a b d","far away"],"pos_scores":[1.0,0.9],"neg_scores":[0.5,0.25,0.0]`,
			`"neg":[],"pos_scores":[1.0,0.9],"neg_scores":[]`, "train.jsonl empty"},
		{"a positive in other clothes", "flagembedding", "train.jsonl", "near a b c", "- OWN.", "train.jsonl false-negative"},
		{"a negative twice", "flagembedding", "train.jsonl", "near a b c", "Far away", "train.jsonl repeated"},
		{"a title less", "jsonl", "data/train.jsonl", `"title":"","text":"near a b c"`, `"title":"","text":"own"`, "data/train.jsonl false-negative"},
		{"another origin", "jsonl", "data/train.jsonl", `"source":"generated"`, `"source":"mined"`, "manifest.json origin"},
		{"undecided", "jsonl", "data/train.jsonl", `"grade":1`, `"grade":null`, "data/train.jsonl undecided"},
	}
	for _, c := range cases {
		t.Run(c.format+" "+c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), c.format)
			write(t, c.format, filepath.Dir(dir), Options{}, []hardneg.Example{plain("1"), plain("2")})
			raw, err := os.ReadFile(filepath.Join(dir, c.file))
			if err != nil {
				t.Fatal(err)
			}
			spoilt := strings.Replace(string(raw), c.old, c.new, 1)
			if spoilt == string(raw) {
				t.Fatalf("%s has no %q:\n%s", c.file, c.old, raw)
			}
			replaceFile(t, dir, c.file, []byte(spoilt))
			edit(t, dir, func(m *Manifest) { recount(m, c.file, strings.Count(spoilt, "\n")-strings.Count(string(raw), "\n")) })
			_, found, err := Check(dir)
			if err != nil || len(found) == 0 {
				t.Fatal(found, err)
			}
			for _, v := range found {
				if got := fmt.Sprint(v.File, " ", v.Rule); got == c.want || fmt.Sprint(got, " ", v.Row) == c.want {
					return
				}
			}
			t.Errorf("%v, want %s", found, c.want)
		})
	}
}

// recount makes a manifest agree with a file that has more lines.
func recount(m *Manifest, file string, more int) {
	for i, f := range m.Files {
		if f.Path == file {
			m.Files[i].Rows += int64(more)
			if f.holdsExamples() {
				m.Rows[f.Split] += int64(more)
			}
		}
	}
}

func TestWhatIsWrittenIsProvenBeforeItShows(t *testing.T) {
	for _, f := range Formats() {
		ex := plain("1")
		ex.Negatives[0].Text = "t - own" // is the positive in its normal form
		if formats[f].flat {
			ex.Negatives[0].Text = "- own" // where titles are left out
		}
		if f == "st-pair" {
			continue // has no negatives
		}
		dir := t.TempDir()
		_, err := tryWrite(f, dir, Options{}, []hardneg.Example{ex}, info)
		if err == nil || !strings.Contains(err.Error(), RuleFalseNegative) {
			t.Errorf("%s: %v", f, err)
		}
		if left := tree(t, dir); len(left) != 0 {
			t.Errorf("%s leaves %v", f, names(left))
		}
	}
}
