// Package relabel turns verdicts into decisions: what a text counts as in the data set.
//
// It is pure functions: no model, no store, no clock. Changing a policy or a threshold and deciding anew costs nothing. The
// policies follow the cascade of "Fixing Data That Hurts Performance" (RLHN, arXiv 2505.16967): a false negative is relabelled
// as a positive, removed, or removed with its query.
package relabel

import (
	"hardneg"
)

// The policies.
const (
	Relabel        = "relabel"         // false negatives become positives
	RemoveNegative = "remove-negative" // they are left out
	RemoveQuery    = "remove-query"    // their query is left out
	Keep           = "keep"            // they stay: the baseline without relabelling
	Soft           = "soft"            // they stay with their scores, for training on these: the soft labels of UniME-V2 (arXiv 2510.13515)
)

// Why a text was decided so.
const (
	FalseNegative          = "false_negative"
	GeneratedFalseNegative = "generated_false_negative"
	Ambiguous              = "ambiguous"
	DisputedPositive       = "disputed_positive"    // imported as a positive, and the judges disagree
	QueryHasFalseNegative  = "query_false_negative" // policy remove-query
	TooManyFalseNegatives  = "too_many_false_negatives"
	TooClose               = "too_close"         // scored too near to the query's own passage, or above it
	NoPositiveScore        = "no_positive_score" // there is nothing to hold the score against
)

// Rules are a policy and its thresholds, on final grades.
type Rules struct {
	Policy            string
	NegativeAt        int  // at or below: a negative
	FalseNegativeAt   int  // at or above: a false negative; between the two: ambiguous
	KeepAmbiguous     bool // ambiguous ones stay negatives, marked
	GeneratedPositive bool // a generated text may become a positive
	MaxFalseNegatives int  // more in one query: the query is dropped

	// Margin is how far below the score of the query's own passage the score of a negative must lie; nil is no such rule. UniME-V2
	// takes 0.01 of a judge's p(yes); the value of LG-ANNA's adaptive margin (arXiv 2506.07438) is not published. Policy keep has none.
	Margin *float64 `json:",omitempty"`

	ceiling *float64 // for the query that is decided
}

// For are the rules for a query with these verdicts on its own passage.
func (r Rules) For(source []hardneg.Verdict) Rules {
	r.ceiling = nil
	if v, ok := Final(source); ok && r.NeedsSource() && v.Grade != hardneg.Ungraded {
		c := v.Score - *r.Margin
		r.ceiling = &c
	}
	return r
}

// NeedsSource reports whether the verdicts on a query's own passage decide anything.
func (r Rules) NeedsSource() bool { return r.Margin != nil && r.Policy != Keep }

// leavesAll reports a policy that leaves texts what they were.
func (r Rules) leavesAll() bool { return r.Policy == Keep || r.Policy == Soft }

// Judged is a candidate with the verdicts on it, in the order of the cascade.
type Judged struct {
	Candidate hardneg.Candidate
	Verdicts  []hardneg.Verdict
}

// Final is the verdict that decides: that of the last judge that was asked. An earlier grade is never a fallback.
func Final(vs []hardneg.Verdict) (hardneg.Verdict, bool) {
	if len(vs) == 0 {
		return hardneg.Verdict{}, false
	}
	return vs[len(vs)-1], true
}

// Decide decides on all candidates of one query; the decisions stand in their order.
func (r Rules) Decide(cs []Judged) []hardneg.Decision {
	out := make([]hardneg.Decision, len(cs))
	falseNegatives := 0
	for i := range cs {
		out[i] = r.one(&cs[i])
		if r.isFalseNegative(&out[i]) {
			falseNegatives++
		}
	}
	if why := r.dropsQuery(falseNegatives); why != "" {
		for i := range out {
			if l := out[i].Label; l == hardneg.LabelNegative || l == hardneg.LabelPositive {
				out[i].Label, out[i].Why = hardneg.LabelDropped, why
			}
		}
	}
	return out
}

// dropsQuery says why a query with so many false negatives is left out, "" if it is not.
func (r Rules) dropsQuery(falseNegatives int) string {
	switch {
	case r.leavesAll():
		return ""
	case r.Policy == RemoveQuery && falseNegatives > 0:
		return QueryHasFalseNegative
	case falseNegatives > r.MaxFalseNegatives:
		return TooManyFalseNegatives
	}
	return ""
}

func (r *Rules) isFalseNegative(d *hardneg.Decision) bool {
	return d.Was == hardneg.LabelNegative && d.Grade != hardneg.Ungraded && d.Grade.Value() >= r.FalseNegativeAt
}

// Answers reports whether a text is taken to answer its query, whatever becomes of it: as a positive, or by its grade, unless the policy
// leaves texts what they were whatever their grades.
func (r Rules) Answers(d hardneg.Decision) bool {
	if d.Label == hardneg.LabelPositive {
		return true
	}
	return !r.leavesAll() && d.Was != hardneg.LabelHardQuery && d.Grade != hardneg.Ungraded && d.Grade.Value() >= r.FalseNegativeAt
}

func (r *Rules) one(c *Judged) hardneg.Decision {
	d := hardneg.Decision{Query: c.Candidate.Query, Candidate: c.Candidate.Key, Was: c.Candidate.Was, Policy: r.Policy}
	v, judged := Final(c.Verdicts)
	switch {
	case !judged:
		d.Label, d.Why = hardneg.LabelFailed, "not_judged"
	case v.Failure != "":
		d.Label, d.Why = hardneg.LabelFailed, v.Failure
	case v.Unsure:
		d.Label = hardneg.LabelUndecided
	default:
		d.Grade, d.Score = v.Grade, v.Score
		d.Label, d.Why = r.graded(&c.Candidate, v.Grade.Value())
		r.hold(&d)
	}
	return d
}

// hold lets a negative stand only if its score lies far enough below that of the query's own passage.
func (r *Rules) hold(d *hardneg.Decision) {
	switch {
	case !r.NeedsSource() || d.Label != hardneg.LabelNegative || d.Was == hardneg.LabelPositive:
	case r.ceiling == nil:
		d.Label, d.Why = hardneg.LabelUndecided, NoPositiveScore
	case d.Score > *r.ceiling+rounding:
		d.Label, d.Why = hardneg.LabelDropped, TooClose
	}
}

// rounding is what a score may lie above its ceiling by the arithmetic of fractions alone.
const rounding = 1e-9

func (r *Rules) graded(c *hardneg.Candidate, grade int) (hardneg.Label, string) {
	if c.Was == hardneg.LabelPositive {
		if grade >= r.FalseNegativeAt || r.leavesAll() {
			return hardneg.LabelPositive, ""
		}
		return hardneg.LabelDropped, DisputedPositive
	}
	switch {
	case grade <= r.NegativeAt:
		return hardneg.LabelNegative, ""
	case grade >= r.FalseNegativeAt:
		return r.falseNegative(c)
	case r.KeepAmbiguous || r.leavesAll():
		return hardneg.LabelNegative, Ambiguous
	}
	return hardneg.LabelDropped, Ambiguous
}

func (r *Rules) falseNegative(c *hardneg.Candidate) (hardneg.Label, string) {
	switch {
	case r.leavesAll():
		return hardneg.LabelNegative, FalseNegative
	case r.Policy != Relabel:
		return hardneg.LabelDropped, FalseNegative
	case c.Source == hardneg.SourceGenerated && !r.GeneratedPositive:
		return hardneg.LabelDropped, GeneratedFalseNegative
	}
	return hardneg.LabelPositive, FalseNegative
}
