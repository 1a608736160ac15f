package main

import (
	"fmt"
	"maps"
	"testing"

	"hardneg/internal/mockllm"
)

const turnsConfig = `run: {dir: run, seed: 7}
corpus: {path: [corpus.jsonl]}
models:
  writer: {provider: ollama, model: w, base_url: "%[1]s", concurrency: 4, temperature: 0.7, patience: 3s, timeout: 20s}
  small: {provider: ollama, model: %[2]s, base_url: "%[1]s", concurrency: 4, patience: 3s, timeout: 20s}
  large: {%[3]s, model: l, concurrency: 2, patience: 3s, timeout: 20s}
generate:
  queries: {model: writer, per_passage: 2}
  negatives: [{strategy: query-only, model: writer, count: 3}]
judge:
  cascade: [{model: small, slate: 2, forward_at: 1}, {model: large, slate: 2}]
export: {formats: [jsonl]}
`

// loads are how often a server had to load a model, if it has room for one.
func loads(s *mockllm.Server) (n int) {
	last := ""
	for _, r := range s.Requests() {
		if r.Model != last {
			last, n = r.Model, n+1
		}
	}
	return n
}

func TestAnOllamaServerLoadsEachModelOnceAStage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		small  string
		openai bool // the large one is asked through the server's other interface
		most   int
	}{
		"both interfaces":         {"w", true, 5},
		"the writer judges first": {"w", false, 5}, // w: queries, verify; l: verify; w: negatives, judge; l: judge; a re-ask may be later
		"three models":            {"s", false, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, 20, mockllm.Config{})
			config := func(url string) string {
				large := `provider: ollama, base_url: "` + url + `"`
				if c.openai {
					large = `provider: openai, base_url: "` + url + `/v1", api_key: ""`
				}
				return fmt.Sprintf(turnsConfig, url, c.small, large)
			}
			l.write("config.yaml", config(l.server.URL))
			l.must(0, "run")
			if n := loads(l.server); n > c.most {
				t.Errorf("models were loaded %d times, want at most %d", n, c.most)
			}
			if s := l.server.Stats(); s.Repeated > 0 || s.ByModel["l"] == 0 {
				t.Errorf("%d requests were repeated; by model %v", s.Repeated, s.ByModel)
			}
			l.must(0, "check")
			streaming := newLab(t, 20, mockllm.Config{})
			streaming.write("config.yaml", config(streaming.server.URL))
			streaming.must(0, "run", "--set", "run.schedule=streaming")
			if n := loads(streaming.server); n <= c.most {
				t.Errorf("streaming loads %d times: the test shows nothing", n)
			}
			if !maps.Equal(l.sums("run/export"), streaming.sums("run/export")) {
				t.Error("the export differs from that of a streaming run")
			}
		})
	}
}
