package relabel

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hardneg"
)

// verdict is a final verdict: a grade 0-3, u for unsure, f for failed; "" is none.
func verdict(s string) []hardneg.Verdict {
	switch s {
	case "":
		return nil
	case "u":
		return []hardneg.Verdict{{Unsure: true}}
	case "f":
		return []hardneg.Verdict{{Failure: "timeout"}}
	}
	g, _ := hardneg.GradeOf(int(s[0] - '0'))
	return []hardneg.Verdict{{Grade: g, Score: float64(g.Value()) / 3}}
}

func judged(was hardneg.Label, source hardneg.Source, final string) Judged {
	return Judged{hardneg.Candidate{Key: hardneg.KeyOf(string(was), string(source), final), Was: was, Source: source}, verdict(final)}
}

// shipped are the thresholds of the shipped config: 0 and 1 are negatives, 2 is ambiguous, 3 is a false negative.
func shipped(policy string) Rules {
	return Rules{Policy: policy, NegativeAt: 1, FalseNegativeAt: 3, MaxFalseNegatives: 7}
}

const (
	negative  = "negative"
	marked    = "negative ambiguous"
	kept      = "negative false_negative"
	positive  = "positive false_negative"
	ambiguous = "dropped ambiguous"
	removed   = "dropped false_negative"
	generated = "dropped generated_false_negative"
	disputed  = "dropped disputed_positive"
	queryGone = "dropped query_false_negative"
	asItWas   = "positive"
)

// What becomes of a text that is alone in its query, by policy, what it was, where it comes from, and its final grade 0 1 2 3.
var table = []struct {
	policy  string
	was     hardneg.Label
	sources []hardneg.Source
	want    [4]string
}{
	{Relabel, hardneg.LabelNegative, from(hardneg.SourceGenerated), [4]string{negative, negative, ambiguous, generated}},
	{Relabel, hardneg.LabelNegative, from(hardneg.SourceMined, hardneg.SourceImported), [4]string{negative, negative, ambiguous, positive}},
	{Relabel, hardneg.LabelPositive, all, [4]string{disputed, disputed, disputed, asItWas}},
	{RemoveNegative, hardneg.LabelNegative, all, [4]string{negative, negative, ambiguous, removed}},
	{RemoveNegative, hardneg.LabelPositive, all, [4]string{disputed, disputed, disputed, asItWas}},
	{RemoveQuery, hardneg.LabelNegative, all, [4]string{negative, negative, ambiguous, removed}},
	{RemoveQuery, hardneg.LabelPositive, all, [4]string{disputed, disputed, disputed, asItWas}},
	{Keep, hardneg.LabelNegative, all, [4]string{negative, negative, marked, kept}},
	{Soft, hardneg.LabelNegative, all, [4]string{negative, negative, marked, kept}},
	{Soft, hardneg.LabelPositive, all, [4]string{asItWas, asItWas, asItWas, asItWas}},
	{Keep, hardneg.LabelPositive, all, [4]string{asItWas, asItWas, asItWas, asItWas}},
}

var all = from(hardneg.SourceGenerated, hardneg.SourceMined, hardneg.SourceImported)

func from(s ...hardneg.Source) []hardneg.Source { return s }

func said(d hardneg.Decision) string {
	if d.Why == "" {
		return string(d.Label)
	}
	return string(d.Label) + " " + d.Why
}

func TestEveryPolicySourceAndGrade(t *testing.T) {
	for _, row := range table {
		for _, source := range row.sources {
			for grade, want := range row.want {
				c := judged(row.was, source, fmt.Sprint(grade))
				d := shipped(row.policy).Decide([]Judged{c})[0]
				if said(d) != want {
					t.Errorf("%s, a %s that was %s, grade %d: %s, want %s", row.policy, source, row.was, grade, said(d), want)
				}
				if d.Grade.Value() != grade || d.Score != float64(grade)/3 || d.Candidate != c.Candidate.Key || d.Was != row.was || d.Policy != row.policy {
					t.Errorf("%s: %+v", row.policy, d)
				}
			}
			for final, want := range map[string]string{"u": "undecided", "f": "failed timeout", "": "failed not_judged"} {
				d := shipped(row.policy).Decide([]Judged{judged(row.was, source, final)})[0]
				if said(d) != want || d.Grade != hardneg.Ungraded || d.Score != 0 {
					t.Errorf("%s, a %s that was %s, verdict %q: %s, want %s", row.policy, source, row.was, final, said(d), want)
				}
			}
		}
	}
}

