package generate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hardneg"
	"hardneg/internal/llm"
)

// pooled is a writer of query-only that writes a new essay for every slot it is asked for, told apart by the first of them.
func pooled(t *testing.T, count, pool int) (*Negatives, *author) {
	a := &author{}
	a.write = func(r llm.Request) (string, error) {
		n := strings.Count(r.User, "words")
		var texts []string
		for i := range n {
			texts = append(texts, essay(fmt.Sprint("s", r.Sample+i, "of", strings.Repeat("x", r.Sample+i+1))))
		}
		return proposals(texts...), nil
	}
	g := queryOnlyOf(t, a, NewStyleCard(nil), count)
	g.Strategies[0].Pool = pool
	return g, a
}

func TestSparesAreAskedForInTheSameRequest(t *testing.T) {
	g, a := pooled(t, 2, 3)
	got := fill(t, g, nil, nil)
	if len(got.Slots) != 5 || len(a.asked) != 1 || a.asked[0].Sample != 0 || !strings.Contains(string(a.asked[0].Schema.JSON), `"minItems":5,"maxItems":5`) {
		t.Errorf("%d slots of %d requests: %s", len(got.Slots), len(a.asked), a.asked[0].Schema.JSON)
	}
}

func TestARaisedPoolAsksForItsNewSlotsAlone(t *testing.T) {
	g, a := pooled(t, 2, 0)
	first := fill(t, g, nil, nil)
	g.Strategies[0].Pool = 3
	var standing []Standing
	done := map[int]map[int]bool{0: {}}
	for _, s := range first.Slots {
		standing = append(standing, Standing{Slot: s.Slot, Made: true, Text: s.Text})
		done[0][s.Slot] = true
	}
	more := fill(t, g, standing, done)
	if diff := cmp.Diff([]string{"0/0", "2/0"}, a.samples()); diff != "" {
		t.Error(diff)
	}
	var at []int
	for _, s := range more.Slots {
		at = append(at, s.Slot)
	}
	if diff := cmp.Diff([]int{2, 3, 4}, at); diff != "" {
		t.Error(diff)
	}
	one, two := a.asked[0], a.asked[1]
	if one.Key() == two.Key() || one.User == two.User || one.Seed == two.Seed {
		t.Error("the further slots are asked for in the words of the first")
	}
	if slices.Equal(lengthsIn(one.User), lengthsIn(two.User)) {
		t.Error("and in the same lengths")
	}
	for _, x := range standing {
		if strings.Contains(one.User, x.Text) || !strings.Contains(two.User, x.Text) {
			t.Error("what stands is not shown to who writes the others")
		}
	}
	if strings.Contains(two.User, mill.Text[:40]) {
		t.Error("a word of the passage")
	}
}

// lengthsIn are the lines of a prompt that say how long texts are to be.
func lengthsIn(user string) (out []string) {
	for line := range strings.Lines(user) {
		if strings.Contains(line, "words") {
			out = append(out, line)
		}
	}
	return out
}

func TestASpareStandsInNobodysWay(t *testing.T) {
	for seed := range 20 { // whatever the order of the keys
		q := millQuery
		q.Key = hardneg.KeyOf(fmt.Sprint(seed))
		a := &fixed{texts: []string{essay("river"), essay("cheese")}}
		b := &fixed{texts: []string{essay("cheese"), essay("river")}}
		one, two := strategy(t, "a", 1, a), strategy(t, "b", 1, b)
		one.Pool, two.Pool = 1, 1
		made, err := (&Negatives{[]Strategy{one, two}}).Make(t.Context(), q, mill, nil, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"a 0 done rivera", "a 1 rejected near_duplicate cheesea", "b 0 done cheesea", "b 1 rejected near_duplicate rivera"}
		if diff := cmp.Diff(want, slots(made.Slots)); diff != "" {
			t.Errorf("seed %d: %s", seed, diff)
		}
	}
}

