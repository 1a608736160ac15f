package generate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hardneg/internal/llm"
)

// apart is an analysis: requirements by their demands, "!" before critical ones, each with its ways as type or type/how.
func apart(requirements ...[]string) string {
	var list []any
	for _, r := range requirements {
		var breaks []any
		for _, b := range r[1:] {
			kind, how, ok := strings.Cut(b, "/")
			if !ok {
				how = "about another"
			}
			breaks = append(breaks, map[string]string{"type": kind, "how": how})
		}
		demand, critical := strings.CutPrefix(r[0], "!")
		list = append(list, map[string]any{"demand": demand, "critical": critical, "breaks": breaks})
	}
	return asJSON(map[string]any{"need": "n", "answered_by": "a", "boundary": "b", "requirements": list})
}

func decomposeOf(t *testing.T, a *author, spec Spec, l *Library) *Negatives {
	t.Helper()
	spec.Name = Decompose
	s, ok := NewStrategy(spec, Kit{Writer: writerOf(t, "decompose", a), Card: lengthOf(20), Library: l})
	if !ok || s.Calls != 2 {
		t.Fatal("no strategy decompose of two calls")
	}
	return &Negatives{[]Strategy{s}}
}

func analysing(analysis string, texts ...string) *author {
	return &author{write: func(r llm.Request) (string, error) {
		if r.Schema.Name == "analysis" {
			return analysis, nil
		}
		return passagesOf(texts...), nil
	}}
}

func TestTheQueryIsTakenApartBeforeItIsBroken(t *testing.T) {
	analysis := apart([]string{"mentions millers", "intent"}, []string{"!is a post mill", "entity", "upstream"}, []string{"!says how it is turned", "attribute"})
	a := analysing(analysis, essay("river"), essay("cheese"), essay("castle"))
	out := fill(t, decomposeOf(t, a, Spec{Count: 3}, nil), nil, nil).Slots
	want := []string{"decompose 0 done rivera", "decompose 1 done cheesea", "decompose 2 done castlea"}
	if got := slots(out); !slices.Equal(got, want) {
		t.Fatalf("%q", got)
	}
	for i, breaks := range []string{"entity: is a post mill", "attribute: says how it is turned", "upstream: is a post mill"} {
		if out[i].Breaks != breaks {
			t.Errorf("text %d breaks %q, want %q", i, out[i].Breaks, breaks)
		}
	}
	if len(a.asked) != 2 {
		t.Fatalf("%d requests", len(a.asked))
	}
	first, second := a.asked[0], a.asked[1]
	if !strings.Contains(first.User, millQuery.Text) || !strings.Contains(first.User, mill.Text) || first.System != second.System {
		t.Errorf("%s", first.User)
	}
	if !slices.Equal(second.History, []llm.Turn{{User: first.User, Assistant: analysis}}) || out[0].Origin.Call != second.Key() {
		t.Errorf("%+v", second.History)
	}
	for _, line := range []string{"words that breaks requirement 2 by way 1, entity\n", "words that breaks requirement 3 by way 1, attribute\n", "words that breaks requirement 2 by way 2, upstream\n"} {
		if !strings.Contains(second.User, line) {
			t.Errorf("%q is not in\n%s", line, second.User)
		}
	}
}

func TestBreaksAreChosenByTypeThenByWeight(t *testing.T) {
	w := func(kind string, n int) way { return way{kind: kind, way: n} }
	ways := []way{w("entity", 1), w("entity", 2), w("intent", 1), w("relation", 2)}
	for n, want := range map[int]string{1: "entity1", 3: "entity1 intent1 relation2", 4: "entity1 intent1 relation2 entity2", 6: "entity1 intent1 relation2 entity2 entity1 intent1"} {
		var got []string
		for _, c := range choose(ways, n) {
			got = append(got, fmt.Sprint(c.kind, c.way))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if len(ways) != 4 || ways[1] != w("entity", 2) {
		t.Error("the list itself is changed")
	}
}

func TestAnAnalysisWithoutAWayIsAskedForAgainAndFails(t *testing.T) {
	for name, analysis := range map[string]string{"no requirement": apart(), "no way": apart([]string{"!x"}), "empty way": apart([]string{"!x", "entity/ "}), "no demand": apart([]string{"! ", "entity"})} {
		a := analysing(analysis, essay("river"))
		s := fill(t, decomposeOf(t, a, Spec{Count: 1}, nil), nil, nil).Slots[0]
		if s.Outcome.String() != "failed" || s.Reason != "unreadable_schema" || len(a.asked) != 2 || s.Origin.Call.IsZero() {
			t.Errorf("%s: %s %s after %d requests", name, s.Outcome, s.Reason, len(a.asked))
		}
	}
}

func TestTextsAreRewrittenFromPassagesOfTheRun(t *testing.T) {
	shelf := mills()
	a := analysing(apart([]string{"!x", "entity", "relation"}), essay("garden"), essay("castle"))
	out := fill(t, decomposeOf(t, a, Spec{Variant: Rewrite, Count: 2}, &Library{Corpus: shelf}), nil, nil).Slots
	if got := slots(out); !slices.Equal(got, []string{"decompose-rewrite 0 done gardena", "decompose-rewrite 1 done castlea"}) {
		t.Fatalf("%q", got)
	}
	user := a.asked[1].User
	for i, p := range shelf.passages[2:4] { // the best that are neither the positive nor a copy of it
		if !strings.Contains(user, fmt.Sprintf(", rewritten from text %d", i+1)) || !strings.Contains(user, "<<<text "+fmt.Sprint(i+1)) || !strings.Contains(user, p.Text) {
			t.Errorf("%s is not to be rewritten:\n%s", p.ID, user)
		}
	}
	if strings.Contains(user, mill.Text) || !strings.Contains(user, "a passage of 21 to 27 words") {
		t.Errorf("%s", user)
	}
}

func TestWhereTheRunHasNoPassagesTextsAreWrittenFromScratch(t *testing.T) {
	a := analysing(apart([]string{"!x", "entity"}), essay("garden"))
	fill(t, decomposeOf(t, a, Spec{Variant: Rewrite, Count: 1}, &Library{Corpus: &shelf{}}), nil, nil)
	if user := a.asked[1].User; strings.Contains(user, "rewritten") {
		t.Error(user)
	}
}
