package relabel

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hardneg"
)

var anyRules = rapid.Custom(func(t *rapid.T) Rules {
	at := rapid.IntRange(0, 2).Draw(t, "negative_at")
	return Rules{Policy: rapid.SampledFrom([]string{Relabel, RemoveNegative, RemoveQuery, Keep}).Draw(t, "policy"), NegativeAt: at,
		FalseNegativeAt: rapid.IntRange(at+1, 3).Draw(t, "false_negative_at"), KeepAmbiguous: rapid.Bool().Draw(t, "keep"),
		GeneratedPositive: rapid.Bool().Draw(t, "generated_positive"), MaxFalseNegatives: rapid.IntRange(0, 4).Draw(t, "max")}
})

var anyQuery = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Judged {
	j := judged(rapid.SampledFrom([]hardneg.Label{hardneg.LabelNegative, hardneg.LabelNegative, hardneg.LabelPositive}).Draw(t, "was"),
		rapid.SampledFrom(all).Draw(t, "source"), "")
	for _, s := range rapid.SliceOfN(rapid.SampledFrom([]string{"0", "1", "2", "3", "u", "f"}), 0, 3).Draw(t, "verdicts") {
		j.Verdicts = append(j.Verdicts, verdict(s)...)
	}
	return j
}), 0, 10)

func TestWhatIsExportedIsWhatTheGradesAllow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, cs := anyRules.Draw(t, "rules"), anyQuery.Draw(t, "query")
		for i, d := range r.Decide(cs) {
			final, graded := Final(cs[i].Verdicts)
			graded = graded && final.Failure == "" && !final.Unsure
			if used := d.Label == hardneg.LabelNegative || d.Label == hardneg.LabelPositive; used && !graded {
				t.Fatalf("%+v is used without a grade", d)
			}
			if d.Grade != final.Grade {
				t.Fatalf("%+v has not the grade of the last verdict %+v", d, final)
			}
			switch c := cs[i].Candidate; {
			case d.Label == hardneg.LabelNegative && d.Grade.Value() > r.NegativeAt && r.Policy != Keep && !r.KeepAmbiguous:
				t.Fatalf("%+v is a negative above negative_at", d)
			case d.Label == hardneg.LabelNegative && d.Grade.Value() >= r.FalseNegativeAt && r.Policy != Keep:
				t.Fatalf("%+v is a false negative that stays one", d)
			case d.Label == hardneg.LabelNegative && c.Was == hardneg.LabelPositive:
				t.Fatalf("%+v was imported as a positive", d)
			case d.Label == hardneg.LabelPositive && d.Grade.Value() < r.FalseNegativeAt && r.Policy != Keep:
				t.Fatalf("%+v is a positive below false_negative_at", d)
			case d.Label == hardneg.LabelPositive && c.Was == hardneg.LabelNegative && (r.Policy != Relabel || c.Source == hardneg.SourceGenerated && !r.GeneratedPositive):
				t.Fatalf("%+v may not become a positive", d)
			case d.Label == hardneg.LabelDropped && d.Why == "", d.Label == hardneg.LabelNone:
				t.Fatalf("%+v is dropped without a reason", d)
			}
		}
	})
}

func TestDecidingIsPure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, cs := anyRules.Draw(t, "rules"), anyQuery.Draw(t, "query")
		before := make([]Judged, len(cs))
		for i, c := range cs {
			before[i] = Judged{c.Candidate, slices.Clone(c.Verdicts)}
		}
		first := r.Decide(cs)
		if diff := cmp.Diff(first, r.Decide(cs)); diff != "" {
			t.Fatalf("decided anew: %s", diff)
		}
		if diff := cmp.Diff(before, cs); diff != "" {
			t.Fatalf("it changes what it is given: %s", diff)
		}
		slices.Reverse(cs)
		reversed := r.Decide(cs)
		slices.Reverse(reversed)
		if diff := cmp.Diff(first, reversed); diff != "" {
			t.Fatalf("it depends on the order: %s", diff)
		}
	})
}
