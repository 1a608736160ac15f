package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write the golden files anew")

// small is the least that loads.
const small = `
models:
  writer: {}
  judge_small: {}
  judge_large: {}
`

// loaded loads YAML as if it stood in config.yaml of the working directory.
func loaded(t *testing.T, text string, sets ...string) (*Config, error) {
	t.Helper()
	return load([]byte(text), Sources{File: "config.yaml", Sets: sets})
}

func mustLoad(t *testing.T, text string, sets ...string) *Config {
	t.Helper()
	c, err := loaded(t, text, sets...)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return c
}

// wantProblem fails unless exactly one problem line has the key, and it contains all of the parts.
func wantProblem(t *testing.T, err error, parts ...string) {
	t.Helper()
	var es Errors
	if !errors.As(err, &es) {
		t.Fatalf("error is %v, not Errors", err)
	}
	for _, line := range strings.Split(es.Error(), "\n") {
		found := true
		for _, p := range parts {
			found = found && strings.Contains(line, p)
		}
		if found {
			return
		}
	}
	t.Fatalf("no problem with %q in:\n%v", parts, err)
}

func TestShippedConfig(t *testing.T) {
	c, err := Load(Sources{File: "../../config.yaml", FileGiven: true, Formats: []string{"hf", "jsonl"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings: %q", c.Warnings)
	}
	want := Defaults()
	want.Run.Dir = "../../runs/first"
	want.Corpus.Path = []string{"../../testdata/passages.jsonl"}
	judge := DefaultModel()
	judge.Model = "offline"
	writer, warm := judge, 0.7
	writer.Temperature = &warm
	want.Models = map[string]Model{"writer": writer, "judge_small": judge, "judge_large": judge}
	if d := cmp.Diff(want, c); d != "" {
		t.Errorf("shipped config is not defaults and temperature (-want +got):\n%s", d)
	}
}

// TestShippedConfigHasEveryKey keeps the shipped file, which documents the keys, complete.
func TestShippedConfigHasEveryKey(t *testing.T) {
	text, err := os.ReadFile("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	// Keys that the contract names in comments or text only.
	elsewhere := map[string]bool{"run.drain": true, "run.on_end": true, "models.*.file": true, "models.*.base_urls": true, "models.*.allow_plaintext": true, "generate.negatives.*.prompt": true, "generate.queries.examples.*.passage": true,
		"generate.queries.examples.*.query": true, "generate.queries.examples.*.bad_query": true, "generate.queries.examples_file": true, "generate.queries.personas_file": true, "generate.queries.tasks.count": true, "generate.queries.tasks.per_request": true, "generate.queries.tasks.languages": true,
		"relabel.margin": true, "relabel.positive": true, "export.weight_gamma": true, "judge.cascade.*.forward": true, "judge.cascade.*.also.*.model": true, "judge.cascade.*.also.*.prompt": true, "judge.cascade.*.combine": true,
		"judge.cascade.*.margin": true, "judge.cascade.*.audit": true, "judge.cascade.*.again": true, "judge.cascade.*.again_by": true,
		"generate.negatives.*.variant": true, "generate.negatives.*.models": true, "generate.negatives.*.shares": true, "generate.negatives.*.check": true, "generate.negatives.*.pool": true, "generate.negatives.*.from": true, "generate.negatives.*.to": true, "generate.negatives.*.paths": true, "generate.negatives.*.length": true,
		"generate.negatives.*.encoder": true, "generate.negatives.*.filter": true, "generate.negatives.*.limit": true, "generate.negatives.*.floor": true,
		"models.*.dimensions": true, "models.*.query_prefix": true, "models.*.passage_prefix": true, "models.*.texts": true}
	for _, key := range Known() {
		if !elsewhere[key] && !present(doc, strings.Split(key, ".")) {
			t.Errorf("%s is not in config.yaml", key)
		}
	}
}

func present(x any, steps []string) bool {
	if len(steps) == 0 {
		return true
	}
	switch x := x.(type) {
	case map[string]any:
		if steps[0] != "*" {
			v, ok := x[steps[0]]
			return ok && present(v, steps[1:])
		}
		for _, v := range x {
			if present(v, steps[1:]) {
				return true
			}
		}
	case []any:
		return len(x) > 0 && present(x[0], steps[1:])
	}
	return false
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	text, err := os.ReadFile("testdata/wrong.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = load(text, Sources{File: "wrong.yaml", Sets: []string{"models.writer.retires=3", "run.seed=x", "noequals"},
		Environ: []string{"GEN_RUN_DRAIN=soon", "GEN_RUN_DIRR=x", "PATH=/bin"}})
	if err == nil {
		t.Fatal("no error")
	}
	if *update {
		if err := os.WriteFile("testdata/wrong.txt", []byte(err.Error()+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, rerr := os.ReadFile("testdata/wrong.txt")
	if rerr != nil {
		t.Fatal(rerr)
	}
	if d := cmp.Diff(string(want), err.Error()+"\n"); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if strings.Contains(err.Error(), "0123456789abcdef") || strings.Contains(err.Error(), "abcdefghijkl") {
		t.Error("the error shows a secret")
	}
}

func TestPrecedence(t *testing.T) {
	file := small + "run: {seed: 1, dir: f}\ncorpus: {path: [a, b]}\n"
	env := []string{"GEN_RUN_SEED=2", "GEN_RUN_BUDGET_CALLS=7", "GEN_CORPUS_PATH=c,d"}
	set := []string{"run.seed=3", "corpus.path.1=e", "corpus.path.2=f"}
	for _, tc := range []struct {
		name      string
		env, sets []string
		seed      int64
		calls     int64
		path      []string
	}{
		{"file over default", nil, nil, 1, 0, []string{"a", "b"}},
		{"environment over file", env, nil, 2, 7, []string{"c", "d"}},
		{"flag over environment", env, set, 3, 7, []string{"c", "e", "f"}},
		{"flag over file", nil, set, 3, 0, []string{"a", "e", "f"}},
		{"last flag counts", nil, []string{"run.seed=3", "run.seed=4"}, 4, 0, []string{"a", "b"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := load([]byte(file), Sources{File: "config.yaml", Environ: tc.env, Sets: tc.sets})
			if err != nil {
				t.Fatal(err)
			}
			if c.Run.Seed != tc.seed || c.Run.Budget.Calls != tc.calls || !cmp.Equal(c.Corpus.Path, tc.path) {
				t.Errorf("got seed %d, calls %d, path %q", c.Run.Seed, c.Run.Budget.Calls, c.Corpus.Path)
			}
		})
	}
}

func TestPaths(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "sub", "c.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	text := `
run: {dir: ../runs/x}
corpus: {path: [./p.jsonl, /abs/q.jsonl]}
prompts: {dir: prompts}
models:
  writer: {provider: recorded, file: replies.jsonl}
  judge_small: {api_key: "file:key.txt"}
  judge_large: {headers: {X-Api-Key: "file:../h.txt"}}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(Sources{File: file, FileGiven: true, Sets: []string{"prompts.dir=./own", "corpus.path.2=r.jsonl"}})
	if err != nil {
		t.Fatal(err)
	}
	sub := filepath.Join(dir, "sub")
	got := []string{c.Run.Dir, c.Corpus.Path[0], c.Corpus.Path[1], c.Corpus.Path[2], c.Prompts.Dir, c.Models["writer"].File,
		c.Models["judge_small"].APIKey, c.Models["judge_large"].Headers["X-Api-Key"], c.Export.Dir}
	want := []string{dir + "/runs/x", sub + "/p.jsonl", "/abs/q.jsonl", "r.jsonl", "own", sub + "/replies.jsonl",
		"file:" + sub + "/key.txt", "file:" + dir + "/h.txt", "export"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestDefaultPathsAreRelativeToTheFile(t *testing.T) {
	c, err := load([]byte(small), Sources{File: "a/config.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Run.Dir != "a/runs/first" || c.Corpus.Path[0] != "a/testdata/passages.jsonl" {
		t.Errorf("got %q, %q", c.Run.Dir, c.Corpus.Path)
	}
}

func TestNamesKeepTheirCaseAndDots(t *testing.T) {
	c := mustLoad(t, `
models:
  writer: {headers: {Content-Team.Name: Blue}, extra: {chatTemplate: {Enable.Thinking: false, n: [1, {A: null}]}, Drop: null}}
  Judge.Big:v2: {concurrency: 2}
  judge.big:v2: {concurrency: 3}
  Ünï^x: {concurrency: 4}
generate: {queries: {model: "Judge.Big:v2"}}
judge: {cascade: [{model: "judge.big:v2"}, {model: Ünï^x}]}
`)
	for name, n := range map[string]int{"Judge.Big:v2": 2, "judge.big:v2": 3, "Ünï^x": 4} {
		if c.Models[name].Concurrency != n {
			t.Errorf("%s: concurrency %d, not %d", name, c.Models[name].Concurrency, n)
		}
	}
	w := c.Models["writer"]
	if d := cmp.Diff(map[string]string{"Content-Team.Name": "Blue"}, w.Headers); d != "" {
		t.Error(d)
	}
	want := map[string]any{"chatTemplate": map[string]any{"Enable.Thinking": false, "n": []any{int64(1), map[string]any{"A": nil}}}, "Drop": nil}
	if d := cmp.Diff(want, w.Extra); d != "" {
		t.Error(d)
	}
}

func TestAbsentIsNotNull(t *testing.T) {
	c := mustLoad(t, `
models:
  writer: {temperature: null, top_p: 0.9}
  judge_small:
  judge_large: {temperature: 1}
`)
	if w := c.Models["writer"]; w.Temperature != nil || w.TopP == nil || *w.TopP != 0.9 {
		t.Errorf("writer: %v %v", w.Temperature, w.TopP)
	}
	if j := c.Models["judge_small"]; j.Temperature == nil || *j.Temperature != 0 || j.Timeout != 120*time.Second {
		t.Errorf("judge_small: %+v", j)
	}
}

func TestAbsentKeysOfListElements(t *testing.T) {
	c := mustLoad(t, small+`
generate: {negatives: [{strategy: a}, {strategy: b, count: 1, prompt: own}]}
judge: {cascade: [{model: judge_small, forward_at: 0}]}
`)
	if d := cmp.Diff([]Strategy{{Strategy: "a", Model: "writer", Prompt: "a", Count: 3}, {Strategy: "b", Model: "writer", Prompt: "own", Count: 1}}, c.Generate.Negatives); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]Step{{Model: "judge_small", Prompt: "grade", Slate: 8, Forward: ForwardText, Also: []Also{}, Combine: "majority", AgainBy: "swap"}}, c.Judge.Cascade); d != "" {
		t.Error(d)
	}
}
