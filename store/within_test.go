package store

import (
	"maps"
	"testing"

	"hardneg"
)

// sums adds up tallies without their reasons, which a bound does not tell apart.
func sums(ts []Tally, keep map[int64]bool) map[countKey]int64 {
	out := map[countKey]int64{}
	for _, t := range ts {
		k := countKey{recipe: t.Recipe, outcome: t.Outcome}
		if keep[t.Recipe] && t.N != 0 {
			out[k] += t.N
		}
	}
	return out
}

func TestABoundThatHoldsAllCountsWhatTheTalliesCount(t *testing.T) {
	sc := newScene(newRig(t))
	keep := map[int64]bool{sc.c.Queries: true, sc.c.Verify: true, sc.c.Negatives: true, sc.c.Judge: true, sc.c.Relabel: true}
	kept, err := sc.s.Tallies(ctx)
	must(t, err)
	totals, err := sc.s.Totals(ctx)
	must(t, err)
	ts, within, err := sc.s.Within(ctx, sc.c, Bound{LastKey: "~", Set: true})
	must(t, err)
	if got, want := sums(ts, keep), sums(kept, keep); !maps.Equal(got, want) {
		t.Errorf("counted %v, the tallies are %v", got, want)
	}
	for name, n := range within {
		if totals[name] != n {
			t.Errorf("%s: %d, the total is %d", name, n, totals[name])
		}
	}
}

func TestABoundLeavesOutWhatIsBehindIt(t *testing.T) {
	sc := newScene(newRig(t))
	keys, err := sc.s.LowestKeys(ctx, 2)
	must(t, err)
	if len(keys) != 2 || keys[0] != "a" || keys[1] != "b" {
		t.Fatalf("lowest keys %v", keys)
	}
	ts, totals, err := sc.s.Within(ctx, sc.c, Bound{LastKey: "a", Set: true})
	must(t, err)
	if totals["passages"] != 1 || totals["own_queries"] != 0 || totals["imported_candidates"] != 0 {
		t.Errorf("totals %v", totals)
	}
	n := sums(ts, map[int64]bool{sc.c.Queries: true, sc.c.Verify: true})
	if got := n[countKey{recipe: sc.c.Queries, outcome: hardneg.Done}]; got != 2 {
		t.Errorf("%d queries done", got)
	}
	if got := n[countKey{recipe: sc.c.Verify, outcome: hardneg.Done}]; got != 1 {
		t.Errorf("%d queries verified, and the own one is behind the bound", got)
	}
}

func TestWhatJudgesWereAskedIsCountedByStep(t *testing.T) {
	sc := newScene(newRig(t))
	asked, err := sc.s.AskedLately(ctx, sc.c.Judge, 100)
	must(t, err)
	if len(asked) != 2 || asked[0].Texts != 7 || asked[1].Texts != 3 {
		t.Errorf("%+v", asked)
	}
	if asked, err = sc.s.AskedLately(ctx, sc.c.Judge, 1); err != nil || len(asked) != 1 || asked[0].Texts != 3 {
		t.Errorf("of the last query: %+v, %v", asked, err)
	}
	mean, err := sc.s.MeanLength(ctx)
	must(t, err)
	if mean <= 0 {
		t.Errorf("mean length %g", mean)
	}
}
