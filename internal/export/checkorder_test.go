package export

import (
	"slices"
	"strings"
	"testing"

	"hardneg"
)

// scoredText is what is judged one way, and compared another way.
func scoredText(t hardneg.Text, score, similarity float64) hardneg.Text {
	t.Score, t.HasScore, t.Similarity = score, true, &similarity
	return t
}

// TestTextsComeByOneOfTheirScores has rows whose negatives are ordered by score (s), by similarity (d), by both (b) or by none (n).
func TestTextsComeByOneOfTheirScores(t *testing.T) {
	orders := map[rune][][2]float64{'s': {{.5, .1}, {.4, .2}}, 'd': {{.4, .2}, {.5, .1}}, 'b': {{.5, .2}, {.4, .2}}, 'n': {{.4, .1}, {.5, .2}}}
	for rows, want := range map[string][2]string{ // by what is broken with similarities, and without
		"bsb": {"", ""}, "bdb": {"", ":2:"}, "bss": {"", ""}, "sdb": {":2:", ":2:"}, "dbs": {":1:", ":1:"}, "bbn": {":3:", ":3:"}, "dd": {"", ":1:"},
	} {
		for i, similarities := range []bool{true, false} {
			var exs []hardneg.Example
			for n, kind := range rows {
				ex := plain(string(rune('1' + n)))
				for k := range ex.Positives {
					ex.Positives[k] = scoredText(ex.Positives[k], 1, 1)
				}
				for k, of := range append(slices.Clone(orders[kind]), [2]float64{}) {
					ex.Negatives[k] = scoredText(ex.Negatives[k], of[0], of[1])
				}
				exs = append(exs, jsonRow{similarities: similarities}.cut(ex))
			}
			for _, format := range []string{"hf", "jsonl"} {
				_, err := tryWrite(format, t.TempDir(), Options{Similarities: similarities}, exs, info)
				if want[i] == "" && err != nil || want[i] != "" && (err == nil || !strings.Contains(err.Error(), want[i]+" "+RuleScore)) {
					t.Errorf("%s, rows %s, similarities %v: %v, want %q", format, rows, similarities, err, want[i])
				}
			}
		}
	}
}

func TestSparesAndScoresOfTrainersComeInTheirOrder(t *testing.T) {
	for format, spoil := range map[string]func(ex *hardneg.Example){
		"hf":               func(ex *hardneg.Example) { ex.Spares[0].Score = 0; ex.Spares[1].Score = .5 },
		"jsonl":            func(ex *hardneg.Example) { ex.Spares[0].Score = 0; ex.Spares[1].Score = .5 },
		"flagembedding":    func(ex *hardneg.Example) { ex.Negatives[2].Score = .6 },
		"st-ntuple-scores": func(ex *hardneg.Example) { ex.Negatives[1].Score = .6 },
	} {
		exs := spared(examples(4))
		for i := range exs {
			exs[i].Split = "train"
		}
		exs[3].Negatives[2].DocID = "p900"
		exs[3].Spares[1].DocID = "train-mined"
		write(t, format, t.TempDir(), Options{Spares: true}, exs)
		spoil(&exs[1])
		if _, err := tryWrite(format, t.TempDir(), Options{Spares: true}, exs, info); err == nil || !strings.Contains(err.Error(), RuleScore+": ") {
			t.Errorf("%s: %v", format, err)
		}
	}
}
