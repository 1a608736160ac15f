package judge

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"hardneg/internal/llm"
)

func TestTheNameOfAPromptSaysTheKind(t *testing.T) {
	for prompt, want := range map[string]string{"grade": "grade", "mine": "grade", "rlhn": "rlhn", "rlhn@0123456789ab": "rlhn", "rlhn-medical@01": "rlhn",
		"rlhnx": "grade", "answerable": "answerable", "two-prompt": "two-prompt", "answerable@01": "answerable", "": "grade"} {
		if got := KindOf(prompt).Name; got != want {
			t.Errorf("%q: %s, want %s", prompt, got, want)
		}
	}
}

func TestTheWordsOfEveryKind(t *testing.T) {
	for name, words := range map[string][]string{"grade": {"0", "1", "2", "3", "unsure"}, "rlhn": {"none", "worse", "better", "unsure"},
		"answerable": {"no", "yes", "unsure"}, "two-prompt": {"no", "yes", "unsure"}} {
		k := KindOf(name)
		var s struct {
			Properties map[string]struct{ Enum []string }
			Required   []string
		}
		if err := json.Unmarshal(k.Schema(2).JSON, &s); err != nil || !slices.Equal(s.Properties["B"].Enum, words) || !slices.Equal(s.Required, []string{"A", "B"}) {
			t.Errorf("%s: %v %s", name, err, k.Schema(2).JSON)
		}
		if err := k.Fits(builtIn(name)); err != nil {
			t.Error(err)
		}
		for _, w := range words {
			g, ok := k.grade(w)
			if ok != (w != unsure) || ok && k.Word(g) != w {
				t.Errorf("%s: %q is grade %v", name, w, g)
			}
			if err := k.check(map[string]string{"A": w}, 1); err != nil {
				t.Error(name, err)
			}
		}
	}
}

// p(yes) / (p(yes) + p(no)), by hand; and of three words Σ p·g / 3.
func TestScoresOfWords(t *testing.T) {
	for name, c := range map[string]struct {
		kind   string
		tokens []llm.TokenLogprob
		want   float64
		none   bool
	}{
		"yes":                        {"answerable", []llm.TokenLogprob{token(`{"A":"`), token(`yes`, "yes", .6, "no", .2, "uns", .1), token(`"}`)}, .75, false},
		"no":                         {"answerable", []llm.TokenLogprob{token(`{"A":"`), token(`no`, "no", .72, "yes", .08), token(`"}`)}, .1, false},
		"a word in two tokens":       {"rlhn", []llm.TokenLogprob{token(`{"A":"`), token(`bet`, "bet", .5, "worse", .25, "none", .25), token(`ter`), token(`"}`)}, (.5*3 + .25*2) / 3, false},
		"with its quotes":            {"rlhn", []llm.TokenLogprob{token(`{"A":`), token(`"none"`, `"none"`, .5, `"worse"`, .3, `"better"`, .2), token(`}`)}, (.3*2 + .2*3) / 3, false},
		"the word is not among them": {"answerable", []llm.TokenLogprob{token(`{"A":"`), token(`yes`, "no", .9), token(`"}`)}, 0, true},
		"unsure":                     {"answerable", []llm.TokenLogprob{token(`{"A":"`), token(`unsure`, "unsure", .5, "yes", .5), token(`"}`)}, 0, true},
	} {
		got, ok := KindOf(c.kind).scores(llm.Response{Logprobs: c.tokens})["A"]
		if ok == c.none || math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%s: %v %v, want %v", name, got, ok, c.want)
		}
	}
}

// DocReRank's gate: yes needs both prompts, no needs both; anything else is undecided.
func TestTwoPromptsMustAgree(t *testing.T) {
	for said, want := range map[string]string{"x yes yes": "3", "x no no": "0", "x yes no": "unsure", "x no yes": "unsure", "x yes unsure": "unsure"} {
		c, gs := panelOf(Unanimous, 2)
		c.Steps[0].Judge.Prompt, c.Steps[0].Others[0].Prompt = builtIn("two-prompt"), builtIn("answerable")
		if got := judgeItems(t, c, itemsOf(said)); got[0] != want {
			t.Errorf("%s: %s, want %s", said, got[0], want)
		}
		if gs[0].asked[0].Prompt == gs[1].asked[0].Prompt {
			t.Error("both were asked with one prompt")
		}
	}
}
