package export

import (
	"testing"

	"hardneg"
)

func TestTitlesStandOnBothSidesOrNone(t *testing.T) {
	titled, bare := hardneg.Text{Title: "t", Text: "x"}, hardneg.Text{Text: "y"}
	both := hardneg.Example{Positives: []hardneg.Text{titled}, Negatives: []hardneg.Text{titled}}
	if got := evenTitles(both); passageText(got.Positives[0]) != "t x" || passageText(got.Negatives[0]) != "t x" {
		t.Errorf("titles that all have are lost: %v", got)
	}
	mixed := hardneg.Example{Positives: []hardneg.Text{titled}, Negatives: []hardneg.Text{titled, bare}}
	got := evenTitles(mixed)
	for _, x := range append(got.Positives, got.Negatives...) {
		if x.Title != "" {
			t.Errorf("%v keeps its title beside a text that has none", x)
		}
	}
	if mixed.Positives[0].Title == "" {
		t.Error("the caller's example was changed")
	}
}
