package judge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hardneg"
	"hardneg/internal/llm"
)

func TestWhatGoesOnByGradeAndByScore(t *testing.T) {
	for _, c := range []struct {
		prompt    string
		forwardAt int
		margin    float64
		grade     int
		score     float64
		want      bool
	}{
		{"grade", 2, 0, 2, .2, true},         // the grade alone decides upwards
		{"grade", 2, 0, 1, .49, false},       // the gate between 1 and 2 lies at 1.5 / 3 = .5
		{"grade", 2, .1, 1, .41, true},       // .09 below it
		{"grade", 2, .1, 1, .39, false},      // .11 below it
		{"grade", 1, .1, 0, .1, true},        // gate .5 / 3 = .1667
		{"grade", 0, .1, 0, 0, true},         // everything goes on
		{"answerable", 1, .1, 0, .45, true},  // between no (0) and yes (3): .5
		{"answerable", 1, .1, 0, .35, false}, //
		{"rlhn", 1, .1, 0, .25, true},        // between none (0) and worse (2): 2 / 6 = .3333
		{"rlhn", 3, .1, 2, .75, true},        // between worse (2) and better (3): 5 / 6 = .8333
		{"rlhn", 3, .1, 2, 2. / 3, false},    // the score of a judge without probabilities is the grade's
	} {
		s := Step{Judge: &Judge{Prompt: builtIn(c.prompt)}, ForwardAt: c.forwardAt, Margin: c.margin}
		g, _ := hardneg.GradeOf(c.grade)
		if got := s.forwards(hardneg.Verdict{Grade: g, Score: c.score}); got != c.want {
			t.Errorf("%s, forward_at %d, margin %v: grade %d with score %v goes on: %v", c.prompt, c.forwardAt, c.margin, c.grade, c.score, got)
		}
	}
}

func TestAnAuditShowsTheNextJudgeAShareOfWhatWouldNotGoOn(t *testing.T) {
	var words []string
	for i := range 400 {
		words = append(words, fmt.Sprintf("t%d %d %d", i, i%2, 3))
	}
	c, _ := cascadeOf(25, 1, 1)
	c.Steps[0].Audit = .1
	j, err := c.Judge(t.Context(), About{Query: someQuery}, itemsOf(words...))
	if err != nil {
		t.Fatal(err)
	}
	audited := 0
	for i := range words {
		forwarded, drawn := i%2 == 1, len(j.Opinions[i]) > 0
		if asked := len(j.New[i]) == 2; asked != (forwarded || drawn) || forwarded && drawn {
			t.Errorf("text %d: forwarded %v, drawn %v, asked %v", i, forwarded, drawn, asked)
		}
		for _, o := range j.Opinions[i] {
			audited++
			if o.Role != hardneg.LookAudit || o.Step != 1 || o.State() != "3" || o.Judge != "model-1" {
				t.Errorf("%+v", o)
			}
		}
	}
	if audited < 10 || audited > 35 { // 20 of 200 are expected; ± 3.5 standard deviations
		t.Errorf("%d of 200 were audited", audited)
	}
	again, err := c.Judge(t.Context(), About{Query: someQuery}, itemsOf(words...))
	if err != nil || !slices.EqualFunc(j.Opinions, again.Opinions, func(a, b []hardneg.Opinion) bool { return len(a) == len(b) }) {
		t.Error("another round draws other texts")
	}
}

// A judge that says "3" of what stands first, whatever it is, contradicts itself when the order is turned round.
func TestASecondLookInTheOppositeOrder(t *testing.T) {
	g := &grader{}
	g.reply = func(_ llm.Request, texts map[string]string) (llm.Response, error) {
		said := map[string]string{}
		for l := range texts {
			said[l] = map[bool]string{true: "3", false: "0"}[l == "A"]
		}
		b, _ := json.Marshal(said)
		return llm.Response{Content: string(b)}, nil
	}
	for look, want := range map[string]string{hardneg.LookSwap: "false true false", hardneg.LookRepeat: "true true true"} {
		g.asked, g.slates = nil, nil
		c := &Cascade{Steps: []Step{{Judge: judgeOf(0, 8, g), Again: 1, Look: look}}}
		j, err := c.Judge(t.Context(), About{Query: someQuery}, itemsOf("a", "b", "c"))
		if err != nil || len(g.asked) != 2 || g.asked[0].Key() == g.asked[1].Key() || g.asked[0].Input != g.asked[1].Input || g.asked[1].Sample != 1 {
			t.Fatalf("%s: %d requests: %v", look, len(g.asked), err)
		}
		second := slices.Clone(g.slates[1])
		if look == hardneg.LookSwap {
			slices.Reverse(second)
		}
		if !slices.Equal(g.slates[0], second) {
			t.Errorf("%s: first %q, then %q", look, g.slates[0], g.slates[1])
		}
		var same []string
		for _, text := range g.slates[0] { // in the order in which they were shown
			i := slices.Index([]string{"a", "b", "c"}, text)
			if os := j.Opinions[i]; len(os) == 1 && os[0].Role == look && states(j.New[i]) == map[bool]string{true: "3", false: "0"}[text == g.slates[0][0]] {
				same = append(same, fmt.Sprint(os[0].Same))
			}
		}
		if got := strings.Join(same, " "); got != want {
			t.Errorf("%s: the same is said: %s, want %s", look, got, want)
		}
	}
}

func TestSecondLooksOfVerifyAndOfSingleTextsAreSpared(t *testing.T) {
	g := &grader{say: lastWord}
	c := &Cascade{Steps: []Step{{Judge: judgeOf(0, 8, g), Again: 1, Look: hardneg.LookSwap}}}
	if _, err := c.Verify(t.Context(), someQuery, hardneg.Passage{ID: "p", Text: "x 3"}, 2, 0); err != nil {
		t.Fatal(err)
	}
	judgeItems(t, c, itemsOf("a 0"))
	if len(g.asked) != 2 {
		t.Errorf("%d requests", len(g.asked))
	}
}
