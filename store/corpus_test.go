package store

import (
	"testing"

	"hardneg"
)

func TestPassagesAreReadInTheOrderOfTheRowsAskedFor(t *testing.T) {
	r := newRig(t)
	r.importFile("b.jsonl", "c", "a")
	r.importFile("a.jsonl", "b")
	ps, err := r.s.PassagesAt(ctx, []int64{r.passageRow("c"), r.passageRow("b")})
	must(t, err)
	wantEqual(t, ps, []hardneg.Passage{passage("c"), passage("b")})
	if _, err := r.s.PassagesAt(ctx, []int64{r.passageRow("a"), 99}); err == nil {
		t.Error("a passage that is not there was read")
	}
}

func TestTheContentsOfImportsAreThoseThatBroughtPassages(t *testing.T) {
	r := newRig(t)
	r.importFile("b.jsonl", "c", "a")
	r.importFile("a.jsonl", "a") // nothing new
	r.begin("c.jsonl")
	got, err := r.s.ImportContents(ctx)
	must(t, err)
	if len(got) != 1 {
		t.Errorf("%q", got)
	}
}
