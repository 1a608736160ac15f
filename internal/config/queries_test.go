package config

import (
	"errors"
	"strings"
	"testing"
)

var askedKinds = []QueryKind{{Name: "query"}, {Name: "query-few-shot", Examples: true}, {Name: "query-good-bad", Examples: true, Bad: true}, {Name: "query-persona", Personas: true},
	{Name: "query-triplet", Composes: true}, {Name: "query-task", Composes: true, Tasks: true}}

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

func TestPromptsWithDocuments(t *testing.T) {
	const from = "generate:\n  queries: {prompt: query-triplet}\n  negatives: [%]\n"
	const tasks = "corpus: {path: []}\ngenerate:\n  queries: {prompt: query-task, tasks: {count: 9}}\n  negatives: [{strategy: triplet, model: writer}%]\n"
	in := func(text, entry string) string { return strings.Replace(text, "%", entry, 1) }
	for name, c := range map[string]struct{ text, want string }{
		"from passages":       {in(from, "{strategy: triplet, model: writer}, {strategy: query-only, model: writer}"), ""},
		"nobody reads":        {in(from, "{strategy: query-only, model: writer}"), "generate.queries.prompt: prompt \"query-triplet\" has documents beside each query, and no strategy reads them; add {strategy: triplet, model: writer, count: 2}"},
		"another model":       {in(from, "{strategy: triplet, model: judge_small}"), "generate.negatives.0.model: \"judge_small\" is not the model that writes the queries with their documents; write model: writer"},
		"several models":      {in(from, "{strategy: triplet, models: [writer, judge_small]}"), "generate.negatives.0.models: the documents come in the replies of generate.queries.model"},
		"read twice":          {in(from, "{strategy: triplet, model: writer}, {strategy: triplet, model: writer, prompt: own}"), "generate.negatives.1: the documents of a query are read once, by generate.negatives.0"},
		"tasks of passages":   {strings.Replace(in(from, "{strategy: triplet, model: writer}"), "query-triplet", "query-triplet, tasks: {count: 3}", 1), "generate.queries.tasks.count: prompt \"query-triplet\" is not asked for tasks; leave it out, or write prompt: query-task"},
		"of tasks":            {in(tasks, ", {strategy: query-positive, model: writer}"), ""},
		"no number":           {strings.Replace(in(tasks, ""), "count: 9", "per_request: 9", 1), "generate.queries.tasks.count: is missing; write how many tasks are to be thought up"},
		"too many at once":    {strings.Replace(in(tasks, ""), "count: 9", "count: 9, per_request: 60", 1), "generate.queries.tasks.per_request: 60 is out of range"},
		"no language":         {strings.Replace(in(tasks, ""), "count: 9", "count: 9, languages: [en, klingon]", 1), "generate.queries.tasks.languages.1: \"klingon\" is no language that is known here"},
		"a language twice":    {strings.Replace(in(tasks, ""), "count: 9", "count: 9, languages: [en, en]", 1), "generate.queries.tasks.languages.1: \"en\" is named twice"},
		"a corpus":            {strings.Replace(in(tasks, ""), "path: []", "path: [a.jsonl]", 1), "corpus.path: queries are written for tasks, without a corpus"},
		"the default corpus":  {strings.Replace(in(tasks, ""), "corpus: {path: []}\n", "", 1), "corpus.path: queries are written for tasks, without a corpus"},
		"mined negatives":     {in(tasks, ", {strategy: bm25}"), "generate.negatives.1.strategy: bm25 reads passages of the run, and queries of tasks have none"},
		"a round trip":        {strings.Replace(in(tasks, ""), "prompt: query-task", "prompt: query-task, round_trip: {by: bm25}", 1), "generate.queries.round_trip.by: there are no passages"},
		"answers nobody sees": {in(tasks, "") + "judge: {positives: false}\n", "judge.positives: the answer to a query of a task is written by a model, and nobody would judge it; write true"},
	} {
		cfg, err := load([]byte(c.text), Sources{File: "config.yaml", Queries: askedKinds, Language: func(code string) bool { return len(code) == 2 },
			Strategies: []StrategyKind{{Name: "triplet"}, {Name: "query-only"}, {Name: "query-positive"}, {Name: "bm25", Mines: true, Reads: func(string) bool { return true }}}})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		case c.want == "":
			text, err := cfg.YAML()
			if said := strings.Contains(string(text), "tasks:\n      count: 9\n      per_request: 20\n      languages: [en]\n"); err != nil || said != (cfg.Generate.Queries.Tasks.Count == 9) {
				t.Errorf("%s: %v: %s", name, err, text)
			}
		}
	}
}
