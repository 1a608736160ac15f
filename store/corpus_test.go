package store

import (
	"errors"
	"testing"

	"hardneg"
)

func TestPassagesAreReadInTheOrderOfTheirIDsAndOfTheirRows(t *testing.T) {
	r := newRig(t)
	r.importFile("b.jsonl", "c", "a")
	r.importFile("a.jsonl", "b")
	must(t, r.begin("c.jsonl").Add(lines("d"))) // under way
	var ids []string
	var rows []int64
	must(t, r.s.EachPassage(ctx, func(row int64, p hardneg.Passage) error {
		ids, rows = append(ids, p.ID), append(rows, row)
		return nil
	}))
	wantEqual(t, ids, []string{"a", "b", "c"})
	ps, err := r.s.PassagesAt(ctx, []int64{rows[2], rows[0]})
	must(t, err)
	wantEqual(t, ps, []hardneg.Passage{passage("c"), passage("a")})
	if _, err := r.s.PassagesAt(ctx, []int64{rows[0], 99}); err == nil {
		t.Error("a passage that is not there was read")
	}
	stop := errors.New("stop")
	if err := r.s.EachPassage(ctx, func(int64, hardneg.Passage) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
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
