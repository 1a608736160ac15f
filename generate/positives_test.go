package generate

import (
	"strings"
	"testing"

	"hardneg"
	"hardneg/prompts"
)

func positivesOf(t *testing.T, name string, a *author) *Negatives {
	t.Helper()
	s, ok := NewStrategy(Spec{Name: name, Count: 2}, Kit{Writer: writerOf(t, name, a), Card: lengthOf(80)})
	if !ok {
		t.Fatal("no strategy " + name)
	}
	return &Negatives{[]Strategy{s}}
}

func TestFurtherPositivesAreMeantAsSuchAndCheckedLikeOthers(t *testing.T) {
	for _, name := range []string{Paraphrase, Twin} {
		a := replying(passagesOf("On a tail pole, which is pushed round, the miller brings the body and its sails to the wind, for all of it rests on one post that stands upright.", mill.Text))
		out, err := positivesOf(t, name, a).Make(t.Context(), millQuery, mill, nil, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		one, copied := out.Slots[0], out.Slots[1]
		if one.Was != hardneg.LabelPositive || one.Source != hardneg.SourceGenerated || one.Strategy != name || one.Outcome != hardneg.Done || one.Breaks != "" {
			t.Errorf("%s: %+v", name, one)
		}
		if copied.Outcome != hardneg.Rejected || copied.Reason != string(NearDuplicateOfPositive) || copied.Was != hardneg.LabelPositive {
			t.Errorf("%s: a copy of the positive is %s %s", name, copied.Outcome, copied.Reason)
		}
		user := a.asked[0].User
		if !strings.Contains(user, millQuery.Text) || !strings.Contains(user, prompts.PassageText(mill.Title, mill.Text)) {
			t.Errorf("%s is not given both: %s", name, user)
		}
	}
}

// A paraphrase is as long as its passage; a twin has a length of the corpus, as negatives have.
func TestLengthsOfFurtherPositives(t *testing.T) {
	for name, want := range map[string]string{Paraphrase: "1. a passage of 32 to 41 words\n2. a passage of 32 to 41 words\n", Twin: "1. a passage of 7"} {
		a := replying(passagesOf(essay("river")))
		if _, err := positivesOf(t, name, a).Make(t.Context(), millQuery, mill, nil, nil, 0); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(a.asked[0].User, want) {
			t.Errorf("%s lacks %q:\n%s", name, want, a.asked[0].User)
		}
	}
	if got := lengthLike(strings.Repeat("word ", 900)); got.Max > 260 {
		t.Errorf("%+v is more than the schema takes", got)
	}
	if got := lengthLike("short"); got.Min < minNegativeWords {
		t.Errorf("%+v is refused as too short", got)
	}
}
