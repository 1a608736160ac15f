package generate

import (
	"math"
	"strconv"
	"testing"

	"hardneg"
)

// shared is a strategy of three models, which write as many texts as there are to write.
func shared(t *testing.T, shares ...float64) Strategy {
	t.Helper()
	var forms []Strategy
	for i, share := range shares {
		s := strategy(t, "s", 1, &fixed{texts: []string{essay("river" + strconv.Itoa(i))}})
		s.Writer.Settings.Model = "m" + strconv.Itoa(i)
		s.Share, s.Seed = share, 7
		forms = append(forms, s)
	}
	forms[0].Others = forms[1:]
	return forms[0]
}

func TestEachModelGetsItsShareOfTheQueries(t *testing.T) {
	for name, shares := range map[string][]float64{"three": {0.2, 0.3, 0.5}, "thirds of a few digits": {0.33, 0.33, 0.33}, "none for one": {0, 0, 1}, "one": {1}} {
		s := shared(t, shares...)
		const n = 20000
		got := make([]int, len(shares))
		for i := range n {
			q := hardneg.KeyOf(strconv.Itoa(i))
			of, place := s.Of(q)
			if again, _ := s.Of(q); again != of || of != s.All()[place] {
				t.Fatal("the same query goes to another model, or its place is another's")
			}
			got[place]++
		}
		for i, share := range shares {
			if math.Abs(float64(got[i])/n-share) > 0.015 {
				t.Errorf("%s: model %d has %d of %d queries, want the share %g", name, i, got[i], n, share)
			}
		}
	}
}

func TestTheModelIsNamedOnEveryText(t *testing.T) {
	s := shared(t, 0.5, 0.5)
	g := &Negatives{[]Strategy{s}}
	models := map[string]int{}
	for i := range 40 {
		q := hardneg.Query{Key: hardneg.KeyOf(strconv.Itoa(i)), Text: millQuery.Text}
		made, err := g.Make(t.Context(), q, mill, nil, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		of, _ := s.Of(q.Key)
		slot := made.Slots[0]
		if slot.Origin.Model != of.Writer.Settings.Model || slot.Key != of.Key(q.Key, 0) || slot.Outcome != hardneg.Done {
			t.Errorf("%+v, want the model %s", slot, of.Writer.Settings.Model)
		}
		models[slot.Origin.Model]++
	}
	if len(models) != 2 {
		t.Errorf("%v", models)
	}
}

func TestTheSeedDrawsWhoIsAsked(t *testing.T) {
	one, two := shared(t, 0.5, 0.5), shared(t, 0.5, 0.5)
	two.Seed = 8
	same := 0
	for i := range 100 {
		_, a := one.Of(hardneg.KeyOf(strconv.Itoa(i)))
		if _, b := two.Of(hardneg.KeyOf(strconv.Itoa(i))); a == b {
			same++
		}
	}
	if same == 100 {
		t.Error("another seed draws the same")
	}
}
