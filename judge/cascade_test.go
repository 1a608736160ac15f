package judge

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hardneg"
	"hardneg/internal/llm"
)

// cascadeOf asks the graders in turn; each text says what every judge will say of it: "name first second …".
func cascadeOf(slate int, forwardAt ...int) (*Cascade, []*grader) {
	c := &Cascade{}
	var gs []*grader
	for step, at := range forwardAt {
		g := &grader{say: func(text string) string { return strings.Fields(text)[1+step] }}
		gs = append(gs, g)
		c.Steps = append(c.Steps, Step{Judge: judgeOf(step, slate, g), ForwardAt: at})
	}
	return c, gs
}

func itemsOf(words ...string) []Item {
	out := make([]Item, len(words))
	for i, w := range words {
		out[i].Candidate = hardneg.Candidate{Key: hardneg.KeyOf("candidate", w), Text: w}
	}
	return out
}

func judgeItems(t *testing.T, c *Cascade, items []Item) []string {
	t.Helper()
	j, err := c.Judge(t.Context(), About{Query: someQuery}, items)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i, vs := range j.New {
		for n, v := range vs {
			if v.Step != len(items[i].Verdicts)+n || v.Candidate != items[i].Candidate.Key {
				t.Errorf("item %d: verdict %+v", i, v)
			}
		}
		out = append(out, states(vs))
	}
	return out
}

func TestWhatAJudgePassesOn(t *testing.T) {
	for forwardAt := range 5 {
		c, gs := cascadeOf(8, forwardAt, 0)
		got := judgeItems(t, c, itemsOf("a 0 3", "b 1 3", "c 2 3", "d 3 1", "e unsure 2"))
		want := []string{"0", "1", "2", "3", "unsure 2"}
		for g, second := range []string{"3", "3", "3", "1"} {
			if g >= forwardAt {
				want[g] += " " + second
			}
		}
		if !slices.Equal(got, want) || len(gs[1].asked) != 1 {
			t.Errorf("forward_at %d: %q, want %q", forwardAt, got, want)
		}
	}
}

func TestAJudgeThatFailedHasNotDecided(t *testing.T) {
	c, _ := cascadeOf(8, 3, 0)
	if got := judgeItems(t, c, itemsOf("a 0 3", "b nonsense 1")); !slices.Equal(got, []string{"failed 3", "failed 1"}) {
		t.Errorf("%q", got)
	}
}

func TestTheLastJudgePassesNothingOn(t *testing.T) {
	c, gs := cascadeOf(8, 0)
	if got := judgeItems(t, c, itemsOf("a 3", "b unsure")); !slices.Equal(got, []string{"3", "unsure"}) || len(gs[0].asked) != 1 {
		t.Errorf("%q", got)
	}
	c, _ = cascadeOf(8, 1, 1)
	if got := judgeItems(t, c, itemsOf("a 3 bad")); !slices.Equal(got, []string{"3 failed"}) {
		t.Errorf("%q: an earlier grade is no fallback", got)
	}
}

func TestSlatesAreFormedOverTheWholeQueryInKeyOrder(t *testing.T) {
	words := []string{"a 1 1", "b 0 1", "c 2 1", "d 3 1", "e 0 1", "f 1 1", "g unsure 1", "h 0 1", "i 2 1"}
	c, gs := cascadeOf(4, 1, 0)
	items := itemsOf(words...)
	judgeItems(t, c, items)
	byKey := slices.SortedFunc(slices.Values(words), func(a, b string) int {
		x, y := hardneg.KeyOf("candidate", a), hardneg.KeyOf("candidate", b)
		return slices.Compare(x[:], y[:])
	})
	forwarded := slices.DeleteFunc(slices.Clone(byKey), func(w string) bool { return strings.Contains(w, " 0 ") })
	for step, want := range [][]string{byKey, forwarded} {
		var wantSlates [][]string
		for slate := range slices.Chunk(want, 4) {
			wantSlates = append(wantSlates, slices.Sorted(slices.Values(slate)))
		}
		var got [][]string
		for _, s := range gs[step].slates {
			got = append(got, slices.Sorted(slices.Values(s)))
		}
		if diff := cmp.Diff(wantSlates, got); diff != "" {
			t.Errorf("judge %d: %s", step, diff)
		}
	}
	again, gs2 := cascadeOf(4, 1, 0)
	slices.Reverse(items)
	judgeItems(t, again, items)
	for step := range gs {
		if diff := cmp.Diff(gs[step].slates, gs2[step].slates); diff != "" {
			t.Errorf("judge %d depends on the order of the items: %s", step, diff)
		}
	}
}

