package main

import (
	"bytes"
	"context"
	"fmt"

	"hardneg/store"
)

// row prints the row that the export makes of the query.
func (t *teller) row(ctx context.Context, q store.QueryState) error {
	if t.e == nil || t.chain.Judge == 0 {
		return nil
	}
	if err := t.e.prepare(ctx); err != nil {
		return err
	}
	other, err := t.before(ctx, q)
	if err != nil {
		return err
	}
	if other != nil {
		fmt.Fprintf(t.w, "\nno row in the export: query %s has the same text, and the row\n", other.Key)
		return nil
	}
	clear(t.e.seen) // of the queries that were told of before
	norm := int64(normOf(q.Text))
	known, err := t.e.others(ctx, []store.QueryState{q}, []int64{norm})
	if err != nil {
		return err
	}
	t.e.say = func(format string, args ...any) { fmt.Fprintf(t.w, "\nexport: "+format+"\n", args...) }
	ex, ok := t.e.row(q, norm, known)
	if !ok {
		fmt.Fprintln(t.w, "\nno row in the export")
		return nil
	}
	what := "row in the export"
	if t.cfg.Export.BalanceOrigin {
		what = "row, before the balance of origins"
	}
	fmt.Fprintf(t.w, "\n%s, split %s:\n%s", what, ex.Split, rowText(ex, 120))
	return t.formats(ctx, ex)
}

// before finds the query that has a row in place of one with the same text, nil where there is none.
func (t *teller) before(ctx context.Context, q store.QueryState) (*store.QueryState, error) {
	norm := normOf(q.Text)
	if !t.e.kin.askers.Repeated(int64(norm)) {
		return nil, nil
	}
	for qs, err := range t.st.Judged(ctx, t.e.chain, t.e.snapshot) {
		if err != nil {
			return nil, err
		}
		for i := range qs {
			if bytes.Compare(qs[i].Key[:], q.Key[:]) >= 0 {
				return nil, nil
			}
			if normOf(qs[i].Text) != norm {
				continue
			}
			if err := t.st.Fill(ctx, qs[i:i+1], t.e.chain); err != nil {
				return nil, err
			}
			known, err := t.e.others(ctx, qs[i:i+1], []int64{int64(norm)})
			if err != nil {
				return nil, err
			}
			if _, ok := t.e.scout().example(qs[i], int64(norm), t.e.splits.of(qs[i].PassageID), known); ok {
				return &qs[i], nil
			}
		}
	}
	return nil, nil
}
