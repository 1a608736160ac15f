package generate

import (
	"slices"
	"strings"
	"testing"

	"hardneg"
	"hardneg/prompts"
)

func TestTheWriterIsGivenQueryAndPositive(t *testing.T) {
	a := replying(proposals(essay("river"), mill.Text))
	s, ok := NewStrategy(Spec{Name: QueryPositive, Count: 2}, Kit{Writer: writerOf(t, "query-positive", a), Card: lengthOf(20)})
	if !ok {
		t.Fatal("no strategy query-positive")
	}
	g := &Negatives{[]Strategy{s}}
	out := fill(t, g, nil, nil)
	if got := slots(out.Slots); !slices.Equal(got, []string{"query-positive 0 done rivera", "query-positive 1 rejected near_duplicate_of_positive The"}) {
		t.Errorf("%q", got)
	}
	user := a.asked[0].User
	for _, want := range []string{millQuery.Text, prompts.PassageText(mill.Title, mill.Text), "1. a passage of ", "2. a passage of "} {
		if !strings.Contains(user, want) {
			t.Errorf("%q is not in\n%s", want, user)
		}
	}
	if s := out.Slots[0]; s.Breaks != "requirement 0" || s.Origin.Call != a.asked[0].Key() {
		t.Errorf("%+v", s)
	}
	other := mill
	other.Text = "Another text that answers it, for a miller of another time, who has to turn the whole mill by a winch on the ground."
	if _, err := g.Make(t.Context(), millQuery, other, nil, nil, 0); err != nil || a.asked[1].Input == a.asked[0].Input || a.asked[1].Key() == a.asked[0].Key() {
		t.Errorf("%v: the passage decides the request and its input", err)
	}
	if _, err := g.Make(t.Context(), hardneg.Query{Key: hardneg.KeyOf("x"), Text: "x"}, mill, nil, nil, 0); err != nil || a.asked[2].Input == a.asked[0].Input {
		t.Errorf("%v: the query decides the input", err)
	}
}
