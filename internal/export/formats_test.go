package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"hardneg"
)

// plain is an example whose texts are short: a titled passage and a relabelled positive, two generated negatives and a mined one.
func plain(id string) hardneg.Example {
	score := func(t hardneg.Text, g hardneg.Grade, s float64) hardneg.Text {
		t.Grade, t.Score, t.HasScore = g, s, true
		return t
	}
	return hardneg.Example{
		QueryID: id, Query: "q" + id, PassageID: "p" + id, Split: "train", QueryModel: "m",
		Positives: []hardneg.Text{
			score(hardneg.Text{DocID: "p" + id, Title: "T", Text: "own", Source: hardneg.SourcePassage}, hardneg.Answers, 1),
			score(hardneg.Text{DocID: "mp", Text: "found", Source: hardneg.SourceMined}, hardneg.Answers, 0.9)},
		Negatives: []hardneg.Text{
			score(hardneg.Text{DocID: "a" + id, Text: "near a b c", Source: hardneg.SourceGenerated, Strategy: "s1"}, hardneg.Related, 0.5),
			score(hardneg.Text{DocID: "b" + id, Text: "near a b d", Source: hardneg.SourceGenerated, Strategy: "s1"}, hardneg.Related, 0.25),
			score(hardneg.Text{DocID: "\"m", Text: "far away", Source: hardneg.SourceMined, Strategy: "bm25"}, hardneg.Irrelevant, 0)},
	}
}

