package config

import (
	"strings"
	"testing"
)

func TestFamiliesByName(t *testing.T) {
	for model, want := range map[string]string{
		"qwen3:8b": "qwen", "Qwen/Qwen2.5-7B-Instruct": "qwen", "hf.co/bartowski/Qwen2.5-7B-Instruct-GGUF:Q4_K_M": "qwen", "QwQ-32B": "qwen", "qwen2.5-coder": "qwen",
		"gpt-4o": "gpt", "gpt-5-mini": "gpt", "openai/gpt-oss-20b": "gpt", "gpt-oss:20b": "gpt", "chatgpt-4o-latest": "gpt", "o3-mini": "gpt", "o1": "gpt",
		"ft:gpt-4o-mini-2024-07-18:my-org:llama:abc": "gpt", "openai/text-model": "gpt",
		"meta-llama/Meta-Llama-3-8B-Instruct": "llama", "llama3.1:70b": "llama", "codellama:7b": "llama", "accounts/fireworks/models/llama-v3p1-8b-instruct": "llama",
		"@cf/meta/llama-3-8b": "llama", "meta-llama/another": "llama", "registry.ollama.ai/library/qwen3:8b": "qwen", "llama.cpp/granite-3b": "granite",
		"mistral:7b": "mistral", "mixtral:8x7b": "mistral", "mistralai/Ministral-8B": "mistral", "open-mixtral-8x22b": "mistral", "dolphin-mixtral": "mistral", "codestral": "mistral",
		"deepseek-r1-distill-llama-70b": "deepseek llama", "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B": "deepseek qwen", "nvidia/Llama-3.1-Nemotron-70B": "llama nemotron",
		"google/gemma-3-27b-it": "gemini", "models/gemini-2.5-pro": "gemini", "us.anthropic.claude-sonnet-4-v1:0": "claude", "anthropic/claude-3.5-haiku": "claude",
		"our-llama3-tuned-v2": "llama", "TheBloke/Qwen-7B-GPTQ": "qwen", "dolphin-2.9": "dolphin", "phi4": "phi", "someone/zork-9b": "zork",
		"my-model": "", "model": "", "m": "", "": "", "latest": "",
	} {
		if got := strings.Join(kinship(model), " "); got != want {
			t.Errorf("%s: %q, want %q", model, got, want)
		}
	}
}

// Every judge is held against every writer: those beside it, of several generators, and what checks hard queries.
func TestJudgesOfTheWritersFamily(t *testing.T) {
	const models = `models:
  a: {provider: openai, model: qwen3-8b}
  b: {provider: ollama, model: 'mixtral:8x7b'}
  c: {provider: openai, model: meta-llama/Llama-3.1-8B}
  d: {provider: openai, model: gpt-5}
  off: {}
`
	for name, tc := range map[string]struct {
		text string
		want []string // beginnings
	}{
		"beside the first judge":       {"generate: {queries: {model: a}, negatives: [{strategy: a, model: a}]}\njudge: {cascade: [{model: d, also: [{model: q}]}]}\n", []string{"models.q (Qwen/Qwen2.5-72B) judges what models.a"}},
		"after it":                     {"generate: {queries: {model: a}, negatives: [{strategy: a, model: a}]}\njudge: {cascade: [{model: d}, {model: q, prompt: answerable}]}\n", []string{"models.q (Qwen/Qwen2.5-72B) judges what models.a"}},
		"one of several writers":       {"generate: {queries: {model: d}, negatives: [{strategy: a, models: [a, b, c]}]}\njudge: {cascade: [{model: l}]}\n", []string{"models.l (llama3.3:70b) judges what models.c"}},
		"two of them":                  {"generate: {queries: {model: c}, negatives: [{strategy: a, models: [a, b]}]}\njudge: {cascade: [{model: m}, {model: q}]}\n", []string{"models.m (mistral:7b) judges what models.b", "models.q (Qwen/Qwen2.5-72B) judges what models.a"}},
		"what checks queries":          {"generate: {queries: {model: d}, negatives: [{strategy: h, model: a, check: q}]}\njudge: {cascade: [{model: c}]}\n", []string{"models.q (Qwen/Qwen2.5-72B) checks what models.a"}},
		"none":                         {"generate: {queries: {model: a}, negatives: [{strategy: a, models: [a, b]}]}\njudge: {cascade: [{model: d}, {model: c}]}\n", nil},
		"the built-in rules":           {"generate: {queries: {model: off}, negatives: [{strategy: a, model: off}]}\njudge: {cascade: [{model: off}]}\n", nil},
		"queries that nobody asks for": {"generate: {queries: {model: q, per_passage: 0}, negatives: [{strategy: a, model: d}]}\njudge: {cascade: [{model: q}]}\n", nil},
	} {
		text := models + "  q: {provider: openai, model: Qwen/Qwen2.5-72B}\n  l: {provider: ollama, model: 'llama3.3:70b'}\n  m: {provider: ollama, model: 'mistral:7b'}\n" + tc.text
		c, err := load([]byte(text), Sources{File: "config.yaml", Strategies: []StrategyKind{{Name: "a"}, {Name: "h", Checks: true}}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := c.OwnJudges()
		for i, want := range tc.want {
			if len(got) != len(tc.want) || !strings.HasPrefix(got[i], want) {
				t.Errorf("%s: %q, want %q", name, got, tc.want)
				break
			}
		}
		if len(got) != len(tc.want) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}
