package config

import (
	"errors"
	"strings"
	"testing"
)

var askedKinds = []QueryKind{{Name: "query"}, {Name: "query-few-shot", Examples: true}, {Name: "query-good-bad", Examples: true, Bad: true}, {Name: "query-persona", Personas: true}}

func loadQueries(queries string) (*Config, error) {
	fails := func(file string) error {
		if strings.HasSuffix(file, "bad.jsonl") {
			return errors.New("bad.jsonl:3: broken")
		}
		return nil
	}
	return load([]byte(small+"generate:\n  queries: {"+queries+"}\n"), Sources{File: "config.yaml", Queries: askedKinds,
		Examples: func(file string, _ bool) error { return fails(file) }, Personas: fails})
}

func TestWhatAQueryPromptShows(t *testing.T) {
	const one = "{passage: a text, query: a query}"
	for queries, want := range map[string]string{
		"prompt: query": "",
		"prompt: query-few-shot, examples: [" + one + "]":                          "",
		"prompt: query-few-shot-law, examples: [" + one + "]":                      "",
		"prompt: query-few-shot, examples_file: some.jsonl":                        "",
		"prompt: query-good-bad, examples: [{passage: a, query: b, bad_query: c}]": "",
		"prompt: query-persona, personas_file: some.txt":                           "",
		"round_trip: {by: bm25, top: 3}":                                           "",
		"prompt: query-few-shot":                                                   "generate.queries.examples: prompt \"query-few-shot\" shows examples, and there are none",
		"prompt: query, examples: [" + one + "]":                                   "config.yaml:7:28: generate.queries.examples: prompt \"query\" shows no examples",
		"prompt: query, examples_file: x":                                          "generate.queries.examples_file: prompt \"query\" shows no examples",
		"prompt: query-few-shot, examples_file: x, examples: [" + one + "]":        "generate.queries.examples_file: examples are given too",
		"prompt: query-few-shot, examples: [{passage: a, query: b, bad_query: c}]": "generate.queries.examples.0: bad_query is given, and the prompt does not show it",
		"prompt: query-good-bad, examples: [" + one + "]":                          "generate.queries.examples.0: bad_query is missing",
		"prompt: query-few-shot, examples: [{passage: a}]":                         "generate.queries.examples.0: query is missing",
		"prompt: query-few-shot, examples: [{pasage: a, query: b}]":                "did you mean passage?",
		"prompt: query-few-shot, examples: [" + strings.Repeat(one+",", 9) + "]":   "9 examples; keep the 8 best",
		"prompt: query-few-shot, examples_file: bad.jsonl":                         "generate.queries.examples_file: bad.jsonl:3: broken",
		"prompt: query-persona, personas_file: bad.jsonl":                          "generate.queries.personas_file: bad.jsonl:3: broken",
		"personas_file: some.txt":                                                  "shows no characters",
		"round_trip: {by: bm26}":                                                   "did you mean bm25?",
		"round_trip: {by: bm25, top: 0}":                                           "generate.queries.round_trip.top: 0 is out of range",
	} {
		c, err := loadQueries(queries)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", queries, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", queries, err, want)
		case err == nil:
			if text, err := c.YAML(); err != nil || !strings.Contains(string(text), "round_trip: {by: ") {
				t.Errorf("%v: %s", err, text)
			}
		}
	}
}
