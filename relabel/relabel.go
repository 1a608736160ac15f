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
)

// Why a text was decided so.
const (
	FalseNegative          = "false_negative"
	GeneratedFalseNegative = "generated_false_negative"
	Ambiguous              = "ambiguous"
	DisputedPositive       = "disputed_positive"    // imported as a positive, and the judges disagree
	QueryHasFalseNegative  = "query_false_negative" // policy remove-query
	TooManyFalseNegatives  = "too_many_false_negatives"
)

// Rules are a policy and its thresholds, on final grades.
type Rules struct {
	Policy            string
	NegativeAt        int  // at or below: a negative
	FalseNegativeAt   int  // at or above: a false negative; between the two: ambiguous
	KeepAmbiguous     bool // ambiguous ones stay negatives, marked
	GeneratedPositive bool // a generated text may become a positive
	MaxFalseNegatives int  // more in one query: the query is dropped
}

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
	for i, c := range cs {
		out[i] = r.one(c)
		if r.isFalseNegative(out[i]) {
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
	case r.Policy == Keep:
		return ""
	case r.Policy == RemoveQuery && falseNegatives > 0:
		return QueryHasFalseNegative
	case falseNegatives > r.MaxFalseNegatives:
		return TooManyFalseNegatives
	}
	return ""
}

func (r Rules) isFalseNegative(d hardneg.Decision) bool {
	return d.Was == hardneg.LabelNegative && d.Grade != hardneg.Ungraded && d.Grade.Value() >= r.FalseNegativeAt
}

func (r Rules) one(c Judged) hardneg.Decision {
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
		d.Label, d.Why = r.graded(c.Candidate, v.Grade.Value())
	}
	return d
}

func (r Rules) graded(c hardneg.Candidate, grade int) (hardneg.Label, string) {
	if c.Was == hardneg.LabelPositive {
		if grade >= r.FalseNegativeAt || r.Policy == Keep {
			return hardneg.LabelPositive, ""
		}
		return hardneg.LabelDropped, DisputedPositive
	}
	switch {
	case grade <= r.NegativeAt:
		return hardneg.LabelNegative, ""
	case grade >= r.FalseNegativeAt:
		return r.falseNegative(c)
	case r.KeepAmbiguous || r.Policy == Keep:
		return hardneg.LabelNegative, Ambiguous
	}
	return hardneg.LabelDropped, Ambiguous
}

func (r Rules) falseNegative(c hardneg.Candidate) (hardneg.Label, string) {
	switch {
	case r.Policy == Keep:
		return hardneg.LabelNegative, FalseNegative
	case r.Policy != Relabel:
		return hardneg.LabelDropped, FalseNegative
	case c.Source == hardneg.SourceGenerated && !r.GeneratedPositive:
		return hardneg.LabelDropped, GeneratedFalseNegative
	}
	return hardneg.LabelPositive, FalseNegative
}
