package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNamesOfWhatIsNotThereAreFoundAtOnce(t *testing.T) {
	text := `models:
  writer: {provider: recorded, file: gone.jsonl}
  spare: {provider: recorded, file: gone.jsonl}
prompts: {dir: mine}
generate:
  queries: {prompt: qerry}
  negatives:
    - {strategy: query-onyl, model: writer}
    - {strategy: query-only, model: writer, prompt: own}
    - {strategy: query-only, model: writer, prompt: owm}
judge:
  cascade:
    - {model: writer, prompt: grad}
`
	s := Sources{File: "config.yaml", Strategies: []StrategyKind{{Name: "query-only"}}, Replies: func(string) error { return errors.New("read") }, Prompts: func(dir string) ([]string, error) {
		if !strings.HasSuffix(dir, "mine") {
			t.Errorf("prompts of %q", dir)
		}
		return []string{"grade", "own", "query", "query-only"}, nil
	}}
	_, err := load([]byte(text), s)
	var es Errors
	if !errors.As(err, &es) || len(es) != 5 {
		t.Fatalf("want five problems: %v", err)
	}
	for _, want := range []string{"config.yaml:2:32: models.writer.file: gone.jsonl: no such file or directory",
		`config.yaml:6:13: generate.queries.prompt: there is no prompt "qerry"; did you mean query?`,
		`config.yaml:8:8: generate.negatives.0.strategy: "query-onyl" is not known here; did you mean query-only?`,
		`config.yaml:10:45: generate.negatives.2.prompt: there is no prompt "owm"; did you mean own?`,
		`config.yaml:13:23: judge.cascade.0.prompt: there is no prompt "grad"; did you mean grade?`} {
		wantProblem(t, err, want)
	}

	s.Prompts = func(string) ([]string, error) {
		return nil, errors.Join(errors.New("mine/a.tmpl: bad"), errors.New("mine/b.tmpl: bad"))
	}
	_, err = load([]byte(text), s)
	for _, want := range []string{"config.yaml:4:11: prompts.dir: mine/a.tmpl: bad", "prompts.dir: mine/b.tmpl: bad", "query-onyl", "gone.jsonl"} {
		wantProblem(t, err, want)
	}
	if strings.Contains(err.Error(), "qerry") {
		t.Errorf("the names are not known, and said to be wrong: %v", err)
	}

	s.Prompts = func(string) ([]string, error) {
		return []string{"grade", "query", "query-only"}, errors.New("mine: no such folder")
	}
	_, err = load([]byte(text), s)
	for _, want := range []string{"prompts.dir: mine: no such folder", "qerry", "owm"} {
		wantProblem(t, err, want)
	}
}

func TestARecordedFileIsReadWithTheChecks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "replies.jsonl")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := `run: {seed: x}
models:
  writer: {provider: recorded, file: ` + file + `}
  judge: {provider: recorded, file: ` + file + `}
judge: {cascade: [{model: judge}]}
`
	reads := 0
	s := Sources{File: "config.yaml", Replies: func(f string) error {
		reads++
		return errors.Join(errors.New(f+":1: bad"), errors.New(f+":7: bad"))
	}}
	_, err := load([]byte(text), s)
	for _, want := range []string{"config.yaml:1:", "config.yaml:3:32: models.writer.file: " + file + ":1: bad", "models.writer.file: " + file + ":7: bad",
		"models.judge.file: " + file + ":1: bad"} {
		wantProblem(t, err, want)
	}
	if reads != 1 {
		t.Errorf("one file was read %d times", reads)
	}
}