func TestStandingVerdictsAreContinued(t *testing.T) {
	c, gs := cascadeOf(8, 1, 0)
	said := func(step int, g hardneg.Grade) hardneg.Verdict { return hardneg.Verdict{Step: step, Grade: g} }
	items := itemsOf("new 1 2", "decided 1 3", "forwarded 0 2", "done 0 0", "unsure 0 1", "failed 0 1")
	items[1].Verdicts = []hardneg.Verdict{said(0, hardneg.Irrelevant)}
	items[2].Verdicts = []hardneg.Verdict{said(0, hardneg.Answers)}
	items[3].Verdicts = []hardneg.Verdict{said(0, hardneg.Answers), said(1, hardneg.Answers)}
	items[4].Verdicts = []hardneg.Verdict{{Unsure: true}}
	items[5].Verdicts = []hardneg.Verdict{{Failure: "timeout"}}
	got := judgeItems(t, c, items)
	if want := []string{"1 2", "", "2", "", "1", "1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !slices.Equal(gs[0].slates[0], []string{"new 1 2"}) || len(gs[0].slates) != 1 || len(gs[1].slates) != 1 || len(gs[1].slates[0]) != 4 {
		t.Errorf("judge 0 saw %q, judge 1 %q", gs[0].slates, gs[1].slates)
	}
	none, gs := cascadeOf(8, 1, 0)
	if got := judgeItems(t, none, items[1:2]); len(gs[0].asked)+len(gs[1].asked) != 0 {
		t.Errorf("nothing is due, and yet somebody was asked: %q", got)
	}
}

func TestAStopKeepsNothingOfTheQuery(t *testing.T) {
	c, gs := cascadeOf(8, 0, 0)
	stop := errors.New("stop")
	gs[1].reply = func(llm.Request, map[string]string) (llm.Response, error) { return llm.Response{}, stop }
	if j, err := c.Judge(t.Context(), About{Query: someQuery}, itemsOf("a 1 1")); !errors.Is(err, stop) || j.New != nil {
		t.Errorf("%+v, %v", j, err)
	}
}

func TestTheTitleIsShownToTheJudge(t *testing.T) {
	g := &grader{reply: content(`{"A":"1"}`)}
	c := &Cascade{Steps: []Step{{Judge: judgeOf(0, 8, g), ForwardAt: 1}}}
	items := []Item{{Candidate: hardneg.Candidate{Key: hardneg.KeyOf("a"), Title: "Danube", Text: "a river"}}}
	if _, err := c.Judge(t.Context(), About{Query: someQuery}, items); err != nil || g.slates[0][0] != "Title: Danube\na river" {
		t.Errorf("%q: %v", g.slates, err)
	}
}

