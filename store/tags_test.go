package store

import (
	"fmt"
	"testing"

	"hardneg"
)

func TestTagsOfImportedQueries(t *testing.T) {
	r := newRig(t)
	im, err := r.s.BeginImport(Imported{Path: "set", Content: "set", Quick: "set"})
	must(t, err)
	row := func(i int, tags hardneg.Tags) SetRow {
		p := hardneg.Passage{ID: fmt.Sprint("p", i), Text: fmt.Sprint("passage ", i)}
		return SetRow{File: "set", Line: i, Text: fmt.Sprint("query ", i), Norm: uint64(i), Key: hardneg.KeyOf("set", fmt.Sprint(i)), Tags: tags, Passage: PassageLine{Passage: p}}
	}
	both, none := hardneg.Tags{Subset: "s", Type: "normal"}, hardneg.Tags{}
	must(t, im.AddRows([]SetRow{row(1, both), row(2, none), row(3, hardneg.Tags{Subset: "other"}), row(4, both)}, hardneg.Origin{Method: "imported"}))
	again := row(1, hardneg.Tags{Subset: "late"}) // what was said first stands
	must(t, im.AddRows([]SetRow{again}, hardneg.Origin{Method: "imported"}))
	must(t, im.Finish(5, 0, nil, nil))
	r.wantNumber(2, "SELECT count(*) FROM tags")
	for i, want := range []hardneg.Tags{both, none, {Subset: "other"}, both} {
		q, err := r.s.State(ctx, r.number("SELECT id FROM queries WHERE norm = ?", i+1), r.c)
		must(t, err)
		if q.Tags != want {
			t.Errorf("query %d: %+v, want %+v", i+1, q.Tags, want)
		}
	}
	r.wantClean()
}

// Names of which there are as many as rows are stored, and not all remembered.
func TestManyTagsAreNotAllRemembered(t *testing.T) {
	r := newRig(t)
	for from := 0; from < mostInterned+1000; from += 4000 {
		must(t, r.s.write(func(t *Tx) error {
			for i := range 4000 {
				if _, err := t.tags(hardneg.Tags{Instruction: fmt.Sprint(from + i)}); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	var first, again int64
	must(t, r.s.write(func(t *Tx) (err error) {
		first, err = t.tags(hardneg.Tags{Instruction: "0"})
		return err
	}))
	must(t, r.s.write(func(t *Tx) (err error) {
		last := hardneg.Tags{Instruction: fmt.Sprint(mostInterned + 999)}
		if again, err = t.tags(last); err != nil {
			return err
		}
		once := again
		again, err = t.tags(last)
		if err == nil && again != once {
			err = fmt.Errorf("tags stand in rows %d and %d", once, again)
		}
		return err
	}))
	if first != 1 || again == 0 || len(r.s.w.interned) > mostInterned+4000 {
		t.Errorf("rows %d and %d, %d names remembered", first, again, len(r.s.w.interned))
	}
}