// decoded is the files of a split in a format, as JSON: Parquet by its own column order, lines as they are.
func decoded(t *testing.T, dir, file string) string {
	t.Helper()
	if !strings.HasSuffix(file, ".parquet") {
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	f := open(t, filepath.Join(dir, file))
	var b bytes.Buffer
	for _, c := range f.Schema().Columns() {
		b.WriteString(strings.Join(c, ".") + " ")
	}
	b.WriteString("\n")
	if err := readRows(f, f.Size(), parquet.Row.Clone, func(_ int, r parquet.Row) {
		for _, v := range r {
			raw, err := json.Marshal(v.String())
			if err != nil {
				t.Fatal(err)
			}
			b.Write(append(raw, ' '))
		}
		b.WriteString("\n")
	}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWhatTheFormatsHold(t *testing.T) {
	const first = "data/train-00000-of-00001.parquet"
	cases := []struct{ format, file, want string }{
		{"st-pair", first, "anchor positive \n\"q1\" \"own\" \n\"q1\" \"found\" \n"},
		{"st-ntuple", first, "anchor positive negative_1 negative_2 \n" +
			`"q1" "own" "near a b c" "near a b d" ` + "\n" + `"q1" "found" "near a b c" "near a b d" ` + "\n"},
		{"st-ntuple-scores", first, "anchor positive negative_1 negative_2 score.list.element \n" +
			`"q1" "own" "near a b c" "near a b d" "1" "0.5" "0.25" ` + "\n" + `"q1" "found" "near a b c" "near a b d" "0.9" "0.5" "0.25" ` + "\n"},
		{"st-labeled-pair", first, "anchor positive label \n" + `"q1" "own" "1" ` + "\n" + `"q1" "found" "1" ` + "\n" +
			`"q1" "near a b c" "0" ` + "\n" + `"q1" "near a b d" "0" ` + "\n" + `"q1" "far away" "0" ` + "\n"},
		{"st-labeled-list", first, "query docs.list.element labels.list.element \n" +
			`"q1" "own" "found" "near a b c" "near a b d" "far away" "1" "1" "0" "0" "0" ` + "\n"},
		{"flagembedding", "train.jsonl", `{"query":"q1","pos":["own","found"],"neg":["near a b c","near a b d","far away"],"pos_scores":[1.0,0.9],` +
			`"neg_scores":[0.5,0.25,0.0],"prompt":"find: ","type":"normal"}` + "\n"},
		{"tevatron", first, "query_id query positive_passages.list.element.docid positive_passages.list.element.text positive_passages.list.element.title " +
			"negative_passages.list.element.docid negative_passages.list.element.text negative_passages.list.element.title subset \n" +
			`"1" "q1" "p1" "mp" "own" "found" "" "" "a1" "b1" "\"m" "near a b c" "near a b d" "far away" "" "" "" "generated" ` + "\n"},
		{"beir", "corpus.jsonl", `{"_id":"p1","title":"T","text":"own"}` + "\n" + `{"_id":"mp","title":"","text":"found"}` + "\n" +
			`{"_id":"a1","title":"","text":"near a b c"}` + "\n" + `{"_id":"b1","title":"","text":"near a b d"}` + "\n" +
			`{"_id":"\"m","title":"","text":"far away"}` + "\n"},
		{"beir", "queries.jsonl", `{"_id":"1","text":"q1"}` + "\n"},
		{"beir", "qrels/train.tsv", "query-id\tcorpus-id\tscore\n1\tp1\t1\n1\tmp\t1\n1\ta1\t0\n1\tb1\t0\n1\t\"\"\"m\"\t0\n"},
		{"mteb", "corpus/train-00000-of-00001.parquet", "_id title text \n" + `"p1" "T" "own" ` + "\n" + `"mp" "" "found" ` + "\n" +
			`"a1" "" "near a b c" ` + "\n" + `"b1" "" "near a b d" ` + "\n" + `"\"m" "" "far away" ` + "\n"},
		{"mteb", "queries/train-00000-of-00001.parquet", "_id text \n\"1\" \"q1\" \n"},
		{"mteb", "qrels/train-00000-of-00001.parquet", "query-id corpus-id score \n" + `"1" "p1" "1" ` + "\n" + `"1" "mp" "1" ` + "\n" +
			`"1" "a1" "0" ` + "\n" + `"1" "b1" "0" ` + "\n" + `"1" "\"m" "0" ` + "\n"},
	}
	for _, c := range cases {
		dir := t.TempDir()
		write(t, c.format, dir, Options{Negatives: 2, Prompt: "find: "}, []hardneg.Example{plain("1")})
		if diff := cmp.Diff(c.want, decoded(t, filepath.Join(dir, c.format), c.file)); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.format, c.file, diff)
		}
	}
}

func TestTextsOfACorpusStandOnce(t *testing.T) {
	for format, file := range map[string]string{"beir": "corpus.jsonl", "mteb": "corpus/train-00000-of-00001.parquet"} {
		dir := t.TempDir()
		write(t, format, dir, Options{}, []hardneg.Example{plain("1"), plain("2")})
		if n := strings.Count(decoded(t, filepath.Join(dir, format), file), "far away"); n != 1 {
			t.Errorf("%s: a passage stands %d times in the corpus", format, n)
		}
		other := plain("3")
		other.Negatives[2].Text = "another text under the same id"
		_, err := tryWrite(format, t.TempDir(), Options{}, []hardneg.Example{plain("1"), other}, info)
		if err == nil || !strings.Contains(err.Error(), "stands for two texts") {
			t.Errorf("%s: %v", format, err)
		}
	}
}

func TestARowThatIsTooShortIsLeftOutAndCounted(t *testing.T) {
	short := plain("1")
	short.Negatives = short.Negatives[:2]
	for _, f := range []string{"st-ntuple", "st-ntuple-scores"} {
		m := write(t, f, t.TempDir(), Options{Negatives: 3}, []hardneg.Example{short, plain("2")})
		if diff := cmp.Diff([]Count{{TooFew, 1}}, m.LeftOut); diff != "" || m.Rows["train"] != 2 {
			t.Errorf("%s: %v rows; %s", f, m.Rows, diff)
		}
		if _, err := tryWrite(f, t.TempDir(), Options{Negatives: 3}, []hardneg.Example{short}, info); !errors.Is(err, ErrNoRows) {
			t.Errorf("%s of short rows only: %v", f, err)
		}
	}
}

func TestAMissingScoreIsNeverMadeUp(t *testing.T) {
	unverified := plain("1")
	unverified.Positives[0].Grade, unverified.Positives[0].HasScore = hardneg.Ungraded, false
	var needing []string
	for _, f := range Formats() {
		_, err := tryWrite(f, t.TempDir(), Options{}, []hardneg.Example{unverified}, info)
		if errors.Is(err, ErrNoScore) {
			needing = append(needing, f)
		} else if err != nil {
			t.Errorf("%s: %v", f, err)
		}
		if NeedsScores(f) != errors.Is(err, ErrNoScore) {
			t.Errorf("%s: NeedsScores is wrong", f)
		}
	}
	if diff := cmp.Diff([]string{"flagembedding", "st-ntuple-scores"}, needing); diff != "" {
		t.Error(diff)
	}
}

// TestColumnsAreTheSameWhateverTheData: a column of nothing but nulls or empty strings keeps its type.
func TestColumnsAreTheSameWhateverTheData(t *testing.T) {
	bare := plain("1")
	bare.Positives, bare.QueryModel = bare.Positives[1:], ""
	for _, f := range Formats() {
		var schemas []string
		for _, ex := range []hardneg.Example{plain("1"), bare} {
			dir := t.TempDir()
			write(t, f, dir, Options{}, []hardneg.Example{ex})
			for name := range tree(t, dir) {
				if strings.HasSuffix(name, ".parquet") {
					schemas = append(schemas, name+open(t, filepath.Join(dir, name)).Schema().String())
				}
			}
		}
		half := len(schemas) / 2
		slices.Sort(schemas[:half])
		slices.Sort(schemas[half:])
		if diff := cmp.Diff(schemas[:half], schemas[half:]); diff != "" {
			t.Errorf("%s: %s", f, diff)
		}
	}
}

func TestPick(t *testing.T) {
	texts := plain("1").Negatives
	for how, want := range map[string]string{
		"": "a1 b1", PickHardness: "a1 b1", PickStride: "a1 b1", PickDiversity: `a1 "m`, PickRoundRobin: `a1 "m`, PickEasiest: `b1 "m`,
	} {
		var got []string
		for _, x := range pick(texts, 2, how) {
			got = append(got, x.DocID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %s", how, got, want)
		}
		if diff := cmp.Diff(texts, pick(texts, 3, how)); diff != "" {
			t.Errorf("%q: all of them: %s", how, diff)
		}
	}
}

// Every fifth by score, round after round, by hand.
func TestStride(t *testing.T) {
	for _, c := range []struct {
		of, n int
		want  []int
	}{
		{12, 3, []int{0, 5, 10}},
		{12, 5, []int{0, 5, 10, 1, 6}},
		{50, 8, []int{0, 5, 10, 15, 20, 25, 30, 35}}, // of the 50 candidates of UniME-V2, 8 in training
		{3, 3, []int{0, 1, 2}},
		{7, 7, []int{0, 5, 1, 6, 2, 3, 4}},
		{0, 0, nil},
	} {
		if got := strided(c.of, c.n); !slices.Equal(got, c.want) {
			t.Errorf("%d of %d: %v, want %v", c.n, c.of, got, c.want)
		}
	}
}
