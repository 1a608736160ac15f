package generate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

func TestTheNameOfAPromptSaysHowQueriesAreAskedFor(t *testing.T) {
	for prompt, want := range map[string]string{"query": "query", "query-keyword": "query-keyword", "query-few-shot-law": "query-few-shot", "query-good-bad": "query-good-bad",
		"query-persona-de": "query-persona", "query-personal": "query", "query-mine": "query", "mine": "query", "": "query"} {
		if got := QueryKindOf(prompt).Name; got != want {
			t.Errorf("%q: %s, want %s", prompt, got, want)
		}
	}
}

func TestKeywordsAreAskedForInEveryKindOfKeywords(t *testing.T) {
	g := &Queries{Writer: &Writer{Seed: 7, Prompt: &prompts.Template{Name: QueryKeyword}}}
	seen := map[string]bool{}
	for sample := range len(keywordKinds) {
		seen[g.kind("p", sample)] = true
	}
	for kind := range seen {
		if !strings.HasPrefix(kind, "keywords") {
			t.Errorf("%q is not one of keywords", kind)
		}
	}
	if len(seen) != len(keywordKinds) {
		t.Errorf("%d kinds in %d samples", len(seen), len(keywordKinds))
	}
}

// choice is the reply of the first turn.
func choice(letter, kind, difficulty string) string {
	return asJSON(map[string]string{"character": letter, "question_type": kind, "difficulty": difficulty})
}

