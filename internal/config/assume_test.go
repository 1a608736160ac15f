package config

import (
	"slices"
	"strings"
	"testing"
)

func TestModelsThatAreNotSetAreTheShippedOnes(t *testing.T) {
	const stands = " is not set: the built-in offline rules stand in for a model"
	for _, tc := range []struct {
		name, text string
		want       []string // assumed
		sets, env  []string
	}{
		{name: "no models", text: "run: {seed: 1}", want: []string{"writer", "judge_small", "judge_large"}},
		{name: "empty file", text: "", want: []string{"writer", "judge_small", "judge_large"}},
		{name: "a judge is absent", text: "models: {writer: {provider: offline}, judge_large: {provider: offline}}", want: []string{"judge_small"}},
		{name: "the stage has another model", text: "models: {w: {provider: offline}}\ngenerate: {queries: {model: w}, negatives: [{strategy: query-only, model: w}]}\njudge: {cascade: [{model: w}]}"},
		{name: "set by --set", text: "", sets: []string{"models.writer.provider=offline"}, want: []string{"judge_small", "judge_large"}},
		{name: "set by a variable", text: "", env: []string{"GEN_MODELS_WRITER_PROVIDER=offline"}, want: []string{"judge_small", "judge_large"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := load([]byte(tc.text), Sources{File: "config.yaml", Sets: tc.sets, Environ: tc.env})
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			for _, w := range c.Warnings {
				if name, ok := strings.CutSuffix(w, stands); ok {
					told = append(told, strings.TrimPrefix(name, "models."))
				}
			}
			if !slices.Equal(told, tc.want) {
				t.Errorf("warned of %v, want %v: %q", told, tc.want, c.Warnings)
			}
			for _, name := range tc.want {
				if m := c.Models[name]; m.Provider != "offline" || m.Model != "offline" {
					t.Errorf("%s is %+v", name, m)
				}
			}
		})
	}
}

func TestABrokenFileIsOneProblem(t *testing.T) {
	for _, text := range []string{"run:\n  dir: a: b\n", "models: {writer: {}\n", "run: {dir: \"\xff\"}"} {
		_, err := load([]byte(text), Sources{File: "config.yaml", Environ: []string{"GEN_MODELS_WRITER_RPM=1"}})
		if es, ok := err.(Errors); !ok || len(es) != 1 {
			t.Errorf("%q: %v", text, err)
		}
	}
}
