package store

import (
	"maps"
	"slices"
	"testing"
)

// TestGrownQueriesArePendingFromNegativesOn: of the scene, the first query has six slots of strategy 1, and the own query one.
func TestGrownQueriesArePendingFromNegativesOn(t *testing.T) {
	r := newScene(newRig(t))
	before := r.contents()
	n, err := r.s.Grow(r.c.Negatives, []int{0, 6}, Bound{})
	must(t, err)
	if n != 1 {
		t.Fatalf("%d queries grow, want the one with a slot alone", n)
	}
	for stage, recipe := range map[string]int64{"negatives": r.c.Negatives, "judge": r.c.Judge, "relabel": r.c.Relabel, "similarity": r.similarity} {
		if r.hasTask(recipe, r.own) || !r.hasTask(recipe, r.first) {
			t.Errorf("stage %s: the own query must be pending, and only that", stage)
		}
	}
	after := r.contents()
	for _, table := range []string{"candidates", "verdicts", "queries", "calls"} {
		if after[table] != before[table] {
			t.Errorf("%s changed", table)
		}
	}
	r.wantNumber(0, "SELECT count(*) FROM decisions WHERE query = ?", r.own)
	r.wantClean()

	r.saveSlots(r.own, done, done, refused) // of which the first stands
	r.wantNumber(3, "SELECT count(*) FROM candidates WHERE query = ? AND recipe <> 0", r.own)
	r.wantClean()
}

func TestGrowingTwiceIsGrowingOnce(t *testing.T) {
	r := newScene(newRig(t))
	for _, want := range []int64{1, 0} {
		if n, err := r.s.Grow(r.c.Negatives, []int{0, 6}, Bound{}); err != nil || n != want {
			t.Errorf("%d queries, %v, want %d", n, err, want)
		}
	}
	if n, err := r.s.Grow(r.c.Negatives, []int{0, 7}, Bound{}); err != nil || n != 1 {
		t.Errorf("%d queries, %v: that of six slots lacks the seventh", n, err)
	}
	r.wantClean()
}

func TestLackingAndMadeSlots(t *testing.T) {
	r := newScene(newRig(t))
	lacks := func(slots int, b Bound, want int64, by ...Lack) {
		t.Helper()
		n, got, err := r.s.Lacking(ctx, r.c.Negatives, []int{0, slots}, b)
		if err != nil || n != want || !slices.Equal(got, by) {
			t.Errorf("%d slots: %d queries lack %v, %v, want %d and %v", slots, n, got, err, want, by)
		}
	}
	lacks(1, Bound{}, 0)
	lacks(6, Bound{}, 1, Lack{1, 1, 5})
	lacks(7, Bound{}, 2, Lack{1, 2, 7})
	lacks(7, Bound{Set: true, LastKey: "a"}, 1, Lack{1, 1, 1})
	if _, err := r.s.Grow(r.c.Negatives, []int{0, 6}, Bound{}); err != nil {
		t.Fatal(err)
	}
	lacks(6, Bound{}, 1, Lack{1, 1, 5}) // also when it is under way
	r.saveSlots(r.own, done, done, refused, done, done, done)
	lacks(6, Bound{}, 0)
	made, err := r.s.SlotsMade(ctx, r.c.Negatives)
	if err != nil || !maps.Equal(made, map[int]int{1: 6}) {
		t.Errorf("%v, %v", made, err)
	}
}

func TestQueriesOutsideTheBoundStayFinished(t *testing.T) {
	r := newScene(newRig(t))
	if n, err := r.s.Grow(r.c.Negatives, []int{0, 7}, Bound{Set: true, LastKey: "a"}); err != nil || n != 1 {
		t.Fatalf("%d queries, %v, want that of the first passage", n, err)
	}
	if r.hasTask(r.c.Negatives, r.first) || !r.hasTask(r.c.Negatives, r.own) || !r.hasTask(r.c.Judge, r.own) {
		t.Error("only the query of the first passage is to be pending")
	}
	r.wantClean()
}
