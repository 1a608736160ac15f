package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
	"hardneg/store"
)

func swaps(query int64, first, again store.Placed) store.Swap {
	return store.Swap{Query: query, First: first, Again: again}
}

// Up minus down is 3 in 16 queries and -3 in 9: the sum is 21, its standard error √(25·9) = 15.
func TestPlaceTest(t *testing.T) {
	t.Parallel()
	var p placeTest
	for q := range int64(25) {
		first, again := store.Placed{Place: 1, Grade: 3}, store.Placed{Place: 3, Grade: 0}
		if q < 9 {
			first.Grade, again.Grade = 0, 3
		}
		if q%2 == 0 {
			first, again = again, first // which order comes first says nothing
		}
		p.add(swaps(q, first, again))
		p.add(swaps(q, store.Placed{Place: 2, Grade: 1}, store.Placed{Place: 2, Grade: 2})) // says nothing either
	}
	got := p.result()
	if got.Queries != 25 || got.Texts != 25 || got.Differ != 25 || got.UpByMean != 0.84 || got.Z == nil || *got.Z != 1.4 || math.Abs(*got.P-0.1615) > 1e-4 || got.matters() {
		t.Errorf("%+v, z %v, p %v", got, got.Z, got.P)
	}
	want := []placedAt{{1, 25, 1.92}, {3, 25, 1.08}}
	if len(got.ByPlace) != 2 || got.ByPlace[0] != want[0] || got.ByPlace[1] != want[1] {
		t.Errorf("%+v, want %+v", got.ByPlace, want)
	}
}

// The texts of one query share their requests: they count as one.
func TestPlaceTestTakesAQueryAsOne(t *testing.T) {
	t.Parallel()
	var p placeTest
	for range 100 {
		p.add(swaps(1, store.Placed{Place: 1, Grade: 3}, store.Placed{Place: 2, Grade: 0}))
	}
	if got := p.result(); got.P != nil || got.Queries != 1 || got.Differ != 1 || got.UpByMean != 3 || !strings.Contains(got.String(), "can't be told") {
		t.Errorf("%+v %s", got, got)
	}
	if got := (&placeTest{}).result(); got != nil {
		t.Errorf("%+v of nothing", got)
	}
}

// M13: a judge that grades the place is found out; one that grades texts is not accused.
func TestM13AJudgeThatLooksAtThePlace(t *testing.T) {
	t.Parallel()
	biased := func(model, label string) string {
		if model != "s" {
			return ""
		}
		return map[string]string{"A": "2", "B": "1"}[label]
	}
	for name, c := range map[string]struct {
		places func(model, label string) string
		want   string
	}{
		"places": {biased, "the place matters, what stands further up gets 1.00 grades more"},
		"texts":  {nil, "no sign that the place matters (none of "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, 25, mockllm.Config{Places: c.places})
			sets := []string{"--set", "judge.positives=false", "--set", "judge.cascade.0.again=1"}
			l.must(0, append([]string{"run"}, sets...)...)
			s := l.status()
			if len(s.Looks) != 1 || s.Looks[0].Places == nil {
				t.Fatalf("%+v", s.Looks)
			}
			p := s.Looks[0].Places
			if matters := name == "places"; p.matters() != matters || matters && (p.UpByMean != 1 || p.ByPlace[0].Mean != 2 || p.ByPlace[1].Mean != 1) {
				t.Errorf("%+v", p)
			}
			card, err := os.ReadFile(filepath.Join(l.dir, "run", "export", "jsonl", "README.md"))
			if out := l.must(0, "status").out; err != nil || !strings.Contains(out, c.want) || !strings.Contains(string(card), c.want) {
				t.Errorf("%q is not in the status or not in the card: %v\n%s\n%s", c.want, err, out, card)
			}
		})
	}
}
