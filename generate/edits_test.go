package generate

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hardneg"
)

func TestChangesAreMadeAtOnceAndOnlyToWholeWords(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		changes []change
		want    string
		made    []bool
	}{
		"a swap":                   {"Rome beat Carthage; Rome won.", []change{{"Rome", "Carthage"}, {"Carthage", "Rome"}}, "Carthage beat Rome; Carthage won.", []bool{true, true}},
		"no part of a word":        {"In 1910, 10 of 100.", []change{{"10", "12"}}, "In 1910, 12 of 100.", []bool{true}},
		"the longest fits":         {"New York and York", []change{{"York", "Leeds"}, {"New York", "Boston"}}, "Boston and Leeds", []bool{true, true}},
		"signs are no words":       {"12 °C, 3 %.", []change{{"°C", "°F"}, {"3 %", "4 %"}}, "12 °F, 4 %.", []bool{true, true}},
		"not there":                {"a b", []change{{"c", "d"}, {"", "x"}}, "a b", []bool{false, false}},
		"writing without spaces":   {"水在一百度沸腾", []change{{"一百", "九十"}}, "水在九十度沸腾", []bool{true}},
		"possessives and brackets": {"(Rome's) walls", []change{{"Rome", "Paris"}}, "(Paris's) walls", []bool{true}},
	} {
		got, made := applied(c.text, c.changes)
		if got != c.want || !slices.Equal(made, c.made) {
			t.Errorf("%s: %q %v, want %q %v", name, got, made, c.want, c.made)
		}
	}
}

func TestWhatIsNotChangedStaysAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		if got, _ := applied(s, []change{{"\x00never", "x"}}); got != s {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

func perturbOf(t *testing.T, a *author, count int) *Negatives {
	t.Helper()
	s, ok := NewStrategy(Spec{Name: Perturb, Count: count}, Kit{Writer: writerOf(t, "perturb", a)})
	if !ok {
		t.Fatal("no strategy perturb")
	}
	return &Negatives{[]Strategy{s}}
}

func TestEditsOfAModelBecomeTexts(t *testing.T) {
	a := replying(`{"edits":[{"type":"replace noun","breaks":"the mill ","changes":[{"from":"post mill","to":"tower mill"}]},` +
		`{"type":"number","breaks":"x","changes":[{"from":"seven","to":"nine"}]},` +
		`{"type":"negation","breaks":"x","changes":[{"from":"is","to":"is"}]},` +
		`{"type":"swap nouns","breaks":"x","changes":[{"from":"post","to":"pole"},{"from":"pole","to":"post"}]}]}`)
	g := perturbOf(t, a, 5)
	out := fill(t, g, nil, nil).Slots
	want := []string{"perturb 0 done The", "perturb 1 rejected not_in_passage The", "perturb 2 rejected not_in_passage The", "perturb 3 done The", "perturb 4 rejected missing"}
	if got := slots(out); !slices.Equal(got, want) {
		t.Fatalf("%q", got)
	}
	if s := out[0]; s.Text != strings.ReplaceAll(mill.Text, "post mill", "tower mill") || s.Title != mill.Title || s.Breaks != "replace noun: post mill → tower mill (the mill)" {
		t.Errorf("%+v", s)
	}
	if s := out[3].Text; !strings.HasPrefix(s, "The pole mill is") || !strings.HasSuffix(s, "a long tail post.") {
		t.Error(s)
	}
}

// Two edits of one passage share nearly all words; they are two texts all the same, but an edit that another makes too is one.
func TestEditsAreComparedByEquality(t *testing.T) {
	one := `{"type":"replace noun","breaks":"x","changes":[{"from":"post","to":"pole"}]}`
	out := fill(t, perturbOf(t, replying(`{"edits":[`+one+`,`+one+`,{"type":"unit","breaks":"x","changes":[{"from":"post","to":"Post"}]}]}`), 3), nil, nil).Slots
	var outcomes []string
	for _, s := range out {
		outcomes = append(outcomes, strings.TrimSpace(s.Outcome.String()+" "+s.Reason))
	}
	slices.Sort(outcomes)
	if !slices.Equal(outcomes, []string{"done", "rejected near_duplicate", "rejected near_duplicate_of_positive"}) {
		t.Errorf("%q", outcomes)
	}
}

func TestAChangeOfTheTitleAloneIsNone(t *testing.T) {
	p := hardneg.Passage{ID: "p", Title: "Windmill", Text: "It turns on a post."}
	if got := (edit{Changes: []change{{"Windmill", "Watermill"}}}).proposal(p).Rule; got != NotInPassage {
		t.Errorf("%q: the text would stand on both sides", got)
	}
	both := hardneg.Passage{ID: "p", Title: "Windmill", Text: "The Windmill turns on a post."}
	if got := (edit{Changes: []change{{"Windmill", "Watermill"}}}).proposal(both); got.Title != "Watermill" || got.Text != "The Watermill turns on a post." || got.Rule != "" {
		t.Errorf("%+v", got)
	}
}

func TestAReplyWithoutEditsFails(t *testing.T) {
	for reply, want := range map[string]string{`{}`: "failed unreadable_schema", `{"edits":[]}`: "rejected missing"} {
		s := fill(t, perturbOf(t, replying(reply), 1), nil, nil).Slots[0]
		if got := s.Outcome.String() + " " + s.Reason; got != want {
			t.Errorf("%s: %s, want %s", reply, got, want)
		}
	}
}

func rulesOf(query, text string, n int) (out []string) {
	p, _ := (&perturbByRules{seed: 1}).ProposeFor(context.Background(), query, hardneg.Passage{ID: "p", Text: text}, Span{From: 0, N: n}, 0)
	for _, e := range p.Texts {
		out = append(out, e.Breaks+" | "+e.Text)
	}
	return out
}

func TestTheRulesChangeWhatTheQueryNames(t *testing.T) {
	const passage = "The bridge at Stanholm was opened in 1931 by Anna Kelm. It is 120 metres long and carries two tracks from Ostford to Kelmere."
	for name, c := range map[string]struct {
		query, has, hasNot string
	}{
		"a sibling":            {"the bridge", "replace noun: bridge → ", "1931 →"},
		"a name for another":   {"who opened it at Stanholm", "swap nouns: Stanholm → ", "bridge →"},
		"a year":               {"what was opened in 1931", "date: 1931 → ", "120 →"},
		"a number":             {"what is 120 long", "number: 120 → ", "1931 →"},
		"a unit":               {"length in metres", "unit: metres → ", "bridge →"},
		"a fact of the query":  {"was it opened", "negation: was opened → was not opened", "bridge →"},
		"a direction":          {"what carries two tracks", "reorder: from Ostford to Kelmere → from Kelmere to Ostford", "bridge →"},
		"nothing of the query": {"sheep", "", " → "},
	} {
		got := strings.Join(rulesOf(c.query, passage, 9), "\n")
		if !strings.Contains(got, c.has) || strings.Contains(got, c.hasNot) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := strings.Join(rulesOf("the old road", "The old road and the new road meet.", 9), "\n"); !strings.Contains(got, "The new road and the old road meet.") || !strings.Contains(got, "replace adjective: old → ") {
		t.Errorf("adjectives: %s", got)
	}
}

func TestWhatFollowsAnArticleKeepsIt(t *testing.T) {
	for _, query := range []string{"old road", "an old road"} {
		got := strings.Join(rulesOf(query, "It is an old road.", 9), "\n")
		if strings.Contains(got, "an new") || strings.Contains(got, "an modern") {
			t.Error(got)
		}
	}
}

func TestTheRulesAreTheSameForTheSameSeed(t *testing.T) {
	query, text := "the north bridge in 1931", "The north bridge was built in 1931. A south bridge was opened before the war."
	one := rulesOf(query, text, 3)
	if len(one) != 3 || !slices.Equal(one, rulesOf(query, text, 3)) {
		t.Errorf("%q", one)
	}
}

// Whatever a passage is, the rules make no text that equals it, and none that differs from it in more than some words.
func TestTheRulesOnAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom(strings.Fields("The north bridge is not 12,5 3.4 1999 from A to B before May . , , (")),
			rapid.SampledFrom([]string{"was", "Rome", "Carthage", "kilometres"})), 1, 30).Draw(t, "words")
		p := hardneg.Passage{ID: "p", Text: strings.Join(text, " ")}
		query := strings.Join(text[:min(len(text), 6)], " ")
		out, err := (&perturbByRules{seed: 1}).ProposeFor(t.Context(), query, p, Span{From: 0, N: 9}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range out.Texts {
			if e.Rule == "" && e.Text == p.Text {
				t.Fatalf("%s changes nothing in %q", e.Breaks, p.Text)
			}
		}
	})
}

func TestTheRulesNameThemselves(t *testing.T) {
	s, ok := NewStrategy(Spec{Name: Perturb, Variant: ByRules, Count: 2}, Kit{Seed: 7})
	if !ok || s.Own != rulesVersion {
		t.Fatal(s)
	}
	out := fill(t, &Negatives{[]Strategy{s}}, nil, nil).Slots
	if o := out[0].Origin; o != (hardneg.Origin{Method: PerturbByRules, Model: byRules}) || out[0].Outcome != hardneg.Done {
		t.Errorf("%+v", out[0])
	}
	if s.Key(millQuery.Key, 0) == s.Key(millQuery.Key, 1) {
		t.Error("two slots have one key")
	}
}

func TestTheSchemaOfEditsKnowsTheTypes(t *testing.T) {
	schema := string(editsSchema(3).JSON)
	for _, typ := range editTypes {
		if !strings.Contains(schema, `"`+typ+`"`) {
			t.Errorf("%s is not in it", typ)
		}
	}
}
