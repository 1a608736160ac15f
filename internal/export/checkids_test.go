package export

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hardneg"
)

// What was imported beside the passages may have the id of one of them, and another text; rows may have one passage in many places.
func TestIDsOfImportedTextsAndOfPassagesAgain(t *testing.T) {
	exs := []hardneg.Example{plain("1"), plain("2"), plain("3")}
	exs[0].Negatives[2].DocID, exs[0].Negatives[2].Source = "p1", hardneg.SourceImported
	exs[1].Negatives[2].DocID, exs[1].Negatives[2].Source = "p1", hardneg.SourceImported
	exs[1].Negatives[2].Text = "another one"
	exs[2].Negatives[2] = exs[0].Positives[0]
	exs[2].Negatives[2].Source, exs[2].Negatives[2].Grade, exs[2].Negatives[2].Score = hardneg.SourceMined, hardneg.Irrelevant, 0
	exs[2].Positives[0].Text = "of its own"
	for _, f := range []string{"hf", "jsonl", "tevatron"} {
		write(t, f, t.TempDir(), Options{}, exs)
	}
}

func TestTextsOfTevatronHaveIDs(t *testing.T) {
	row := tevatronRow{QueryID: "1", Query: "q", Positives: []tevatronPassage{{DocID: "p", Text: "positive"}}, Negatives: []tevatronPassage{{DocID: "p", Text: "negative"}}}
	if found := storedAs(t, "tevatron", []tevatronRow{row}); len(found) > 0 {
		t.Error(found) // it may be an imported one
	}
	row.Negatives[0].DocID = ""
	if found := storedAs(t, "tevatron", []tevatronRow{row}); len(found) != 1 || found[0].Rule != RuleID || found[0].Row != 1 {
		t.Error(found)
	}
}

// A data set has one split after the other: of a passage, either may come first.
func TestWhatIsKeptOfPassages(t *testing.T) {
	c := newChecker(nil, nil, Manifest{})
	rowOf := func(passage, id, text string) *row {
		w := &row{passageID: passage, negatives: []gradedText{{id: id, text: text, source: "mined"}}}
		w.findFound()
		return w
	}
	for i, x := range []struct {
		split string
		row   *row
		want  string
	}{
		{"test", rowOf("a", "b", "text of b"), ""},
		{"test", rowOf("a", "b", "text of b"), ""},
		{"train", rowOf("c", "b", "text of b"), "split"},
		{"test", rowOf("b", "a", "text of a"), ""},
		{"test", rowOf("a", "a", "another"), "id"},
		{"train", rowOf("b", "d", "text of d"), "split"},
		{"validation", rowOf("d", "e", "text of e"), "split"},
		{"validation", rowOf("", "e", "text of d"), "id"},
		{"", rowOf("f", "g", "text of g"), ""},
	} {
		c.found = nil
		f := File{Path: "f", Split: x.split}
		c.passage(f, i, x.row)
		c.corpus(f, i, x.row)
		var rules []string
		for _, v := range c.found {
			rules = append(rules, v.Rule)
		}
		if got := strings.Join(slices.Compact(rules), " "); got != x.want {
			t.Errorf("%d: %v, want %q", i, fmt.Sprint(c.found), x.want)
		}
	}
}
