package config

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rich has a value of its own at every key.
const rich = `
run: {dir: d, seed: -7, schedule: staged, drain: 1m1.5s, budget: {usd: 1.5, calls: 2, tokens: 3, wall: 36h}}
corpus: {path: [a, "b, c"], format: csv, fields: {id: i, title: "no", text: "12"}, tolerance: 0.00001, language: de, chunk: {max_words: 300, overlap: 40}, hub: {config: c, split: s}, ids: {queries: q.tsv, passages: p.tsv}}
models:
  Writer.1:
    provider: openai
    model: "~"
    base_urls: ["https://a/v1", "https://b/v1"]
    api_key: env:KEY
    headers: {Content-A: "true", Authorization: env:AUTH}
    extra: {b: 1.0, a: [null, {x: -1e-7}, "2024-01-01"], "<<": "null", big: 9007199254740993, e: "", t: " a\n b\t"}
    concurrency: 1
    rpm: 2
    tpm: 3
    timeout: 4s
    patience: 5m
    retries: 6
    temperature: null
    top_p: 0.5
    max_tokens: 7
    num_ctx: 8
    think: true
    price: {input: 1, cached_input: 0.1, output: 2}
    mode: live
  tape: {provider: recorded, file: r.jsonl, model: m, base_url: "https://c"}
prompts: {dir: p}
generate:
  queries: {model: Writer.1, prompt: q, per_passage: 2}
  negatives: [{strategy: s, model: tape, prompt: t, count: 2}, {strategy: s, model: tape}]
judge: {relevance: "line one\n  line two: # \n", positives: false, positive_at: 1, cascade: [{model: tape, prompt: g, slate: 2, forward_at: 3, forward: query, also: [{model: Writer.1}], combine: any, again: 0.25, again_by: repeat}]}
relabel: {policy: keep, negative_at: 0, false_negative_at: 2, ambiguous: keep, generated_positive: true, max_false_negatives: 1, margin: null}
export: {formats: [hf, jsonl], dir: /x, negatives: 4, split: {train: 1, validation: 0, test: 0}, balance_origin: false, license: "on"}
`

func TestPrintedConfigLoadsAsTheSame(t *testing.T) {
	for name, text := range map[string]string{"rich": rich, "small": small} {
		t.Run(name, func(t *testing.T) {
			first := mustLoad(t, text)
			printed, err := first.YAML()
			if err != nil {
				t.Fatal(err)
			}
			again := mustLoad(t, string(printed))
			first.Warnings, again.Warnings = nil, nil     // a printed provider is no longer a forgotten one
			first.Unresolved, again.Unresolved = nil, nil // they stand in other lines
			if d := cmp.Diff(first, again); d != "" {
				t.Errorf("(-first +again):\n%s\n%s", d, printed)
			}
		})
	}
}

func TestYAML(t *testing.T) {
	printed, err := mustLoad(t, rich).YAML()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/rich.yaml", printed, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/rich.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(printed)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestPrintingHidesSecretsOfAConfigMadeByHand(t *testing.T) {
	c := Defaults()
	m := DefaultModel()
	m.APIKey = "hunter2hunter2"
	m.Headers = map[string]string{"X-Api-Key": "hunter2hunter2", "X-Auth": "hunter2hunter2", "Content-A": "sk-hunter2hunter2hunter2"}
	c.Models["a"] = m
	printed, err := c.YAML()
	if err != nil {
		t.Fatal(err)
	}
	out := string(printed)
	for _, kv := range c.Flat() {
		out += kv.Key + kv.Value
	}
	if strings.Contains(out, "hunter2") {
		t.Error(out)
	}
}

func TestFlat(t *testing.T) {
	c := mustLoad(t, rich)
	got := map[string]string{}
	var keys []string
	for _, kv := range c.Flat() {
		got[kv.Key] = kv.Value
		keys = append(keys, kv.Key)
	}
	for key, want := range map[string]string{
		"run.drain": "1m1.5s", "run.budget.wall": "36h", "corpus.path": `[a, 'b, c']`, "models.Writer.1.temperature": "null",
		"models.Writer.1.api_key": "env:KEY", "generate.negatives.1.count": "3", "judge.cascade.0.slate": "2", "export.split.train": "1",
		"models.Writer.1.headers": `{Authorization: 'env:AUTH', Content-A: "true"}`,
	} {
		if got[key] != want {
			t.Errorf("%s: got %s, want %s", key, got[key], want)
		}
	}
	if keys[0] != "run.dir" || keys[len(keys)-1] != "export.license" || len(got) != len(keys) {
		t.Errorf("keys: %q", keys)
	}
}

func TestKnownIsTheContract(t *testing.T) {
	known := strings.Join(Known(), "\n")
	for _, key := range []string{"run.dir", "run.budget.wall", "corpus.path", "corpus.fields.id", "models.*.api_key", "models.*.headers",
		"models.*.price.cached_input", "prompts.dir", "generate.negatives.*.count", "judge.cascade.*.forward_at", "export.split.test", "run.drain"} {
		if !strings.Contains("\n"+known+"\n", "\n"+key+"\n") {
			t.Errorf("%s is missing", key)
		}
	}
}

func TestFoldKeepsNames(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{"a", "A", "^", "^^", "a::b", "ǅ", "İ", "ẞ", "É", "a^41^", "Qwen/Qwen3-8B", "日本"} {
		f := fold(name)
		if unfold(f) != name || strings.ToLower(f) != f || strings.Contains(f, delim) || seen[f] != "" {
			t.Errorf("%q folds to %q and back to %q", name, f, unfold(f))
		}
		seen[f] = name
	}
}
