package generate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// queriesOf writes with replies by sample; a reply that is no JSON is what the model says, else it is the query.
func queriesOf(t *testing.T, per int, have map[int]Query, reply func(sample, attempt int) (string, error)) (*author, []Query) {
	t.Helper()
	a := &author{write: func(r llm.Request) (string, error) { return reply(r.Sample, r.Attempt) }}
	g := &Queries{Writer: writerOf(t, "query", a), PerPassage: per}
	out, err := g.Write(t.Context(), mill, have, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range out.Queries {
		if q.Key != g.Key(mill.ID, q.Sample) || q.PassageID != mill.ID || q.Origin.Model != "writer" || q.Origin.Method != MethodQuery || q.Origin.Prompt != g.Prompt.ID() {
			t.Errorf("%+v", q)
		}
	}
	return a, out.Queries
}

func query(s string) string { return asJSON(map[string]string{"query": s}) }

// outcomes are the queries as "sample outcome reason text".
func outcomes(qs []Query) (out []string) {
	for _, q := range qs {
		out = append(out, strings.Join(strings.Fields(fmt.Sprint(q.Sample, " ", q.Outcome, " ", q.Reason, " ", q.Text)), " "))
	}
	return out
}

func TestEverySampleIsARequestOfItsOwn(t *testing.T) {
	a, got := queriesOf(t, 3, nil, func(sample, _ int) (string, error) {
		return query([]string{"oldest kind of windmill", " turning sails into wind ", "what is a tail pole for"}[sample]), nil
	})
	want := []string{"0 done oldest kind of windmill", "1 done turning sails into wind", "2 done what is a tail pole for"}
	if diff := cmp.Diff(want, outcomes(got)); diff != "" {
		t.Error(diff)
	}
	for i, q := range got {
		if q.Origin.Call != a.asked[i].Key() {
			t.Errorf("sample %d does not name its call", i)
		}
	}
	keys := map[hardneg.Key]bool{got[0].Key: true, got[1].Key: true, got[2].Key: true}
	if !slices.Equal(a.samples(), []string{"0/0", "1/0", "2/0"}) || len(keys) != 3 {
		t.Errorf("asked %v, %d keys", a.samples(), len(keys))
	}
}

func TestKindsOfTheSamplesOfAPassageDiffer(t *testing.T) {
	g := &Queries{Writer: &Writer{Seed: 7, Prompt: &prompts.Template{}}}
	first := map[string]int{}
	for p := range 400 {
		passage := fmt.Sprint("passage ", p)
		seen := map[string]bool{}
		for sample := range len(kinds) {
			seen[g.kind(passage, sample)] = true
		}
		if len(seen) != len(kinds) {
			t.Fatalf("%s: %d kinds in %d samples", passage, len(seen), len(kinds))
		}
		if once, twice := g.kind(passage, 3), g.kind(passage, 3); once != twice {
			t.Fatal("the kind is drawn by chance")
		}
		first[g.kind(passage, 0)]++
		again := map[string]bool{}
		for sample := range len(kinds) {
			again[g.kind(passage, len(kinds)+sample)] = true
		}
		if len(again) != len(kinds) {
			t.Fatalf("%s: %d kinds in the next samples", passage, len(again))
		}
	}
	for _, k := range kinds {
		if n := first[k.words]; n < k.weight*2 || n > k.weight*7 { // of 400, 4 are expected for each of 100
			t.Errorf("%d of 400 for weight %d: %s", n, k.weight, k.words)
		}
	}
}

func TestTheKindIsInThePrompt(t *testing.T) {
	a, _ := queriesOf(t, 2, nil, func(int, int) (string, error) { return query("oldest windmill"), nil })
	g := &Queries{Writer: writerOf(t, "query", a)}
	for i, r := range a.asked {
		if !strings.Contains(r.User, g.kind(mill.ID, i)) || !strings.Contains(r.User, "Language: English") {
			t.Errorf("sample %d: %s", i, r.User)
		}
		if r.Stage != StageQueries || r.Input != mill.ID || r.System != g.System || r.Model != "writer" || r.MaxTokens != 500 || r.Schema.Name != "query" {
			t.Errorf("sample %d: %+v", i, r)
		}
	}
	if a.asked[0].Seed == a.asked[1].Seed {
		t.Error("both samples have one seed")
	}
}

func TestDuplicateQueries(t *testing.T) {
	same := func(int, int) (string, error) { return query("Oldest kind of windmill?"), nil }
	_, got := queriesOf(t, 3, nil, same)
	want := []string{"0 done Oldest kind of windmill?", "1 rejected duplicate Oldest kind of windmill?", "2 rejected duplicate Oldest kind of windmill?"}
	if diff := cmp.Diff(want, outcomes(got)); diff != "" {
		t.Errorf("the lowest sample wins: %s", diff)
	}
	standing := map[int]Query{2: {Query: hardneg.Query{Text: "oldest kind of WINDMILL"}, Outcome: hardneg.Done}}
	a, got := queriesOf(t, 3, standing, same)
	if diff := cmp.Diff([]string{"0 rejected duplicate Oldest kind of windmill?", "1 rejected duplicate Oldest kind of windmill?"}, outcomes(got)); diff != "" {
		t.Errorf("one that stood before wins: %s", diff)
	}
	if !slices.Equal(a.samples(), []string{"0/0", "1/0"}) {
		t.Errorf("asked %v: a sample that stands is not asked again", a.samples())
	}
	refused := map[int]Query{0: {Query: hardneg.Query{Text: "oldest kind of windmill"}, Outcome: hardneg.Rejected}}
	if _, got = queriesOf(t, 2, refused, same); got[0].Outcome != hardneg.Done {
		t.Error("a rejected query stands in nobody's way")
	}
}

func TestARejectedQueryIsNoFailureAndAFailureIsNotRejected(t *testing.T) {
	for name, c := range map[string]struct {
		reply string
		err   error
		want  string
		asked int
	}{
		"a rule":                  {query("mill"), nil, "0 rejected too_short mill", 1},
		"points to the passage":   {query("what does the passage say about mills"), nil, "0 rejected deictic what does the passage say about mills", 1},
		"nothing to ask":          {query(""), nil, "0 rejected empty", 1},
		"a refusal in the text":   {query("I'm sorry, but I can't help with that."), nil, "0 rejected refusal I'm sorry, but I can't help with that.", 1},
		"a refusal of the server": {"", itemError("content_filter"), "0 rejected refusal", 1},
		"unreadable":              {"Here is one: oldest mill", nil, "0 failed unreadable_not_json", 2},
		"no query in it":          {"{}", nil, "0 failed unreadable_schema", 2},
		"null":                    {`{"query":null}`, nil, "0 failed unreadable_schema", 2},
		"null itself":             {"null", nil, "0 failed unreadable_not_json", 2},
		"other fields":            {`{"query":"oldest mill","why":"x"}`, nil, "0 failed unreadable_not_json", 2},
		"too long for the model":  {"", itemError("context_length"), "0 failed context_length", 1},
	} {
		a, got := queriesOf(t, 1, nil, func(int, int) (string, error) { return c.reply, c.err })
		if outcomes(got)[0] != c.want || len(a.asked) != c.asked {
			t.Errorf("%s: %q after %d requests, want %q", name, outcomes(got)[0], len(a.asked), c.want)
		}
		if c.err == nil && got[0].Origin.Call != a.asked[c.asked-1].Key() {
			t.Errorf("%s: the outcome does not name its call", name)
		}
	}
}

func TestAFailedSampleDoesNotKeepOthersBack(t *testing.T) {
	_, got := queriesOf(t, 2, nil, func(sample, _ int) (string, error) {
		return map[int]string{0: "nonsense", 1: query("oldest kind of windmill")}[sample], nil
	})
	if diff := cmp.Diff([]string{"0 failed unreadable_not_json", "1 done oldest kind of windmill"}, outcomes(got)); diff != "" {
		t.Error(diff)
	}
}

func TestARunErrorStopsTheWriting(t *testing.T) {
	full := errors.New("disk full")
	a := &author{write: func(llm.Request) (string, error) { return "", full }}
	g := &Queries{Writer: writerOf(t, "query", a), PerPassage: 3}
	if out, err := g.Write(t.Context(), mill, nil, 0); !errors.Is(err, full) || len(out.Queries) != 0 || len(a.asked) != 1 {
		t.Errorf("%+v, %v after %d requests", out, err, len(a.asked))
	}
}

func TestTheReaskHasAnotherFenceAndSeed(t *testing.T) {
	a, got := queriesOf(t, 1, nil, func(_, attempt int) (string, error) {
		return []string{"no", query("oldest kind of windmill")}[attempt], nil
	})
	if got[0].Outcome != hardneg.Done || a.asked[0].User == a.asked[1].User || a.asked[0].Seed == a.asked[1].Seed || a.asked[0].Input != a.asked[1].Input {
		t.Errorf("%+v", got)
	}
}

func TestWhatTheKeyOfAQueryDependsOn(t *testing.T) {
	base := func() *Queries { return &Queries{Writer: writerOf(t, "query", nil)} }
	seen := map[hardneg.Key]bool{base().Key("p1", 0): true}
	for name, change := range map[string]func(*Queries){
		"model": func(g *Queries) { g.Settings.Model = "x" }, "prompt": func(g *Queries) { g.Prompt.Hash = "x" }, "cap": func(g *Queries) { g.Settings.MaxTokens = 1 },
	} {
		g := base()
		if change(g); seen[g.Key("p1", 0)] {
			t.Errorf("%s does not change the key", name)
		}
	}
	if g := base(); seen[g.Key("p2", 0)] || seen[g.Key("p1", 1)] || !seen[g.Key("p1", 0)] {
		t.Error("passage and sample make the key, and nothing else")
	}
}

// Where samples wait for a batch, all of them are asked for in the same one.
func TestAllSamplesArePlannedTogether(t *testing.T) {
	a := &author{write: func(llm.Request) (string, error) { return "", llm.ErrPlanned }}
	g := &Queries{Writer: writerOf(t, "query", a), PerPassage: 3}
	if out, err := g.Write(t.Context(), mill, nil, 0); !errors.Is(err, llm.ErrPlanned) || out.Queries != nil {
		t.Errorf("%v, %+v", err, out)
	}
	if len(a.asked) != 3 {
		t.Errorf("%d of 3 samples were asked for", len(a.asked))
	}
}
