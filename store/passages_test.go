package store

import (
	"fmt"
	"iter"
	"slices"
	"testing"
)

// passagesOf are the passages of pages.
func passagesOf(t *testing.T, pages iter.Seq[Page]) iter.Seq[PagedPassage] {
	t.Helper()
	return func(yield func(PagedPassage) bool) {
		for read := range pages {
			page, err := read()
			must(t, err)
			for _, p := range page {
				if !yield(p) {
					return
				}
			}
		}
	}
}

func TestPagesHaveEachPassageOnceInTheOrderOfItsKey(t *testing.T) {
	r := newRig(t)
	var ids []string
	for i := range 2*chunk + 7 {
		ids = append(ids, fmt.Sprint("p", (i*7919)%100_000))
	}
	im := r.begin("a.jsonl")
	must(t, im.Add(lines(ids...)))
	visit := func() (got []string) {
		for p := range passagesOf(t, r.s.PassagePages(ctx)) {
			got = append(got, p.ID)
			again, err := r.s.PassageAt(ctx, p.Row)
			must(t, err)
			if again != p.Passage {
				t.Errorf("row %d is %+v, want %+v", p.Row, p.Passage, again)
			}
		}
		return got
	}
	wantEqual(t, visit(), nil) // the import is not complete
	must(t, im.Finish(int64(len(ids)), 0, nil, nil))
	slices.Sort(ids)
	wantEqual(t, visit(), ids)
}
