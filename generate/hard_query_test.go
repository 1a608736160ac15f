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

// variants is the reply of a writer of hard queries.
func variants(texts ...string) string {
	list := []map[string]string{}
	for _, s := range texts {
		list = append(list, map[string]string{"changes": "entity", "text": s})
	}
	return asJSON(map[string]any{"queries": list})
}

// checker is a model that says the same of every query, or of each by its text.
func checker(says map[string]string) *author {
	return &author{write: func(r llm.Request) (string, error) {
		reply := map[string]string{}
		for i := range strings.Count(string(r.Schema.JSON), `"enum"`) {
			label := string(rune('A' + i))
			_, text, _ := strings.Cut(r.User, "<<<query "+label+" ")
			_, text, _ = strings.Cut(text, ">>>\n")
			text, _, _ = strings.Cut(text, "\n<<<end")
			if reply[label] = says[text]; reply[label] == "" {
				reply[label] = "no"
			}
		}
		return asJSON(reply), nil
	}}
}

func hardQueryOf(t *testing.T, count int, writer *author, checks ...*author) *Negatives {
	t.Helper()
	kit := Kit{Writer: writerOf(t, HardQuery, writer)}
	for i, c := range checks {
		kit.Checks = append(kit.Checks, writerOf(t, []string{HardQueryCheck, HardQueryCheckAgain}[i], c))
	}
	s, ok := NewStrategy(Spec{Name: HardQuery, Count: count}, kit)
	if !ok {
		t.Fatal("no strategy hard-query")
	}
	return &Negatives{[]Strategy{s}}
}

func hardQueriesFor(t *testing.T, g *Negatives) (out []string) {
	t.Helper()
	made, err := g.Make(t.Context(), millQuery, mill, nil, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range made.Slots {
		if s.Was != hardneg.LabelHardQuery || s.Source != hardneg.SourceGenerated {
			t.Errorf("%+v", s)
		}
		out = append(out, strings.TrimSpace(fmt.Sprint(s.Outcome, " ", s.Reason)))
	}
	return out
}

const (
	tower = "how does a miller turn a tower mill"
	cost  = "how much does it cost to turn a post mill"
	smock = "how does a miller turn a smock mill"
)

// A hard query stands only if both prompts say that the passage does not answer it.
func TestBothChecksHaveToSayNo(t *testing.T) {
	one, two := checker(map[string]string{cost: "yes"}), checker(map[string]string{smock: "unsure"})
	g := hardQueryOf(t, 4, replying(variants(tower, cost, smock, "how does a miller turn a post mill?")), one, two)
	if got := hardQueriesFor(t, g); !slices.Equal(got, []string{"done", "rejected answered", "rejected not_settled", "rejected same_query"}) {
		t.Errorf("%q", got)
	}
	for _, c := range []*author{one, two} {
		if len(c.asked) != 1 {
			t.Fatalf("%d requests", len(c.asked))
		}
		user := c.asked[0].User
		if !strings.Contains(user, prompts.PassageText(mill.Title, mill.Text)) || !strings.Contains(user, tower) || strings.Contains(user, millQuery.Text+"\n") {
			t.Errorf("%s", user)
		}
	}
	if one.asked[0].System == two.asked[0].System || one.asked[0].Input == two.asked[0].Input {
		t.Error("the two checks are one")
	}
}

func TestAYesWinsOverNotBeingSure(t *testing.T) {
	for _, says := range [][2]string{{"yes", "unsure"}, {"unsure", "yes"}} {
		g := hardQueryOf(t, 1, replying(variants(tower)), checker(map[string]string{tower: says[0]}), checker(map[string]string{tower: says[1]}))
		if got := hardQueriesFor(t, g); !slices.Equal(got, []string{"rejected answered"}) {
			t.Errorf("%v: %q", says, got)
		}
	}
}

func TestAVariantThatARuleRefusesIsNotChecked(t *testing.T) {
	check := checker(nil)
	g := hardQueryOf(t, 3, replying(variants("mill", "what is this passage about", mill.Text)), check, check)
	for _, s := range hardQueriesFor(t, g) {
		if !strings.HasPrefix(s, "rejected ") {
			t.Error(s)
		}
	}
	if len(check.asked) != 0 {
		t.Error("nothing was left to check")
	}
}

func TestACheckThatCannotBeReadFailsTheQuery(t *testing.T) {
	g := hardQueryOf(t, 1, replying(variants(tower)), checker(nil), replying(`{"A":"perhaps"}`))
	if got := hardQueriesFor(t, g); !slices.Equal(got, []string{"failed unreadable_schema"}) {
		t.Errorf("%q: what was not checked must not stand", got)
	}
}

// With a batch, both checks are asked in the same one.
func TestBothChecksArePlannedAtOnce(t *testing.T) {
	planning := &author{write: func(llm.Request) (string, error) { return "", llm.ErrPlanned }}
	g := hardQueryOf(t, 1, replying(variants(tower)), planning, planning)
	if _, err := g.Make(t.Context(), millQuery, mill, nil, nil, 0); !errors.Is(err, llm.ErrPlanned) || len(planning.asked) != 2 {
		t.Errorf("%v, %d planned", err, len(planning.asked))
	}
}

func TestWhoChecksDecidesTheKey(t *testing.T) {
	key := func(change func(*Strategy)) hardneg.Key {
		s := hardQueryOf(t, 1, nil, checker(nil), checker(nil)).Strategies[0]
		change(&s)
		return s.Key(millQuery.Key, 0)
	}
	was := key(func(*Strategy) {})
	if was == key(func(s *Strategy) { s.Checks[0].Settings.Model = "x" }) || was == key(func(s *Strategy) { s.Checks[1].Prompt.Hash = "x" }) {
		t.Error("another check gives the same key")
	}
}

// Two entries may write one query, as the same model does whose variants two others check: the lowest key stays.
func TestTwoEntriesHaveNoHardQueryTwice(t *testing.T) {
	no := checker(nil)
	g := hardQueryOf(t, 2, replying(variants(tower, cost)), no, no)
	other := hardQueryOf(t, 2, replying(variants(smock, strings.ToUpper(tower)+"?")), no, no).Strategies[0]
	other.Own = "another"
	g.Strategies = append(g.Strategies, other)
	got := hardQueriesFor(t, g)
	want := []string{"done", "done", "done", "rejected near_duplicate"}
	first, second := g.Strategies[0].Key(millQuery.Key, 0), other.Key(millQuery.Key, 1)
	if slices.Compare(first[:], second[:]) > 0 {
		want[0], want[3] = want[3], want[0]
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
