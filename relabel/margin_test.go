package relabel

import (
	"fmt"
	"testing"

	"hardneg"
)

// scored is a verdict with a score of its own.
func scored(grade int, score float64) []hardneg.Verdict {
	g, _ := hardneg.GradeOf(grade)
	return []hardneg.Verdict{{Grade: g, Score: score}}
}

// The scores of negatives against that of the query's passage, by hand: p(negative) <= p(positive) - margin stays.
func TestNegativesMustLieBelowThePositive(t *testing.T) {
	for _, c := range []struct {
		policy string
		margin float64
		source []hardneg.Verdict
		grade  int
		score  float64
		want   string
	}{
		{Soft, .01, scored(3, .95), 0, .94, negative}, // UniME-V2's margin: just far enough
		{Soft, .01, scored(3, .95), 0, .945, "dropped too_close"},
		{Soft, .01, scored(3, .95), 0, .99, "dropped too_close"}, // above the positive
		{Soft, .01, scored(3, .95), 3, .5, kept},                 // no grade is thrown away
		{Soft, 0, scored(3, .95), 1, .95, negative},
		{Relabel, .3, scored(3, .9), 1, .6, negative},
		{Relabel, .3, scored(3, .9), 1, .61, "dropped too_close"},
		{Relabel, .3, scored(3, .9), 2, .2, ambiguous}, // what the grade decides is decided
		{RemoveNegative, .3, scored(2, .5), 1, .3, "dropped too_close"},
		{Relabel, .3, nil, 1, .1, "undecided no_positive_score"},
		{Relabel, .3, []hardneg.Verdict{{Unsure: true}}, 1, .1, "undecided no_positive_score"},
		{Keep, .3, nil, 1, .9, negative}, // the baseline has no such rule
		{Keep, .3, scored(3, .9), 1, .9, negative},
	} {
		r := shipped(c.policy)
		r.Margin = &c.margin
		d := r.For(c.source).Decide([]Judged{{hardneg.Candidate{Was: hardneg.LabelNegative, Source: hardneg.SourceMined}, scored(c.grade, c.score)}})
		if got := said(d[0]); got != c.want {
			t.Errorf("%s, margin %v, grade %d with %v: %s, want %s", c.policy, c.margin, c.grade, c.score, got, c.want)
		}
	}
}

func TestImportedPositivesHaveNoMargin(t *testing.T) {
	r, margin := shipped(Relabel), .3
	r.Margin = &margin
	d := r.For(scored(3, .5)).Decide([]Judged{{hardneg.Candidate{Was: hardneg.LabelPositive}, scored(3, .9)}})
	if said(d[0]) != asItWas {
		t.Error(said(d[0]))
	}
}

func TestSoftKeepsEveryQueryWhole(t *testing.T) {
	var cs []Judged
	for i := range 9 {
		cs = append(cs, Judged{hardneg.Candidate{Key: hardneg.KeyOf(fmt.Sprint(i)), Was: hardneg.LabelNegative}, scored(3, .9)})
	}
	for _, d := range shipped(Soft).Decide(cs) {
		if said(d) != kept || d.Score != .9 {
			t.Errorf("%s with score %v", said(d), d.Score)
		}
	}
}
