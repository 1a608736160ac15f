package judge

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// grader is a model that grades by the text alone: it says of each what say says, whatever label it stands under.
type grader struct {
	say   func(text string) string
	reply func(req llm.Request, labelled map[string]string) (llm.Response, error) // in place of say; may be nil

	mu     sync.Mutex
	asked  []llm.Request
	slates [][]string // the texts of each request, in label order
}

var (
	shownText  = regexp.MustCompile(`(?s)<<<passage ([A-Z]) ([0-9a-f]{16})>>>\n(.*?)\n<<<end ([A-Z]) ([0-9a-f]{16})>>>`)
	shownQuery = regexp.MustCompile(`(?s)<<<query ([0-9a-f]{16})>>>\n(.*?)\n<<<end query`)
)

// shown reads the texts of a request by their labels.
func shown(user string) (labels []string, texts map[string]string) {
	texts = map[string]string{}
	for _, m := range shownText.FindAllStringSubmatch(user, -1) {
		labels = append(labels, m[1])
		texts[m[1]] = m[3]
	}
	return labels, texts
}

func (g *grader) Complete(_ context.Context, req llm.Request) (llm.Response, error) {
	labels, texts := shown(req.User)
	inOrder := make([]string, len(labels))
	said := map[string]string{}
	for i, l := range labels {
		inOrder[i] = texts[l]
		if g.say != nil {
			said[l] = g.say(texts[l])
		}
	}
	g.mu.Lock()
	g.asked, g.slates = append(g.asked, req), append(g.slates, inOrder)
	g.mu.Unlock()
	if g.reply != nil {
		resp, err := g.reply(req, texts)
		resp.Call = req.Key()
		return resp, err
	}
	b, _ := json.Marshal(said)
	return llm.Response{Content: string(b), FinishReason: "stop", Call: req.Key()}, nil
}

// content is a model that always replies the same.
func content(s string) func(llm.Request, map[string]string) (llm.Response, error) {
	return func(llm.Request, map[string]string) (llm.Response, error) {
		return llm.Response{Content: s, FinishReason: "stop"}, nil
	}
}

var gradePrompt = builtIn("grade")

func builtIn(name string) *prompts.Template {
	set, err := prompts.Load("")
	if err != nil {
		panic(err)
	}
	t, err := set.Get(name)
	if err != nil {
		panic(err)
	}
	return t
}

func judgeOf(step, slate int, c llm.Client) *Judge {
	return &Judge{Name: fmt.Sprintf("judge_%d", step), Client: c, Settings: llm.Settings{Model: fmt.Sprintf("model-%d", step), MaxTokens: 100},
		Prompt: gradePrompt, System: "grade", Seed: 42, Step: step, Slate: slate}
}

func textsOf(words ...string) []Text {
	out := make([]Text, len(words))
	for i, w := range words {
		out[i] = Text{hardneg.KeyOf("candidate", w), w}
	}
	return out
}

var someQuery = hardneg.Query{Key: hardneg.KeyOf("query"), Text: "how long is the river"}

// states are the verdicts as "0" to "3", "unsure" and "failed".
func states(vs []hardneg.Verdict) string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = v.State()
	}
	return strings.Join(out, " ")
}

func grade(t *testing.T, j *Judge, texts []Text, retries int) Result {
	t.Helper()
	r, err := j.Grade(t.Context(), About{Stage: StageJudge, Query: someQuery, Retries: retries}, texts)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range r.Verdicts {
		if err := v.Validate(); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// lastWord grades a text by its last word.
func lastWord(text string) string { return text[strings.LastIndexByte(text, ' ')+1:] }
