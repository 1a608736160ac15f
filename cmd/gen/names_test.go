package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const wrongNames = `run: {dir: run}
corpus: {path: [corpus.jsonl]}
models:
  writer: {provider: recorded, file: gone.jsonl}
generate:
  queries: {prompt: qerry}
  negatives: [{strategy: query-onyl, model: writer}]
judge:
  cascade: [{model: writer, prompt: mine}]
`

func TestWrongNamesAreFoundBeforeAnythingIsStarted(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 2)
	l.write("config.yaml", wrongNames)
	for _, args := range [][]string{{"run"}, {"config", "show"}, {"plan"}} {
		r := l.must(2, args...)
		for _, want := range []string{"config.yaml:4:32: models.writer.file", `config.yaml:6:13: generate.queries.prompt: there is no prompt "qerry"`,
			`config.yaml:7:16: generate.negatives.0.strategy: "query-onyl" is not known here; did you mean query-only?`,
			`judge.cascade.0.prompt: there is no prompt "mine"`} {
			if !strings.Contains(r.err, want) {
				t.Errorf("%v lacks %q:\n%s", args, want, r.err)
			}
		}
	}
	if r := l.must(2, "run", "--set", "prompts.dir=nowhere"); !strings.Contains(r.err, "--set: prompts.dir: ") || !strings.Contains(r.err, "is not a folder") {
		t.Errorf("a folder of prompts that is not there:\n%s", r.err)
	}
	if _, err := os.Stat(filepath.Join(l.dir, "run")); err == nil {
		t.Error("the run directory was made")
	}
}

func TestOwnPromptsAreKnownNames(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 2)
	if err := os.Mkdir(filepath.Join(l.dir, "prompts"), 0o700); err != nil {
		t.Fatal(err)
	}
	l.write("prompts/mine.tmpl", l.must(0, "prompt", "show", "grade").out)
	r := l.must(0, "config", "show", "--set", "prompts.dir=prompts", "--set", "judge.cascade.0.prompt=mine")
	if !strings.Contains(r.out, "prompt: mine") {
		t.Error(r.out)
	}
}
