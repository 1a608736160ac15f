package store

import (
	"slices"
	"testing"
)

// Texts are read by their keys, once a judge or the set itself says that they may answer, and not before their import is complete.
func TestImportedAnswersAreThoseThatMayBePositives(t *testing.T) {
	r := newRig(t)
	answers := func(atLeast int) (ids []string) {
		pages, err := r.s.ImportedAnswers(ctx, atLeast)
		must(t, err)
		for read := range pages {
			page, err := read()
			must(t, err)
			for _, p := range page {
				text, err := r.s.CandidateText(ctx, p.Row)
				must(t, err)
				if text != p.Text || text != passage(p.ID).Text {
					t.Errorf("%s reads %q and %q", p.ID, p.Text, text)
				}
				ids = append(ids, p.ID)
			}
		}
		return ids
	}
	im := r.begin("set")
	r.addRows(im, setRow("q", "+a", "+b", "-c", "-d", "-e"), setRow("r", "+f", "+g"))
	wantEqual(t, answers(2), nil)
	must(t, im.Finish(2, 0, nil, nil))
	imported := answers(2)
	wantEqual(t, slices.Sorted(slices.Values(imported)), []string{"b", "g"})
	query := r.number("SELECT id FROM queries WHERE given = 'id of q'")
	row := func(id string) int64 { return r.number("SELECT id FROM candidates WHERE docid = ?", id) }
	r.saveVerdicts(query, judged(row("b"), verdict(0, 0)), judged(row("c"), verdict(0, 3), verdict(1, 2)), judged(row("d"), verdict(0, 1)), judged(row("e"), verdict(0, "unsure")))
	all := answers(2)
	wantEqual(t, slices.Sorted(slices.Values(all)), []string{"b", "c", "g"})
	wantEqual(t, slices.Sorted(slices.Values(answers(1))), []string{"b", "c", "d", "g"})
	wantEqual(t, slices.DeleteFunc(all, func(id string) bool { return id == "c" }), imported) // in one order
}
