package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hardneg"
)

func TestOpinionsStandBesideTheirVerdicts(t *testing.T) {
	r := newRig(t)
	x := newScene(r)
	all, err := r.s.Opinions(t.Context(), x.first, r.c.Judge)
	if err != nil || len(all) == 0 {
		t.Fatalf("%d texts have opinions: %v", len(all), err)
	}
	rows, err := r.s.Candidates(t.Context(), x.first, r.c.Negatives, r.c.Judge)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range rows {
		os := all[c.Row]
		if len(os) != 2*len(c.Verdicts) {
			t.Fatalf("%d opinions beside %d verdicts", len(os), len(c.Verdicts))
		}
		for i, o := range os {
			v := c.Verdicts[i/2]
			v.Candidate = hardneg.Key{}
			if diff := cmp.Diff(v, o.Verdict); diff != "" || o.Role != []string{"", hardneg.LookSwap}[i%2] || o.N != []int{0, 101}[i%2] {
				t.Errorf("%+v: %s", o, diff)
			}
		}
	}
	r.wantClean()
}

func TestLooksAreSummedUpWithoutTheCombinedOnes(t *testing.T) {
	r := newRig(t)
	newScene(r)
	looks, err := r.s.Looks(t.Context(), r.c.Judge)
	if err != nil || len(looks) == 0 {
		t.Fatal(looks, err)
	}
	for _, l := range looks {
		if l.Role != hardneg.LookSwap || l.Texts != l.Same+l.Failed || l.Texts != l.Failed+l.Unsure+l.Grades[0]+l.Grades[1]+l.Grades[2]+l.Grades[3] {
			t.Errorf("%+v does not add up", l)
		}
	}
}

func TestARetryTakesTheOpinionsAlong(t *testing.T) {
	r := newRig(t)
	newScene(r)
	before := r.number("SELECT count(*) FROM opinions")
	if _, err := r.s.Retry(r.c, map[string]bool{"judge": true, "verify": true}, ""); err != nil {
		t.Fatal(err)
	}
	if after := r.number("SELECT count(*) FROM opinions"); after >= before || after == 0 {
		t.Errorf("%d opinions before, %d after", before, after)
	}
	r.wantClean()
}

// Each text that was graded in both orders, with the first judge's own grade and not with what was combined of several.
func TestSwapsAreTheGradesInBothPlaces(t *testing.T) {
	r := newRig(t)
	newScene(r)
	want := r.number("SELECT count(*) FROM opinions WHERE role = 'swap' AND step = 0 AND state <= 3")
	if want == 0 {
		t.Fatal("no swaps in the scene")
	}
	swapsNow := func(grade int) (out []Swap) {
		must(t, r.s.Swaps(t.Context(), r.c.Judge, 0, func(w Swap) { out = append(out, w) }))
		for _, w := range out {
			if w.First.Place != 1 || w.Again.Place != 2 || grade >= 0 && w.First.Grade != grade {
				t.Errorf("%+v", w)
			}
		}
		return out
	}
	if got := swapsNow(-1); int64(len(got)) != want {
		t.Errorf("%d swaps, want %d", len(got), want)
	}
	tamper(t, r.dir, "UPDATE opinions SET state = 2 WHERE n = 0 AND role = ''")
	swapsNow(2)
	tamper(t, r.dir, "UPDATE opinions SET place = 0 WHERE role = 'swap'") // of a store of before
	if got := swapsNow(-1); len(got) != 0 {
		t.Errorf("%+v without a place", got)
	}
}