func TestPendingSlots(t *testing.T) {
	all := func(slots ...int) map[int]bool {
		out := map[int]bool{}
		for _, s := range slots {
			out[s] = true
		}
		return out
	}
	s := Strategy{Count: 3, Pool: 3}
	for name, c := range map[string]struct {
		done map[int]bool
		want []Span
	}{
		"none has an outcome":                 {nil, []Span{{From: 0, N: 6}}},
		"no spare has":                        {all(0, 1, 2), []Span{{From: 3, N: 3}}},
		"the last spare has none":             {all(0, 1, 2, 3, 4), []Span{{From: 5, N: 1}}},
		"only spares have":                    {all(3, 4, 5), []Span{{From: 0, N: 3}}},
		"one is missing, which is one of 3":   {all(0, 2, 3, 4, 5), []Span{{From: 0, N: 3}}},
		"it and the spares":                   {all(0, 2), []Span{{From: 0, N: 6}}},
		"all have":                            {all(0, 1, 2, 3, 4, 5), nil},
		"spares of a pool that was lowered":   {all(0, 1, 2, 3, 4, 5, 6, 7), nil},
		"the first failed, spares came since": {all(3, 4), []Span{{From: 0, N: 3}, {From: 5, N: 1}}},
	} {
		if diff := cmp.Diff(c.want, s.pending(c.done)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestFurtherRanksAreThoseOfALargerPool(t *testing.T) {
	at := func(pool int, standing []Standing, done map[int]map[int]bool) (out []string) {
		g := bm25Of(t, mills(), 1, 1, 100)
		g.Strategies[0].Pool = pool
		made, err := g.Make(t.Context(), millQuery, mill, standing, done, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range made.Slots {
			out = append(out, fmt.Sprint(s.Slot, " ", s.DocID, s.Reason))
		}
		return out
	}
	whole := at(3, nil, nil)
	if diff := cmp.Diff([]string{"0 near0", "1 near1", "2 near2", "3 near3"}, whole); diff != "" {
		t.Fatal(diff)
	}
	near0, near1 := mills().passages[2].Text, mills().passages[3].Text
	standing := []Standing{{StrategyNo: 0, Slot: 0, Made: true, Text: near0}, {StrategyNo: 1, Slot: 0, Made: true, Text: near1}}
	// What another strategy found since, slot 1 would have found too.
	want := []string{"1 near1near_duplicate", "2 near2", "3 near3"}
	if diff := cmp.Diff(want, at(3, standing, map[int]map[int]bool{0: {0: true}})); diff != "" {
		t.Error(diff)
	}
}

func TestMeant(t *testing.T) {
	const n, p, h = hardneg.LabelNegative, hardneg.LabelPositive, hardneg.LabelHardQuery
	for _, c := range []struct {
		strategy string
		count    int
		l        hardneg.Label
		want     int
	}{
		{BM25, 3, n, 3}, {BM25, 3, p, 0}, {QueryOnlyElicited, 2, n, 2}, {Twin, 2, p, 2}, {Paraphrase, 1, p, 1}, {Twin, 2, n, 0},
		{HardQuery, 2, h, 2}, {HardQuery, 2, n, 0}, {Triplet, 4, p, 1}, {Triplet, 4, n, 3}, {Triplet, 1, n, 0},
	} {
		if got := Meant(c.strategy, c.count, c.l); got != c.want {
			t.Errorf("%s, count %d, %s: %d, want %d", c.strategy, c.count, c.l, got, c.want)
		}
	}
}

func TestFurtherSlotsOfATripletHaveNoPositive(t *testing.T) {
	a := replying(asJSON(map[string]any{"positive_document": essay("answer"), "hard_negative_documents": []map[string]string{{"text": essay("river")}, {"text": essay("cheese")}}}))
	s := &triplet{Writer: writerOf(t, Triplet, a), card: NewStyleCard(nil)}
	out, err := s.Propose(t.Context(), millQuery.Text, Span{From: 3, N: 2}, 0)
	if err != nil || len(out.Texts) != 2 || out.Texts[0].Text != essay("river") || out.Texts[0].Label == hardneg.LabelPositive {
		t.Fatalf("%+v, %v", out.Texts, err)
	}
	if schema := string(a.asked[0].Schema.JSON); !strings.Contains(schema, `"minItems":2,"maxItems":2`) || a.asked[0].Sample != 3 {
		t.Errorf("sample %d, %s", a.asked[0].Sample, schema)
	}
}

func TestFurtherEditsByRulesAreOthers(t *testing.T) {
	p := hardneg.Passage{ID: "p", Text: "In 1823 the old mill of Berlin had 12 sails, and the new mill of Hamburg had 6 sails before the war."}
	at := func(slots Span) (out []string) {
		made, err := (&perturbByRules{seed: 1}).ProposeFor(t.Context(), "how many of 12 sails had the old mill of Berlin in 1823", p, slots, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range made.Texts {
			out = append(out, x.Text)
		}
		return out
	}
	all := at(Span{From: 0, N: 5})
	if len(all) != 5 {
		t.Fatalf("%d edits", len(all))
	}
	if diff := cmp.Diff(all, append(at(Span{From: 0, N: 2}), at(Span{From: 2, N: 3})...)); diff != "" {
		t.Error(diff)
	}
	if more := at(Span{From: 50, N: 2}); len(more) != 0 {
		t.Errorf("%v, where there is nothing left to edit", more)
	}
}

func TestFurtherTextsBreakInFurtherWays(t *testing.T) {
	a := &author{write: func(r llm.Request) (string, error) {
		if r.Schema.Name == "analysis" {
			var rs []map[string]any
			for _, kind := range []string{"entity", "intent", "relation"} {
				rs = append(rs, map[string]any{"demand": "demand " + kind, "critical": true, "breaks": []map[string]string{{"type": kind, "how": "h"}}})
			}
			return asJSON(map[string]any{"need": "n", "answered_by": "a", "boundary": "b", "requirements": rs}), nil
		}
		return asJSON(map[string]any{"passages": []map[string]string{{"text": essay("river")}, {"text": essay("cheese")}}}), nil
	}}
	s := &decompose{Writer: writerOf(t, Decompose, a), name: Decompose, card: NewStyleCard(nil)}
	var breaks []string
	for _, slots := range []Span{{From: 0, N: 2}, {From: 2, N: 2}} {
		out, err := s.ProposeFor(t.Context(), millQuery.Text, mill, slots, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range out.Texts {
			breaks = append(breaks, x.Breaks)
		}
	}
	if diff := cmp.Diff([]string{"entity: demand entity", "intent: demand intent", "relation: demand relation", "entity: demand entity"}, breaks); diff != "" {
		t.Error(diff)
	}
	if a.asked[0].Key() != a.asked[2].Key() || a.asked[1].Key() == a.asked[3].Key() {
		t.Error("the query is taken apart again, or the texts are asked for in one request twice")
	}
}

func TestAHardQueryThatStandsIsRefusedAgain(t *testing.T) {
	s := strategy(t, HardQuery, 1, &fixed{texts: []string{"How high is the mill?"}})
	s.Label, s.Pool = hardneg.LabelHardQuery, 1
	made, err := (&Negatives{[]Strategy{s}}).Make(t.Context(), millQuery, mill, []Standing{{Made: true, Text: "how high is the mill"}}, map[int]map[int]bool{0: {0: true}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{HardQuery + " 1 rejected near_duplicate How"}, slots(made.Slots)); diff != "" {
		t.Error(diff)
	}
}
