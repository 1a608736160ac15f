package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"hardneg/internal/mockllm"
)

// wantSameAlone repeats a run of the built-in rules, in another directory and with one call of a model at a time: all bytes are the same.
func (l *lab) wantSameAlone(file string, args []string) {
	l.t.Helper()
	again := append(slices.Clone(args), "--set", "run.dir=again")
	for _, m := range recipeModels(l.t, file) {
		again = append(again, "--set", "models."+m+".concurrency=1")
	}
	l.env = append(l.env, "GOMAXPROCS=1")
	l.must(0, append([]string{"run", "--limit", "60"}, again...)...)
	if got, want := l.sums("again/export"), l.sums("run/export"); !maps.Equal(got, want) || len(want) == 0 {
		l.t.Errorf("the same run again gives other files: %v, %v", got, want)
	}
}

// recipeModels are the roles of a recipe.
func recipeModels(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Models map[string]any }
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(doc.Models))
}

// sameConfig has the strategies, variants, prompts and judges that no recipe has.
const sameConfig = `run: {dir: run, seed: 7}
corpus: {path: [corpus.jsonl]}
models:
  writer: {provider: offline, concurrency: 16}
  other: {provider: offline, concurrency: 16}
  small: {provider: offline, concurrency: 16}
  large: {provider: offline, concurrency: 16}
  e: {provider: offline, concurrency: 16, texts: 5}
generate:
  queries: {model: writer, prompt: query-persona, per_passage: 2, round_trip: {by: dense, encoder: e, top: 20}}
  negatives:
    - {strategy: query-only, models: [writer, other], variant: elicited, count: 2}
    - {strategy: decompose, model: writer, variant: rewrite, count: 2}
    - {strategy: perturb, variant: rules, count: 2}
    - {strategy: perturb, model: writer, count: 2}
    - {strategy: paraphrase, model: writer, count: 1}
    - {strategy: twin, model: writer, count: 1}
    - {strategy: hard-query, model: writer, check: other, count: 3}
    - {strategy: triplet, model: writer, count: 3}
    - {strategy: bm25, count: 3}
    - {strategy: dense, encoder: e, filter: none, floor: 0, count: 3}
judge:
  cascade:
    - {model: small, slate: 3, forward_at: 1, also: [{model: other, prompt: answerable}], combine: mean, audit: 0.1, again: 0.2}
    - {model: large, prompt: snippet, slate: 4}
  similarity: {encoder: e}
relabel: {ambiguous: keep, generated_positive: true, positive: best, margin: 0.01}
export: {formats: [jsonl, hf, st-triplet, st-labeled-pair, flagembedding], pick: diversity, balance_origin: false}
`

// All strategies at once, by the built-in rules, give the same bytes again, however many calls are under way.
func TestEveryStrategyOfflineIsTheSameAgain(t *testing.T) {
	t.Parallel()
	l := newLab(t, 24, mockllm.Config{})
	l.write("config.yaml", sameConfig)
	l.must(0, "run", "--limit", "60")
	l.wantSameAlone(filepath.Join(l.dir, "config.yaml"), nil)
}