func TestVerify(t *testing.T) {
	p := hardneg.Passage{ID: "p", Title: "T", Text: "x"}
	for name, c := range map[string]struct {
		said       []string
		positiveAt int
		verdicts   string
		outcome    hardneg.Outcome
		reason     string
	}{
		"answers":                         {[]string{"3", "0"}, 2, "3", hardneg.Done, ""},
		"just enough":                     {[]string{"2", "0"}, 2, "2", hardneg.Done, ""},
		"not enough, the next one agrees": {[]string{"1", "0"}, 2, "1 0", hardneg.Rejected, NotAnswered},
		"the next one says it answers":    {[]string{"0", "3"}, 2, "0 3", hardneg.Done, ""},
		"higher bar":                      {[]string{"2", "2"}, 3, "2 2", hardneg.Rejected, NotAnswered},
		"unsure goes on":                  {[]string{"unsure", "2"}, 2, "unsure 2", hardneg.Done, ""},
		"unsure at the end":               {[]string{"1", "unsure"}, 2, "1 unsure", hardneg.Rejected, Undecided},
		"a failed judge goes on":          {[]string{"bad", "2"}, 2, "failed 2", hardneg.Done, ""},
		"the last judge failed":           {[]string{"0", "bad"}, 2, "0 failed", hardneg.Failed, "unreadable_schema"},
		"all failed":                      {[]string{"bad", "bad"}, 2, "failed failed", hardneg.Failed, "unreadable_schema"},
		"three judges":                    {[]string{"1", "unsure", "3"}, 2, "1 unsure 3", hardneg.Done, ""},
		"one judge":                       {[]string{"1"}, 2, "1", hardneg.Rejected, NotAnswered},
	} {
		cascade := &Cascade{}
		for step, s := range c.said {
			g := &grader{say: func(string) string { return s }}
			cascade.Steps = append(cascade.Steps, Step{Judge: judgeOf(step, 8, g), ForwardAt: 1})
		}
		v, err := cascade.Verify(t.Context(), someQuery, p, c.positiveAt, 0)
		if err != nil || states(v.Verdicts) != c.verdicts || v.Outcome != c.outcome || v.Reason != c.reason {
			t.Errorf("%s: %s, %s %q: %v", name, states(v.Verdicts), v.Outcome, v.Reason, err)
		}
		for step, one := range v.Verdicts {
			if !one.Candidate.IsZero() || one.Step != step {
				t.Errorf("%s: %+v", name, one)
			}
		}
	}
}

func TestVerifyAndJudgeAreDifferentRequests(t *testing.T) {
	g := &grader{say: func(string) string { return "3" }}
	c := &Cascade{Steps: []Step{{Judge: judgeOf(0, 8, g), ForwardAt: 1}}}
	if _, err := c.Verify(t.Context(), someQuery, hardneg.Passage{ID: "p", Title: "T", Text: "x"}, 2, 0); err != nil {
		t.Fatal(err)
	}
	if r := g.asked[0]; r.Stage != StageVerify || g.slates[0][0] != "Title: T\nx" {
		t.Errorf("%+v", r)
	}
	if _, err := c.Judge(t.Context(), About{Query: someQuery}, []Item{{Candidate: hardneg.Candidate{Title: "T", Text: "x"}}}); err != nil {
		t.Fatal(err)
	}
	if g.asked[0].Input == g.asked[1].Input {
		t.Error("inputs of both stages are equal")
	}
}

// Where slates wait for a batch, all of a judge are asked for in the same one, and the next judge is not asked yet.
func TestAllSlatesOfAJudgeArePlannedTogether(t *testing.T) {
	c, graders := cascadeOf(2, 1, 1)
	graders[0].reply = func(llm.Request, map[string]string) (llm.Response, error) { return llm.Response{}, llm.ErrPlanned }
	got, err := c.Judge(t.Context(), About{Query: someQuery}, itemsOf("a 1 1", "b 1 1", "c 1 1", "d 1 1", "e 1 1"))
	if !errors.Is(err, llm.ErrPlanned) || got.New != nil {
		t.Errorf("%v, %+v", err, got)
	}
	if len(graders[0].asked) != 3 || len(graders[1].asked) != 0 {
		t.Errorf("the first judge was asked for %d slates of 3, the second for %d", len(graders[0].asked), len(graders[1].asked))
	}
}