func TestAPersonaIsChosenFirstAndThenAsks(t *testing.T) {
	a := &author{write: func(r llm.Request) (string, error) {
		if r.Schema.Name == "choice" {
			return choice("C", "background", "phd"), nil
		}
		return query(fmt.Sprint("my mill does not face the wind, how is it turned ", r.Sample)), nil
	}}
	g := &Queries{Writer: writerOf(t, QueryPersona, a), PerPassage: 2, Personas: []string{"a miller", "a sailor", "a baker", "a cook", "a judge", "a farmer", "a nurse"}}
	out, err := g.Write(t.Context(), mill, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := outcomes(out.Queries); !slices.Equal(a.samples(), []string{"0/0", "0/0", "1/0", "1/0"}) || len(got) != 2 || !strings.HasPrefix(got[0], "0 done  my mill") && !strings.HasPrefix(got[0], "0 done my mill") {
		t.Fatalf("%q, asked %q", got, a.samples())
	}
	for sample := range 2 {
		first, second := a.asked[2*sample], a.asked[2*sample+1]
		who := g.characters(prompts.PassageText(mill.Title, mill.Text), mill.ID, sample)
		if first.Input != CharacterInput(mill.ID) || second.Input != mill.ID || first.Stage != StageQueries || len(who) != charactersShown {
			t.Errorf("inputs %s, %s; %d characters", first.Input, second.Input, len(who))
		}
		for _, want := range []string{"E: " + who[4], "<<<passage ", mill.Text} {
			if !strings.Contains(first.User, want) {
				t.Errorf("%q is not in the first turn:\n%s", want, first.User)
			}
		}
		for _, want := range []string{">>>\n" + who[2] + "\n<<<", "Difficulty: PhD. Kind: a word on the person's own situation, then what they want to know, ", " words. Language: English."} {
			if !strings.Contains(second.User, want) {
				t.Errorf("%q is not in the second turn:\n%s", want, second.User)
			}
		}
		if len(second.History) != 1 || second.History[0].User != first.User || second.History[0].Assistant != choice("C", "background", "phd") || second.System != first.System {
			t.Errorf("the second turn does not follow the first: %+v", second.History)
		}
		if out.Queries[sample].Origin.Call != second.Key() {
			t.Error("the query does not name the call that wrote it")
		}
	}
}

// Who is shown depends on seed, passage and sample alone: those near the passage first, others in later samples.
func TestCharactersAreThoseNearThePassage(t *testing.T) {
	g := func(seed int64) *Queries { return &Queries{Writer: &Writer{Seed: seed}, Personas: Characters} }
	bees := "A colony of honey bees in its hive; the beekeeper looks after the hives."
	one := g(1).characters(bees, "p", 0)
	if !slices.Equal(one, g(1).characters(bees, "p", 0)) || len(one) != charactersShown {
		t.Error("the choice is not the same twice")
	}
	if !slices.ContainsFunc(one, func(s string) bool { return strings.HasPrefix(s, "a beekeeper") }) {
		t.Errorf("nobody who keeps bees is among %q", one)
	}
	first := map[string]bool{}
	for seed := range int64(12) {
		first[g(seed).characters(bees, "p", 0)[0]] = true
	}
	if len(first) < 3 {
		t.Error("the order is always the same")
	}
	foreign := "Пчёлы собирают нектар."
	if a, b := g(1).characters(foreign, "p", 0), g(1).characters(foreign, "q", 0); slices.Equal(a, b) || len(distinctOf(a)) != charactersShown {
		t.Errorf("%q and %q", a, b)
	}
	for _, c := range one {
		if slices.Contains(g(1).characters(bees, "p", 1), c) && len(g(1).people.all) > 0 {
			near := g(1).characters(bees, "p", 1)
			t.Errorf("%q is shown with two samples of a passage: %q", c, near)
		}
	}
}

func distinctOf(list []string) map[string]bool {
	out := map[string]bool{}
	for _, s := range list {
		out[s] = true
	}
	return out
}

func TestAChoiceOfWhatWasNotShownIsAskedForAgain(t *testing.T) {
	for _, bad := range []string{choice("F", "keywords", "phd"), choice("a", "keywords", "phd"), choice("A", "poem", "phd"), choice("A", "keywords", "kindergarten"), `{}`} {
		a := &author{write: func(r llm.Request) (string, error) {
			switch {
			case r.Schema.Name != "choice":
				return query("turning sails of a mill into wind"), nil
			case r.Attempt == 0:
				return bad, nil
			}
			return choice("A", "keywords", "phd"), nil
		}}
		g := &Queries{Writer: writerOf(t, QueryPersona, a), PerPassage: 1}
		out, err := g.Write(t.Context(), mill, nil, 0)
		if err != nil || out.Queries[0].Outcome != hardneg.Done || !slices.Equal(a.samples(), []string{"0/0", "0/1", "0/0"}) {
			t.Errorf("%s: %+v, asked %q: %v", bad, out.Queries, a.samples(), err)
		}
		a.write = func(llm.Request) (string, error) { return bad, nil }
		if out, err = g.Write(t.Context(), mill, nil, 0); err != nil || out.Queries[0].Outcome != hardneg.Failed {
			t.Errorf("%s: %+v: %v", bad, out.Queries, err)
		}
	}
}

func TestARoundTripKeepsQueriesThatFindTheirPassage(t *testing.T) {
	rival := hardneg.Passage{ID: "rival", Text: "A tail pole of oak: the long tail pole and the tail pole again."}
	for name, c := range map[string]struct {
		query string
		top   int
		want  string
	}{
		"found first":                       {"single upright post of windmill", 1, "0 done"},
		"a copy of the passage has no rank": {"oldest kind of windmill in europe", 1, "0 done"},
		"another passage is first":          {"long tail pole", 1, "0 rejected not_found_again"},
		"among the first two":               {"long tail pole", 2, "0 done"},
		"shares no word with its passage":   {"mulino vento", 20, "0 rejected"},
		"refused by another rule before":    {"Windmill", 1, "0 rejected too_short"},
	} {
		s := mills()
		s.passages = append(s.passages, rival)
		a := &author{write: func(llm.Request) (string, error) { return query(c.query), nil }}
		g := &Queries{Writer: writerOf(t, QueryPlain, a), PerPassage: 1, RoundTrip: &RoundTrip{Library: &Library{Corpus: s}, Top: c.top}}
		out, err := g.Write(t.Context(), mill, nil, 0)
		if err != nil || !strings.HasPrefix(outcomes(out.Queries)[0], c.want) {
			t.Errorf("%s: %q, want %q: %v", name, outcomes(out.Queries), c.want, err)
		}
	}
}

// A query that a rule refuses leaves its text free for a later sample, and a corpus that can't be read is no verdict on a query.
func TestARoundTripThatFailsIsNoOutcome(t *testing.T) {
	broken := errors.New("disk")
	a := &author{write: func(llm.Request) (string, error) { return query("single upright post of windmill"), nil }}
	g := &Queries{Writer: writerOf(t, QueryPlain, a), PerPassage: 1, RoundTrip: &RoundTrip{Library: &Library{Corpus: &shelf{err: broken}}, Top: 1}}
	if out, err := g.Write(t.Context(), mill, nil, 0); !errors.Is(err, broken) || len(out.Queries) != 0 {
		t.Errorf("%+v: %v", out, err)
	}
}

func TestWhatIsShownIsAPartOfTheKey(t *testing.T) {
	g := &Queries{Writer: writerOf(t, QueryPlain, nil)}
	plain := g.Key("p", 0)
	g.RoundTrip = &RoundTrip{Top: 1} // which decides about a text, and makes no other one
	if g.Key("p", 0) != plain {
		t.Error("a filter changes the key of a text")
	}
	if g.Own = "examples 1"; g.Key("p", 0) == plain {
		t.Error("examples do not change the key")
	}
}
