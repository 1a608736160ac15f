package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/ollamatest"
)

// These tests run the program against a real Ollama server with made-up weights. Its replies are nonsense of the form that the
// schema asks for, so that what is tested is what becomes of every item.

// ollamaConfig has one model on the server; %s is how it is reached. The judges are hot, so that their nonsense differs.
const ollamaConfig = `run: {dir: run, seed: 7}
corpus: {path: [corpus.jsonl], language: en}
models:
  writer: {%[1]s, temperature: 0.7, max_tokens: 700}
  small: {%[1]s, temperature: 2, max_tokens: 200}
  large: {%[1]s, temperature: 2, max_tokens: 200}
generate:
  queries: {model: writer, per_passage: 2}
  negatives: [{strategy: query-only, model: writer, count: 3}]
judge:
  cascade: [{model: small, slate: 2, forward_at: 1}, {model: large, slate: 2}]
export: {formats: [jsonl]}
`

// The two ways to reach an Ollama server; %s is its address.
const (
	native     = `provider: ollama, model: "tiny:1", base_url: "%s", concurrency: 4, patience: 60s, timeout: 60s`
	compatible = `provider: openai, model: "tiny:1", base_url: "%s/v1", api_key: "", concurrency: 4, patience: 60s, timeout: 60s`
)

var bothWays = map[string]string{"native": native, "compatible": compatible}

// newOllamaLab is a lab at a real server, with passages of one short sentence: made-up texts are short.
func newOllamaLab(t *testing.T, passages int, s *ollamatest.Server, way string) *lab {
	t.Helper()
	l := &lab{t: t, dir: t.TempDir()}
	l.write("config.yaml", fmt.Sprintf(ollamaConfig, fmt.Sprintf(way, s.URL)))
	var lines strings.Builder
	for i := range passages {
		line, err := json.Marshal(map[string]string{"_id": fmt.Sprintf("p%05d", i),
			"text": fmt.Sprintf("Record %d says that the inspectors of district %d counted %d workers at the harbour.", i, 3*i+1, 40+2*i)})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&lines, "%s\n", line)
	}
	l.write("corpus.jsonl", lines.String())
	return l
}

// edit changes the config.
func (l *lab) edit(old, changed string) {
	l.t.Helper()
	b, err := os.ReadFile(filepath.Join(l.dir, "config.yaml"))
	if err != nil || !strings.Contains(string(b), old) {
		l.t.Fatalf("no %q in the config: %v", old, err)
	}
	l.write("config.yaml", strings.ReplaceAll(string(b), old, changed))
}

// settled runs the program until it ends by itself and wants an outcome for every item. An export may have no row: which of the
// nonsense is kept is chance.
func (l *lab) settled(args ...string) (status, result) {
	l.t.Helper()
	r := l.gen(append([]string{"run"}, args...)...)
	if r.code != exitOK && r.code != exitPartial {
		l.t.Fatalf("exit %d\n%s%s", r.code, r.out, r.err)
	}
	s := l.status()
	if s.pending() > 0 || s.stage(stageQueries).Planned == 0 {
		l.t.Errorf("not all items have an outcome:\n%s", r.out)
	}
	return s, r
}

// failures are the reasons for which items of a stage failed.
func (s status) failures(stage string) map[string]int64 {
	out := map[string]int64{}
	for _, r := range s.stage(stage).Reasons {
		if r.Outcome == "failed" {
			out[r.Reason] = r.N
		}
	}
	return out
}

func TestOllamaRunsTheWholePipeline(t *testing.T) {
	t.Parallel()
	server := ollamatest.Start(t)
	server.Create("tiny:1", ollamatest.Model{Seed: 1})
	for name, way := range bothWays {
		t.Run(name, func(t *testing.T) {
			l := newOllamaLab(t, 8, server, way)
			s, r := l.settled()
			t.Log(r.out)
			if s.failed() > 0 || s.Calls.Failed > 0 {
				t.Errorf("%d items and %d calls failed:\n%s", s.failed(), s.Calls.Failed, r.out)
			}
			for _, stage := range []string{stageQueries, stageVerify, stageNegatives, stageJudge, stageRelabel} {
				if name == "native" && s.stage(stage).Done == 0 { // the other way sends no seeds, and what is kept is chance
					t.Errorf("nothing came through stage %s:\n%s", stage, r.out)
				}
			}
			if again, _ := l.settled(); again.Calls != s.Calls {
				t.Errorf("the finished run made calls: %+v, before %+v", again.Calls, s.Calls)
			}
			l.must(exitOK, "check")
			if rows := l.rows("run/export"); r.code == exitOK {
				t.Logf("%d rows", len(rows))
				l.must(exitOK, "check", "run/export")
			}
			l.must(exitOK, "doctor")
		})
	}
}

func TestOllamaWithManyCallsForOneSlotChargesNobody(t *testing.T) {
	t.Parallel()
	server := ollamatest.Start(t, "OLLAMA_NUM_PARALLEL=1")
	server.Create("tiny:1", ollamatest.Model{})
	for name, way := range bothWays {
		t.Run(name, func(t *testing.T) {
			l := newOllamaLab(t, 12, server, strings.Replace(way, "concurrency: 4", "concurrency: 16", 1))
			if s, r := l.settled(); s.Calls.Failed > 0 || s.failed() > 0 {
				t.Errorf("%d calls and %d items failed:\n%s%s", s.Calls.Failed, s.failed(), r.out, r.err)
			}
		})
	}
}
