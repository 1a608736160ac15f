package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSeveralModelsOfAStrategyHaveShares(t *testing.T) {
	c := mustLoad(t, small+"generate: {negatives: [{strategy: a, models: [judge_small, judge_large]}, {strategy: b, models: [judge_small, writer], shares: [0.25, 0.75]}]}")
	want := []Strategy{{Strategy: "a", Models: []string{"judge_small", "judge_large"}, Shares: []float64{0.5, 0.5}, Prompt: "a", Count: 3},
		{Strategy: "b", Models: []string{"judge_small", "writer"}, Shares: []float64{0.25, 0.75}, Prompt: "b", Count: 3}}
	if d := cmp.Diff(want, c.Generate.Negatives); d != "" {
		t.Error(d)
	}
	text, err := c.YAML()
	if err != nil || !strings.Contains(string(text), "models: [judge_small, writer], shares: [0.25, 0.75], prompt: b, count: 3}") {
		t.Errorf("%v:\n%s", err, text)
	}
}

func TestPools(t *testing.T) {
	c := mustLoad(t, small+"generate: {negatives: [{strategy: a, count: 4, pool: 6}]}\nexport: {spares: true}")
	if got := c.Generate.Negatives[0]; got.Count != 4 || got.Pool != 6 || !c.Export.Spares {
		t.Errorf("%+v, spares %v", got, c.Export.Spares)
	}
	text, err := c.YAML()
	if err != nil || !strings.Contains(string(text), "count: 4, pool: 6}") || !strings.Contains(string(text), "spares: true") {
		t.Errorf("%v:\n%s", err, text)
	}
	if again, err := load(text, Sources{File: "config.yaml"}); err != nil || again.Generate.Negatives[0].Pool != 6 {
		t.Errorf("what is printed is read as %+v, %v", again, err)
	}
}

func TestWhatMinesHasRanksAndNoModel(t *testing.T) {
	kinds := []StrategyKind{{Name: "query-only"}, {Name: "m", Mines: true}}
	c, err := load([]byte(small+"generate: {negatives: [{strategy: query-only}, {strategy: m}, {strategy: m, from: 120, count: 1}, {strategy: m, from: 120}, {strategy: m, from: 5, to: 7}]}"), Sources{File: "config.yaml", Strategies: kinds})
	if err != nil {
		t.Fatal(err)
	}
	want := []Strategy{{Strategy: "query-only", Model: "writer", Prompt: "query-only", Count: 3}, {Strategy: "m", Count: 3, From: 1, To: 100}, {Strategy: "m", Count: 1, From: 120, To: 120}, {Strategy: "m", Count: 3, From: 120, To: 122},
		{Strategy: "m", Count: 3, From: 5, To: 7}}
	if d := cmp.Diff(want, c.Generate.Negatives); d != "" {
		t.Error(d)
	}
	text, err := c.YAML()
	if err != nil || !strings.Contains(string(text), "- {strategy: m, count: 3, from: 1, to: 100}") {
		t.Errorf("%v:\n%s", err, text)
	}
}
