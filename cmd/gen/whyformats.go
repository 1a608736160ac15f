package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hardneg"
	"hardneg/internal/export"
)

// formats prints what the formats of the config leave out of a row: those with a fixed number of negatives, and all where origins are
// balanced, which depends on the rows before.
func (t *teller) formats(ctx context.Context, ex hardneg.Example) error {
	if t.options == nil {
		o, err := t.e.options(ctx)
		if err != nil {
			return err
		}
		t.options = &o
	}
	var all []*export.Fitter
	for _, name := range t.cfg.Export.Formats {
		f, err := export.NewFitter(name, *t.options)
		if err != nil {
			return err
		}
		all = append(all, f)
	}
	if t.options.Origins != nil {
		if err := t.fitBefore(ctx, all, ex.QueryID); err != nil {
			return err
		}
	}
	for i, name := range t.cfg.Export.Formats {
		out, why := all[i].Fit(ex)
		switch left := leftOut(ex, out); {
		case why != "":
			fmt.Fprintf(t.w, "format %s has no row of it: %s\n", name, why)
		case len(left) > 0:
			fmt.Fprintf(t.w, "format %s goes without %s\n", name, strings.Join(left, ", "))
		}
	}
	return nil
}

// fitBefore gives formats the rows before that of a query.
func (t *teller) fitBefore(ctx context.Context, all []*export.Fitter, query string) error {
	for ex, err := range t.e.scout().rows(ctx) {
		if err != nil || ex.QueryID >= query {
			return err
		}
		for _, f := range all {
			f.Fit(ex)
		}
	}
	return nil
}

// leftOut are the docids of the texts that are not in what a format takes.
func leftOut(ex, out hardneg.Example) (ids []string) {
	for _, side := range [][2][]hardneg.Text{{ex.Positives, out.Positives}, {ex.Negatives, out.Negatives}} {
		for _, t := range side[0] {
			if !slices.ContainsFunc(side[1], func(x hardneg.Text) bool { return x.DocID == t.DocID }) {
				ids = append(ids, t.DocID)
			}
		}
	}
	return ids
}
