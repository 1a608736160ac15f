package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"hardneg"
)

// similar gives all texts a similarity, which falls from text to text.
func similar(exs []hardneg.Example) []hardneg.Example {
	for i := range exs {
		x := 0.9
		for _, texts := range [][]hardneg.Text{exs[i].Positives, exs[i].Negatives} {
			for k := range texts {
				cosine := math.Round(x*1e6) / 1e6
				texts[k].Similarity = &cosine
				x -= 0.43
			}
		}
	}
	return exs
}

// similarityOptions are all that decide the columns of hf and jsonl.
func similarityOptions() (all []Options) {
	for i := range 8 {
		all = append(all, Options{Similarities: i&1 == 0, Weighted: i&2 == 0, HardQueries: i&4 == 0})
	}
	return all
}

// Whatever else a data set has, its columns are those that its manifest names, and a similarity stands where it belongs.
func TestSimilarityIsAColumnWhereTheRunHasIt(t *testing.T) {
	half := 0.5
	for _, o := range similarityOptions() {
		dir, exs := t.TempDir(), examples(10)
		if o.Similarities {
			exs = similar(exs)
		}
		if exs[0].HardQueries = []hardneg.HardQuery{{Text: "which other", Grade: hardneg.Related, Score: 1. / 3}}; o.Weighted {
			exs[0].Negatives[0].Weight = &half
		}
		for _, f := range []string{"hf", "jsonl"} {
			m := write(t, f, dir, o, exs)
			if _, v, err := Check(filepath.Join(dir, f)); err != nil || len(v) > 0 {
				t.Errorf("%+v: %s: %v %v", o, f, v, err)
			}
			said := fmt.Sprint(flatColumns("", m.Columns))
			for column, want := range map[string]bool{"positives[].similarity": o.Similarities, "negatives[].similarity": o.Similarities,
				"negatives[].weight": o.Weighted, "hard_queries ": o.HardQueries} {
				if strings.Contains(said, column) != want {
					t.Errorf("%+v: %s: column %q: %v", o, f, column, !want)
				}
			}
		}
		read := readFile[readFull](t, filepath.Join(dir, "hf", "data", "train-00000-of-00001.parquet"))
		if got := read[0].Positives[0].Similarity; (got != nil) != o.Similarities || got != nil && *got != .9 || len(read[0].HardQueries) > 0 != o.HardQueries {
			t.Errorf("%+v: hf has %v, %v", o, got, read[0].HardQueries)
		}
		b, err := os.ReadFile(filepath.Join(dir, "jsonl", "data", "train.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(b), "\n")
		for part, want := range map[string]bool{`"score":1.0,"similarity":0.9}`: o.Similarities, `"weight":0.5`: o.Weighted,
			`"weight":0.5,"similarity":`: o.Weighted && o.Similarities, `"hard_queries":[{"text":"which other"`: o.HardQueries} {
			if strings.Contains(first, part) != want {
				t.Errorf("%+v: %q in jsonl: %v\n%s", o, part, !want, first)
			}
		}
	}
}

// One that is not known is null, in its place: readers take types and columns from the rows that they see.
func TestASimilarityThatIsNotKnownIsNull(t *testing.T) {
	exs := similar(examples(5))
	exs[0].Negatives[1].Similarity = nil
	dir := t.TempDir()
	for _, f := range []string{"hf", "jsonl"} {
		write(t, f, dir, Options{Similarities: true}, exs)
		if _, v, err := Check(filepath.Join(dir, f)); err != nil || len(v) > 0 {
			t.Errorf("%s: %v %v", f, v, err)
		}
	}
	if read := readFile[readFull](t, filepath.Join(dir, "hf", "data", "train-00000-of-00001.parquet")); read[0].Negatives[1].Similarity != nil || read[0].Negatives[2].Similarity == nil {
		t.Errorf("%+v", read[0].Negatives)
	}
	b, err := os.ReadFile(filepath.Join(dir, "jsonl", "data", "train.jsonl"))
	if first, _, _ := strings.Cut(string(b), "\n"); err != nil || strings.Count(first, `"similarity":null`) != 1 {
		t.Errorf("%s, %v", first, err)
	}
	for _, f := range Formats() {
		if _, err := tryWrite(f, t.TempDir(), Options{Similarities: true, Scores: ScoresDense}, exs, info); !errors.Is(err, ErrNoSimilarity) || !strings.Contains(err.Error(), exs[0].QueryID) {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestFormatsForDistillationGiveTheScoresThatAreAskedFor(t *testing.T) {
	exs := similar(examples(10))
	for i := range exs {
		exs[i].Split = "train"
	}
	for scores, want := range map[string][]float64{ScoresJudge: {1, 1. / 3, 0, 0}, ScoresDense: {.9, .47, .04, -.39}, "": {1, 1. / 3, 0, 0}} {
		dir := t.TempDir()
		for _, f := range []string{"flagembedding", "st-ntuple-scores"} {
			m := write(t, f, dir, Options{Similarities: true, Scores: scores}, exs)
			if _, v, err := Check(filepath.Join(dir, f)); err != nil || len(v) > 0 || m.Scores == "" || scores != "" && m.Scores != scores {
				t.Errorf("%s, %s: %v %v, the manifest says %q", scores, f, v, err, m.Scores)
			}
			card, err := os.ReadFile(filepath.Join(dir, f, "README.md"))
			if says := "-1 to 1"; err != nil || strings.Contains(string(card), says) != (scores == ScoresDense) {
				t.Errorf("%s, %s: the card says %q: %v", scores, f, says, scores != ScoresDense)
			}
		}
		b, err := os.ReadFile(filepath.Join(dir, "flagembedding", "train.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		var row flagRow
		second := strings.Split(string(b), "\n")[1] // it has one positive
		if err := json.Unmarshal([]byte(second), &row); err != nil || !slices.Equal(append(floats(row.PosScores), floats(row.NegScores)...), want) {
			t.Errorf("%s: %v, want %v, %v", scores, row, want, err)
		}
		type tuple struct {
			Score []float64 `parquet:"score,list"`
		}
		if got := readFile[tuple](t, filepath.Join(dir, "st-ntuple-scores", "data", "train-00000-of-00001.parquet")); gocmp.Diff(want, got[2].Score) != "" {
			t.Errorf("%s: %v, want %v", scores, got[2].Score, want)
		}
	}
	if exs[1].Positives[0].Score != 1 {
		t.Error("the caller's examples were changed")
	}
}

func TestCheckFindsScoresOutOfTheirRange(t *testing.T) {
	for _, c := range []struct {
		format, scores string
		old, spoilt    string // of the first line
		want           bool
	}{
		{"flagembedding", ScoresJudge, `"neg_scores":[0.3`, `"neg_scores":[-0.3`, true},
		{"flagembedding", ScoresDense, `"pos_scores":[0.9`, `"pos_scores":[-0.9`, false},
		{"flagembedding", ScoresDense, `"pos_scores":[0.9`, `"pos_scores":[1.9`, true},
		{"jsonl", ScoresJudge, `"similarity":0.9`, `"similarity":-0.9`, false},
		{"jsonl", ScoresJudge, `"similarity":0.9`, `"similarity":-1.9`, true},
		{"jsonl", ScoresJudge, `"score":1.0`, `"score":7.0`, true},
	} {
		dir := t.TempDir()
		write(t, c.format, dir, Options{Similarities: true, Scores: c.scores}, similar(examples(4)))
		at := filepath.Join(dir, c.format, map[bool]string{true: "data", false: "."}[c.format == "jsonl"], "train.jsonl")
		b, err := os.ReadFile(at)
		if err != nil || !strings.Contains(string(b), c.old) {
			t.Fatalf("no %s in %s: %v", c.old, b, err)
		}
		if err := os.WriteFile(at, []byte(strings.Replace(string(b), c.old, c.spoilt, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, v, err := Check(filepath.Join(dir, c.format))
		found := slices.ContainsFunc(v, func(v Violation) bool { return v.Rule == RuleScore && v.Row == 1 })
		if err != nil || found != c.want {
			t.Errorf("%s, %s, %s: %v, %v", c.format, c.scores, c.spoilt, v, err)
		}
	}
	if err := validText(&hardneg.Text{DocID: "a", Text: "a", Source: hardneg.SourceMined, Similarity: new(float64)}); err != nil {
		t.Error(err)
	}
	nan := math.NaN()
	if err := validText(&hardneg.Text{DocID: "a", Text: "a", Source: hardneg.SourceMined, Similarity: &nan}); err == nil {
		t.Error("a similarity that is no number passes")
	}
}
