package mockllm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"hardneg/internal/llm"
	"hardneg/prompts"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t testing.TB, cfg Config) *Server {
	t.Helper()
	s := New(cfg)
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		s.Close()
	})
	return s
}

func providers(t testing.TB, s *Server) map[string]llm.Provider {
	t.Helper()
	a, err := llm.NewOpenAI(llm.Options{Endpoint: s.URL + "/v1", Concurrency: 8})
	if err != nil {
		t.Fatal(err)
	}
	b, err := llm.NewOllama(llm.Options{Endpoint: s.URL, Concurrency: 8})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]llm.Provider{"openai": a, "ollama": b}
}

const passage = "Title: Glaciers\nGlaciers carve valleys because moving ice drags embedded boulders across bedrock, leaving parallel scratches."

// render makes a request from a real template.
func render(t testing.TB, prompt string, user any, schema string) llm.Request {
	t.Helper()
	set, err := prompts.Load("")
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := set.Get(prompt)
	if err != nil {
		t.Fatal(err)
	}
	system, err := tmpl.System(prompts.Static{Style: "plain"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := tmpl.User(user)
	if err != nil {
		t.Fatal(err)
	}
	return llm.Request{Model: "mock-small", System: system, User: text, MaxTokens: 4096, Schema: llm.Schema{Name: "reply", JSON: json.RawMessage(schema)}}
}

const (
	querySchema     = `{"type":"object","properties":{"query":{"type":"string","maxLength":120}},"required":["query"],"additionalProperties":false}`
	negativesSchema = `{"type":"object","properties":{"need":{"type":"string"},"requirements":{"type":"array","items":{"type":"string"},"minItems":2,"maxItems":4},
"negatives":{"type":"array","minItems":3,"maxItems":3,"items":{"type":"object","properties":{"breaks":{"type":"string"},"text":{"type":"string"}}}}}}`
)

func gradeSchema(labels string) string {
	var props []string
	for _, l := range labels {
		props = append(props, fmt.Sprintf(`"%c":{"type":"string","enum":["0","1","2","3","unsure"]}`, l))
	}
	return `{"type":"object","properties":{` + strings.Join(props, ",") + `}}`
}

func ask[T any](t testing.TB, p llm.Client, req llm.Request) T {
	t.Helper()
	resp, err := p.Complete(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	var v T
	if err := json.Unmarshal([]byte(resp.Content), &v); err != nil || resp.FinishReason != "stop" {
		t.Fatalf("%s %q: %v", resp.FinishReason, resp.Content, err)
	}
	return v
}

func TestQueries(t *testing.T) {
	for name, p := range providers(t, start(t, Config{})) {
		t.Run(name, func(t *testing.T) {
			make := func(kind string) string {
				req := render(t, "query", prompts.QueryData{Fence: "f1", Passage: passage, Kind: kind, Language: "English"}, querySchema)
				return ask[struct{ Query string }](t, p, req).Query
			}
			a, b := make("a question"), make("keywords")
			if a == b || a != make("a question") || len(a) < 15 {
				t.Errorf("%q, %q", a, b)
			}
			if !isSource(a, passage) || !isSource(b, passage) {
				t.Errorf("%q or %q is not of the passage", a, b)
			}
		})
	}
}

type negatives struct {
	Need         string
	Requirements []string
	Negatives    []struct{ Breaks, Text string }
}

func TestNegatives(t *testing.T) {
	query := "why do glaciers have parallel scratches in bedrock"
	data := prompts.QueryOnlyData{Fence: "f", Query: query, Lengths: []prompts.Length{{Min: 60, Max: 90}, {Min: 60, Max: 90}, {Min: 30, Max: 40}}}
	for name, p := range providers(t, start(t, Config{})) {
		got := ask[negatives](t, p, render(t, "query-only", data, negativesSchema))
		if len(got.Negatives) != 3 || len(got.Requirements) < 2 || got.Need == "" {
			t.Fatalf("%s: %+v", name, got)
		}
		seen := map[string]bool{}
		for i, n := range got.Negatives {
			words, l := len(strings.Fields(n.Text)), data.Lengths[i]
			if seen[n.Text] || words < l.Min || words > l.Max || isSource(query, n.Text) || n.Breaks == "" {
				t.Errorf("%s: %d words: %+v", name, words, n)
			}
			seen[n.Text] = true
		}
	}
}

func slate(t testing.TB, p llm.Client, query string, labels string, texts ...string) map[string]string {
	t.Helper()
	d := prompts.GradeData{Fence: "f", Query: query}
	for i, text := range texts {
		d.Passages = append(d.Passages, prompts.LabelledText{Label: labels[i : i+1], Text: text})
	}
	return ask[map[string]string](t, p, render(t, "grade", d, gradeSchema(labels)))
}

func TestGradesDependOnTheTextAlone(t *testing.T) {
	p := providers(t, start(t, Config{}))["openai"]
	q := "why do glaciers have parallel scratches in bedrock"
	texts := []string{"one", "two words", passage, "four"}
	first := slate(t, p, q, "ABCD", texts...)
	other := slate(t, p, q, "XDA", texts[3], texts[1], texts[0])
	single := slate(t, p, q, "A", passage)
	if first["D"] != other["X"] || first["B"] != other["D"] || first["A"] != other["A"] || first["C"] != single["A"] {
		t.Errorf("%v, %v, %v", first, other, single)
	}
}

func TestGradesAreScripted(t *testing.T) {
	s := start(t, Config{Grades: func(model, query, text string) string { return map[string]string{"a": "0", "b": "2"}[text] }})
	for _, p := range providers(t, s) {
		got := slate(t, p, "q", "AB", "b", "a")
		if diff := cmp.Diff(map[string]string{"A": "2", "B": "0"}, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestGradeShares(t *testing.T) {
	const n = 20000
	count := map[string]int{}
	for i := range n {
		count[DefaultGrade("m", "lighthouse keepers wage", fmt.Sprint("passage ", i))]++
	}
	for grade, share := range map[string]float64{"1": .70, "3": .10, "2": .08, "0": .08, "unsure": .04} {
		if got := float64(count[grade]) / n; got < share-.015 || got > share+.015 {
			t.Errorf("grade %s: %.3f, want %.2f", grade, got, share)
		}
	}
	sources := 0
	for i := range n {
		if DefaultGrade("m", "glaciers bedrock scratches", fmt.Sprint(passage, i)) == "3" {
			sources++
		}
	}
	if sources < n*88/100 {
		t.Errorf("%d of %d sources answer", sources, n)
	}
}

func TestSchemaInThePrompt(t *testing.T) {
	s := start(t, Config{Fault: func(_ int, r Recorded) *Fault {
		if bytes.Contains(r.Body, []byte(`"json_schema"`)) {
			return &Fault{Status: 400, Body: `{"error":{"message":"json_schema is not supported"}}`}
		}
		return nil
	}})
	p := providers(t, s)["openai"]
	req := render(t, "query", prompts.QueryData{Fence: "f", Passage: passage}, querySchema)
	if _, err := p.Complete(t.Context(), req); err == nil {
		t.Fatal("no refusal")
	}
	if got := ask[struct{ Query string }](t, p, req); !isSource(got.Query, passage) {
		t.Error(got)
	}
}

func TestLogprobsUsageAndLength(t *testing.T) {
	for name, p := range providers(t, start(t, Config{})) {
		d := prompts.GradeData{Fence: "f", Query: "q", Passages: []prompts.LabelledText{{Label: "A", Text: "x"}}}
		req := render(t, "grade", d, gradeSchema("A"))
		req.Logprobs = true
		resp, err := p.Complete(t.Context(), req)
		if err != nil || len(resp.Logprobs) == 0 || resp.Usage.Estimated || resp.Usage.Prompt < 500 {
			t.Errorf("%s: %+v, %v", name, resp, err)
		}
		req.MaxTokens = 1
		if resp, err = p.Complete(t.Context(), req); err != nil || resp.FinishReason != "length" || len(resp.Content) != 4 {
			t.Errorf("%s: %+v, %v", name, resp, err)
		}
	}
	for name, p := range providers(t, start(t, Config{NoUsage: true})) {
		if resp, err := p.Complete(t.Context(), llm.Request{Model: "m", User: "hello"}); err != nil || !resp.Usage.Estimated || resp.Content != "ok" {
			t.Errorf("%s: %+v, %v", name, resp, err)
		}
	}
}

func TestModels(t *testing.T) {
	s := start(t, Config{Models: []string{"b", "a"}})
	p := providers(t, s)
	one, err := p["openai"].(*llm.OpenAI).Models(t.Context())
	two, err2 := p["ollama"].(*llm.Ollama).Models(t.Context())
	version, err3 := p["ollama"].(*llm.Ollama).Version(t.Context())
	if diff := cmp.Diff([]string{"a", "b"}, one) + cmp.Diff([]string{"a", "b"}, two); diff != "" || version == "" || errors.Join(err, err2, err3) != nil {
		t.Error(diff, version, err, err2, err3)
	}
}
