package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hardneg"
	"hardneg/internal/llm"
)

// fixed is a strategy that proposes the same texts always.
type fixed struct {
	texts []string
	err   error
	asked int
	query string
}

func (f *fixed) Propose(_ context.Context, query string, slots Span, _ int) (Proposals, error) {
	f.asked++
	f.query = query
	p := Proposals{Call: hardneg.KeyOf("call"), Repaired: []hardneg.Key{hardneg.KeyOf("repaired")}}
	for _, s := range f.texts {
		p.Texts = append(p.Texts, Proposal{Text: s, Breaks: "breaks " + s[:3]})
	}
	return p, f.err
}

func strategy(t *testing.T, name string, count int, make FromQuery) Strategy {
	return Strategy{Name: name, Count: count, Writer: writerOf(t, "query-only", nil), Make: make}
}

func fill(t *testing.T, g *Negatives, standing []Standing, done map[int]map[int]bool) NegativesOf {
	t.Helper()
	out, err := g.Make(t.Context(), millQuery, mill, standing, done, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range out.Slots {
		if s.Query != millQuery.Key || s.Source != hardneg.SourceGenerated || s.Was != hardneg.LabelNegative || s.Key != g.Strategies[s.StrategyNo].Key(millQuery.Key, s.Slot) {
			t.Errorf("%+v", s)
		}
	}
	return out
}

// slots are the slots as "strategy slot outcome reason subject", with the first word of the text for its subject.
func slots(ss []Slot) (out []string) {
	for _, s := range ss {
		subject, _, _ := strings.Cut(s.Text, " ")
		out = append(out, strings.Join(strings.Fields(fmt.Sprint(s.Strategy, " ", s.Slot, " ", s.Outcome, " ", s.Reason, " ", subject)), " "))
	}
	return out
}

func TestASlotIsAPositionInTheReply(t *testing.T) {
	for name, c := range map[string]struct {
		f    fixed
		want []string
	}{
		"all there":     {fixed{texts: []string{essay("river"), essay("cheese"), essay("castle")}}, []string{"s 0 done rivera", "s 1 done cheesea", "s 2 done castlea"}},
		"one left out":  {fixed{texts: []string{essay("river"), essay("cheese")}}, []string{"s 0 done rivera", "s 1 done cheesea", "s 2 rejected missing"}},
		"none":          {fixed{}, []string{"s 0 rejected missing", "s 1 rejected missing", "s 2 rejected missing"}},
		"one too short": {fixed{texts: []string{essay("river"), "too short", essay("castle")}}, []string{"s 0 done rivera", "s 1 rejected too_short too", "s 2 done castlea"}},
		"refused": {fixed{err: &llm.Refused{Call: hardneg.KeyOf("refused")}},
			[]string{"s 0 rejected refusal", "s 1 rejected refusal", "s 2 rejected refusal"}},
		"failed": {fixed{err: itemError("timeout")}, []string{"s 0 failed timeout", "s 1 failed timeout", "s 2 failed timeout"}},
		"unreadable": {fixed{err: &llm.Unreadable{Reason: "schema", Err: errors.New("x")}},
			[]string{"s 0 failed unreadable_schema", "s 1 failed unreadable_schema", "s 2 failed unreadable_schema"}},
		"copies of the positive": {fixed{texts: []string{mill.Text, essay("cheese"), essay("castle")}},
			[]string{"s 0 rejected near_duplicate_of_positive The", "s 1 done cheesea", "s 2 done castlea"}},
	} {
		got := fill(t, &Negatives{[]Strategy{strategy(t, "s", 3, &c.f)}}, nil, nil)
		if diff := cmp.Diff(c.want, slots(got.Slots)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if c.f.query != millQuery.Text || c.f.asked != 1 {
			t.Errorf("%s: asked %d times for %q", name, c.f.asked, c.f.query)
		}
	}
}

func TestSlotsNameTheirOrigin(t *testing.T) {
	got := fill(t, &Negatives{[]Strategy{strategy(t, "s", 1, &fixed{texts: []string{essay("river")}})}}, nil, nil)
	s := got.Slots[0]
	if s.Origin.Call != hardneg.KeyOf("call") || s.Origin.Method != "s" || s.Origin.Model != "writer" || s.Strategy != "s" || s.Breaks != "breaks riv" || len(got.Repaired) != 1 {
		t.Errorf("%+v", got)
	}
	got = fill(t, &Negatives{[]Strategy{strategy(t, "s", 1, &fixed{err: &llm.Refused{Call: hardneg.KeyOf("refused")}})}}, nil, nil)
	if got.Slots[0].Origin.Call != hardneg.KeyOf("refused") {
		t.Errorf("%+v", got.Slots[0])
	}
}

func TestOfDuplicatesTheLowestKeyStays(t *testing.T) {
	same := essay("river")
	g := &Negatives{[]Strategy{strategy(t, "one", 3, &fixed{texts: []string{same, same, essay("cheese")}}), strategy(t, "two", 2, &fixed{texts: []string{same + " again", essay("castle")}})}}
	got := fill(t, g, nil, nil).Slots
	var rivers []Slot
	for _, s := range got {
		if strings.HasPrefix(s.Text, "river") {
			rivers = append(rivers, s)
		} else if s.Outcome != hardneg.Done {
			t.Errorf("%+v", s)
		}
	}
	slices.SortFunc(rivers, func(a, b Slot) int { return slices.Compare(a.Key[:], b.Key[:]) })
	for i, s := range rivers {
		if want := i == 0; want != (s.Outcome == hardneg.Done) || !want && s.Reason != string(NearDuplicate) {
			t.Errorf("duplicate %d by key is %s %s", i, s.Outcome, s.Reason)
		}
	}
	if len(rivers) != 3 {
		t.Fatalf("%v", slots(got))
	}
	if rivers[0].Strategy == "one" && rivers[0].Slot == 0 {
		t.Error("the case shows nothing: the lowest key is the first in order too; choose another query")
	}
}

func TestWhatStandsBeatsALaterDuplicate(t *testing.T) {
	g := &Negatives{[]Strategy{strategy(t, "s", 2, &fixed{texts: []string{essay("river"), essay("cheese")}})}}
	got := fill(t, g, []Standing{{Text: essay("river")}}, nil)
	if diff := cmp.Diff([]string{"s 0 rejected near_duplicate rivera", "s 1 done cheesea"}, slots(got.Slots)); diff != "" {
		t.Error(diff)
	}
}

func TestARejectedTextStandsInNobodysWay(t *testing.T) {
	short := "river a b c"
	f := &fixed{texts: []string{short, short + " d e f g h i j k l m n"}}
	got := slots(fill(t, &Negatives{[]Strategy{strategy(t, "s", 2, f)}}, nil, nil).Slots)
	if diff := cmp.Diff([]string{"s 0 rejected too_short river", "s 1 done river"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSlotsThatHaveAnOutcomeAreNotRedone(t *testing.T) {
	a, b := &fixed{texts: []string{essay("river"), essay("cheese")}}, &fixed{texts: []string{essay("castle"), essay("garden")}}
	g := &Negatives{[]Strategy{strategy(t, "a", 2, a), strategy(t, "b", 2, b)}}
	got := fill(t, g, []Standing{{StrategyNo: 1, Slot: 0, Made: true, Text: essay("castle")}}, map[int]map[int]bool{0: {0: true, 1: true}, 1: {0: true}})
	if diff := cmp.Diff([]string{"b 1 done gardena"}, slots(got.Slots)); diff != "" {
		t.Error(diff)
	}
	if a.asked != 0 || b.asked != 1 {
		t.Errorf("asked %d and %d times", a.asked, b.asked)
	}
}

func TestAFailureOfOneStrategyIsNotThatOfOthers(t *testing.T) {
	g := &Negatives{[]Strategy{strategy(t, "a", 1, &fixed{err: itemError("timeout")}), strategy(t, "b", 1, &fixed{texts: []string{essay("river")}})}}
	if diff := cmp.Diff([]string{"a 0 failed timeout", "b 0 done rivera"}, slots(fill(t, g, nil, nil).Slots)); diff != "" {
		t.Error(diff)
	}
	full := errors.New("disk full")
	g.Strategies[0].Make = &fixed{err: full}
	if out, err := g.Make(t.Context(), millQuery, mill, nil, nil, 0); !errors.Is(err, full) || out.Slots != nil {
		t.Errorf("%+v: %v", out, err)
	}
}

func TestWhatTheKeyOfASlotDependsOn(t *testing.T) {
	base := func() *Strategy { s := strategy(t, "s", 3, nil); return &s }
	at := millQuery.Key
	was := base().Key(at, 0)
	if was != base().Key(at, 0) || was == base().Key(at, 1) || was == base().Key(hardneg.KeyOf("other"), 0) {
		t.Error("query and slot make the key")
	}
	for name, change := range map[string]func(*Strategy){
		"count": func(s *Strategy) { s.Count++ }, "name": func(s *Strategy) { s.Name = "x" }, "model": func(s *Strategy) { s.Writer.Settings.Model = "x" },
		"prompt": func(s *Strategy) { s.Writer.Prompt.Hash = "x" },
	} {
		s := base()
		if change(s); s.Key(at, 0) == was {
			t.Errorf("%s does not change the key", name)
		}
	}
}
