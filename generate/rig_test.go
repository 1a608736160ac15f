package generate

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// author is a model that writes what its function says, and keeps what it was asked.
type author struct {
	write func(req llm.Request) (string, error)

	mu    sync.Mutex
	asked []llm.Request
}

func (a *author) Complete(_ context.Context, req llm.Request) (llm.Response, error) {
	a.mu.Lock()
	a.asked = append(a.asked, req)
	a.mu.Unlock()
	content, err := a.write(req)
	return llm.Response{Content: content, FinishReason: "stop", Call: req.Key()}, err
}

// samples are the requests by sample and attempt.
func (a *author) samples() (out []string) {
	for _, r := range a.asked {
		out = append(out, fmt.Sprintf("%d/%d", r.Sample, r.Attempt))
	}
	return out
}

func writerOf(t testing.TB, prompt string, c llm.Client) *Writer {
	t.Helper()
	set, err := prompts.Load("")
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := set.Get(prompt)
	if err != nil {
		t.Fatal(err)
	}
	system, err := tmpl.System(prompts.Static{Style: "Plain."})
	if err != nil {
		t.Fatal(err)
	}
	return &Writer{Client: c, Settings: llm.Settings{Model: "writer", MaxTokens: 500}, Prompt: tmpl, System: system, Seed: 42}
}

var mill = hardneg.Passage{ID: "p1", Title: "Windmill", Text: "The post mill is the oldest kind of European windmill. Its whole body turns on a single upright post, so that the miller can bring the sails into the wind by pushing a long tail pole."}

var millQuery = hardneg.Query{Key: hardneg.KeyOf("q"), Text: "how does a miller turn a post mill", PassageID: "p1"}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// essay is a text of some 20 words about a subject, unlike those about others.
func essay(subject string) string {
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, "%s%c ", subject, 'a'+i)
	}
	return strings.TrimSpace(b.String())
}

// proposals is the reply of a writer of negatives.
func proposals(texts ...string) string {
	type one struct {
		Breaks string `json:"breaks"`
		Text   string `json:"text"`
	}
	list := []one{}
	for i, s := range texts {
		list = append(list, one{fmt.Sprint(" requirement ", i, " "), s})
	}
	return asJSON(map[string]any{"need": "n", "requirements": []string{"r"}, "negatives": list})
}

func itemError(reason string) error {
	return &llm.Error{Class: llm.Item, Reason: reason, Err: context.DeadlineExceeded}
}
