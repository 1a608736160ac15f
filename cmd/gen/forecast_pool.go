package main

import (
	"context"
	"math"

	"hardneg"
	"hardneg/store"
)

// further is what queries that have texts still lack, where a pool was raised: each of them takes one more request of a strategy, and
// its new texts are judged in slates of their own.
type further struct {
	queries float64
	by      map[int]store.Lack // by entry
}

// slots are all that they lack.
func (f further) slots() (n float64) {
	for _, l := range f.by {
		n += float64(l.Slots)
	}
	return n
}

// countFurther reads it, of the first passages by key if there is a limit.
func (o *outlook) countFurther(ctx context.Context, b store.Bound) error {
	recipe := chainOf(o.now).Negatives
	if o.st == nil || !o.plan.Grown || recipe <= 0 {
		return nil
	}
	n, by, err := o.st.Lacking(ctx, recipe, o.p.slots(), b)
	o.further = further{float64(n), map[int]store.Lack{}}
	for _, l := range by {
		o.further.by[l.Strategy] = l
	}
	return err
}

// goingOn is stage negatives for the further slots of queries. The vectors of queries are there, and so are the first turns of
// conversations.
func (o *outlook) goingOn() (out []estimate) {
	for _, g := range o.p.generators() {
		l, ok := o.further.by[g.no]
		if !ok {
			continue
		}
		items, n, each := float64(l.Slots)*g.Share, float64(l.Queries)*g.Share, float64(l.Slots)/float64(l.Queries)
		if g.Writer == nil {
			out = append(out, estimate{Type: "stage", Stage: stageNegatives, Model: "-", Items: whole(items), Seconds: new(float64), Basis: basisOf(g.Share == 1)})
			continue
		}
		r := o.writingOf(g, each)
		r.in += (float64(g.Slots()) - each) * (o.chars + 80) // what stands is shown
		out = append(out, o.estimate(stageNegatives, r, items, stream{n, g.Share == 1}, asks{}))
		if len(g.Checks) > 0 {
			out = append(out, o.estimate(stageNegatives, o.checkingOf(g, each), 0, stream{n * float64(len(g.Checks)), false}, asks{}))
		}
	}
	return out
}

// further texts are judged apart from those that stand: how many a query has decides how many slates it takes.
func (o *outlook) judgingFurther(texts float64) (out []estimate) {
	if texts == 0 {
		return nil
	}
	guess, each := o.slates(texts/o.further.queries, o.hardQueries()/float64(max(1, o.plan.Slots)))
	for i, r := range o.reaches(stageJudge, guess) {
		n := texts * r.share
		out = append(out, o.asking(o.p.cascade.Steps[i], each[i], load{n, stream{n * guess[i].calls, false}, asks{}, guess[i].looks})...)
	}
	return out
}

// similarTexts is how many further texts have to get a vector: those that no strategy found by the same encoder.
func (o *outlook) similarTexts(indexed bool) (n float64) {
	usable, _ := o.share(stageNegatives, 0)
	for i, s := range o.p.negatives.Strategies {
		if s.Label != hardneg.LabelHardQuery && !(s.Mine != nil && indexed) {
			n += usable * float64(o.further.by[i].Slots)
		}
	}
	return math.Round(n)
}
