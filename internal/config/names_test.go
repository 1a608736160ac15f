package config

import (
	"errors"
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
	s := Sources{File: "config.yaml", Strategies: []StrategyKind{{Name: "query-only"}}, Replies: true, Prompts: func(dir string) ([]string, error) {
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
		t.Errorf("with a wrong template the names are not known: %v", err)
	}
}
