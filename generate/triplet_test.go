package generate

import (
	"slices"
	"strings"
	"testing"

	"hardneg"
)

func tripletOf(t *testing.T, a *author, count int) *Negatives {
	t.Helper()
	s, ok := NewStrategy(Spec{Name: Triplet, Count: count}, Kit{Writer: writerOf(t, Triplet, a), Card: lengthOf(20)})
	if !ok {
		t.Fatal("no strategy triplet")
	}
	return &Negatives{[]Strategy{s}}
}

func TestTheFirstOfATripletIsAPositive(t *testing.T) {
	a := replying(asJSON(map[string]any{"positive_document": essay("river"), "hard_negative_documents": []map[string]string{{"text": essay("cheese")}, {"text": essay("castle")}}}))
	made, err := tripletOf(t, a, 3).Make(t.Context(), millQuery, mill, nil, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := slots(made.Slots); !slices.Equal(got, []string{"triplet 0 done rivera", "triplet 1 done cheesea", "triplet 2 done castlea"}) {
		t.Errorf("%q", got)
	}
	for i, want := range []hardneg.Label{hardneg.LabelPositive, hardneg.LabelNegative, hardneg.LabelNegative} {
		if made.Slots[i].Was != want {
			t.Errorf("slot %d is meant as %s", i, made.Slots[i].Was)
		}
	}
	user := a.asked[0].User
	if strings.Contains(user, mill.Text) || !strings.Contains(user, "words that answers the query above\n2. ") || strings.Count(user, "does not answer") != 2 {
		t.Error(user)
	}
	to := 0
	for _, r := range readers {
		to += strings.Count(user, r)
	}
	if to != 1 {
		t.Errorf("no readers are named: %s", user)
	}
}

func TestATripletWithoutOneOfItsPartsIsUnreadable(t *testing.T) {
	for _, reply := range []string{`{}`, `{"positive_document":"x"}`, `{"hard_negative_documents":[]}`} {
		made, err := tripletOf(t, replying(reply), 1).Make(t.Context(), millQuery, mill, nil, nil, 0)
		if err != nil || made.Slots[0].Reason != "unreadable_schema" {
			t.Errorf("%s: %+v %v", reply, made.Slots, err)
		}
	}
	made, err := tripletOf(t, replying(`{"positive_document":"`+essay("river")+`","hard_negative_documents":[]}`), 1).Make(t.Context(), millQuery, mill, nil, nil, 0)
	if err != nil || made.Slots[0].Outcome != hardneg.Done {
		t.Errorf("a positive alone: %+v %v", made.Slots, err)
	}
}
