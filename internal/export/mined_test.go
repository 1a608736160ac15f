package export

import (
	"strings"
	"testing"

	"hardneg"
)

// What was found in the corpus is of the split of its query, on both sides.
func TestTextsOfAnotherSplitAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(*hardneg.Example){
		"a negative that another split has": func(ex *hardneg.Example) { ex.Negatives[2].DocID = "p904" },
		"the passage of a test query":       func(ex *hardneg.Example) { ex.Negatives[2].DocID = "p4" },
		"a positive": func(ex *hardneg.Example) {
			ex.Positives = append(ex.Positives, hardneg.Text{DocID: "p4", Text: "Found.", Source: hardneg.SourceMined, Grade: hardneg.Answers, Score: 1, HasScore: true})
		},
	} {
		for _, f := range []string{"hf", "jsonl"} {
			exs := examples(10)
			spoil(&exs[1])
			dir := t.TempDir()
			if _, err := tryWrite(f, dir, Options{}, exs, info); err == nil || !strings.Contains(err.Error(), "a text of this row, is of t") {
				t.Errorf("%s: %s: %v", name, f, err)
			}
			if len(tree(t, dir)) > 0 {
				t.Errorf("%s: %s: files were written", name, f)
			}
		}
	}
	write(t, "hf", t.TempDir(), Options{}, examples(10))
}
