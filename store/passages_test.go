package store

import (
	"fmt"
	"slices"
	"testing"

	"hardneg"
)

func TestEachPassageComesOnceInTheOrderOfItsKey(t *testing.T) {
	r := newRig(t)
	var ids []string
	for i := range 2*chunk + 7 {
		ids = append(ids, fmt.Sprint("p", (i*7919)%100_000))
	}
	im := r.begin("a.jsonl")
	must(t, im.Add(lines(ids...)))
	visit := func() (got []string) {
		must(t, r.s.EachPassage(ctx, func(row int64, p hardneg.Passage) error {
			got = append(got, p.ID)
			again, err := r.s.PassageAt(ctx, row)
			must(t, err)
			if again != p {
				t.Errorf("row %d is %+v, want %+v", row, again, p)
			}
			return nil
		}))
		return got
	}
	wantEqual(t, visit(), nil) // the import is not complete
	must(t, im.Finish(int64(len(ids)), 0, nil, nil))
	slices.Sort(ids)
	wantEqual(t, visit(), ids)
}