func TestGeneratedPositivesOnlyWhereTheyAreWanted(t *testing.T) {
	r := shipped(Relabel)
	r.GeneratedPositive = true
	if got := said(r.Decide([]Judged{judged(hardneg.LabelNegative, hardneg.SourceGenerated, "3")})[0]); got != positive {
		t.Error(got)
	}
	r.Policy = RemoveNegative
	if got := said(r.Decide([]Judged{judged(hardneg.LabelNegative, hardneg.SourceGenerated, "3")})[0]); got != removed {
		t.Error(got)
	}
}

func TestAmbiguousOnesAreKeptWhereTheyAreWanted(t *testing.T) {
	for _, policy := range []string{Relabel, RemoveNegative, RemoveQuery, Keep} {
		r := shipped(policy)
		r.KeepAmbiguous = true
		if got := said(r.Decide([]Judged{judged(hardneg.LabelNegative, hardneg.SourceMined, "2")})[0]); got != marked {
			t.Errorf("%s: %s", policy, got)
		}
	}
}

func TestThresholds(t *testing.T) {
	for name, c := range map[string]struct {
		negativeAt, falseNegativeAt int
		want                        [4]string
	}{
		"nothing between the two": {2, 3, [4]string{negative, negative, negative, removed}},
		"wide":                    {0, 3, [4]string{negative, ambiguous, ambiguous, removed}},
		"strict":                  {0, 1, [4]string{negative, removed, removed, removed}},
	} {
		r := Rules{Policy: RemoveNegative, NegativeAt: c.negativeAt, FalseNegativeAt: c.falseNegativeAt, MaxFalseNegatives: 7}
		for grade, want := range c.want {
			if got := said(r.Decide([]Judged{judged(hardneg.LabelNegative, hardneg.SourceMined, fmt.Sprint(grade))})[0]); got != want {
				t.Errorf("%s, grade %d: %s, want %s", name, grade, got, want)
			}
		}
	}
}

func TestTheLastVerdictDecides(t *testing.T) {
	three, one := verdict("3")[0], verdict("1")[0]
	for name, c := range map[string]struct {
		verdicts []hardneg.Verdict
		want     string
	}{
		"the last grade":                     {[]hardneg.Verdict{three, one}, "negative"},
		"an earlier grade is no fallback":    {[]hardneg.Verdict{one, {Failure: "timeout"}}, "failed timeout"},
		"nor where the last one was unsure":  {[]hardneg.Verdict{one, {Unsure: true}}, "undecided"},
		"a failure that a later one settled": {[]hardneg.Verdict{{Failure: "timeout"}, one}, "negative"},
	} {
		d := shipped(Relabel).Decide([]Judged{{hardneg.Candidate{Was: hardneg.LabelNegative}, c.verdicts}})[0]
		if said(d) != c.want {
			t.Errorf("%s: %s, want %s", name, said(d), c.want)
		}
	}
}

func TestRulesOfTheWholeQuery(t *testing.T) {
	neg := func(finals ...string) (cs []Judged) {
		for _, f := range finals {
			cs = append(cs, judged(hardneg.LabelNegative, hardneg.SourceMined, f))
		}
		return cs
	}
	withPositive := func(cs []Judged, final string) []Judged {
		return append(cs, judged(hardneg.LabelPositive, hardneg.SourceImported, final))
	}
	tooMany := "dropped too_many_false_negatives"
	for name, c := range map[string]struct {
		policy string
		most   int
		cs     []Judged
		want   []string
	}{
		"remove-query drops what could be used": {RemoveQuery, 7, withPositive(neg("0", "3", "2", "u", "f"), "3"),
			[]string{queryGone, removed, ambiguous, "undecided", "failed timeout", queryGone}},
		"remove-query without a false negative": {RemoveQuery, 7, withPositive(neg("0", "2"), "3"), []string{negative, ambiguous, asItWas}},
		"a confirmed positive is no false one":  {RemoveQuery, 0, withPositive(neg("0"), "3"), []string{negative, asItWas}},
		"as many as are allowed":                {Relabel, 2, neg("3", "3", "1"), []string{positive, positive, negative}},
		"one more":                              {Relabel, 1, neg("3", "3", "1", "u"), []string{tooMany, tooMany, tooMany, "undecided"}},
		"none is allowed":                       {RemoveNegative, 0, neg("3", "1"), []string{removed, tooMany}},
		"ambiguous ones do not count":           {Relabel, 0, neg("2", "1"), []string{ambiguous, negative}},
		"keep ignores them":                     {Keep, 0, neg("3", "3", "1"), []string{kept, kept, negative}},
		"nothing":                               {Relabel, 0, nil, nil},
	} {
		r := shipped(c.policy)
		r.MaxFalseNegatives = c.most
		var got []string
		for _, d := range r.Decide(c.cs) {
			got = append(got, said(d))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
