package config

import "testing"

func TestAnchorsAndMerge(t *testing.T) {
	c := mustLoad(t, `
models:
  writer: &w {provider: openai, model: &m gpt-5, concurrency: 3}
  judge_small: {<<: *w, concurrency: 4}
  judge_large: {<<: [{model: other}, *w]}
`)
	s, l := c.Models["judge_small"], c.Models["judge_large"]
	if s.Model != "gpt-5" || s.Concurrency != 4 || l.Model != "other" || l.Concurrency != 3 {
		t.Errorf("got %+v, %+v", s, l)
	}
}

func TestAliasesThatGrowAreRefused(t *testing.T) {
	bomb := "models: {writer: {extra: {a0: &a0 [1,1]"
	for i := range 40 {
		prev, next := string(rune('a'+i/10)), string(rune('a'+(i+1)/10))
		bomb += ", " + next + string(rune('0'+(i+1)%10)) + ": &" + next + string(rune('0'+(i+1)%10)) + " [*" + prev + string(rune('0'+i%10)) + ", *" + prev + string(rune('0'+i%10)) + "]"
	}
	_, err := loaded(t, bomb+"}}}")
	wantProblem(t, err, "repeated too often")
	_, err = loaded(t, "models: {writer: {extra: &e {x: *e}}}")
	if err == nil {
		t.Error("an alias of itself is accepted")
	}
}

func TestFileProblems(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := Load(Sources{})
	wantProblem(t, err, "config.yaml: there is no such file", "--config FILE", "copy of the one that is shipped")
	_, err = Load(Sources{File: "x.yaml", FileGiven: true})
	wantProblem(t, err, "x.yaml: there is no such file", "--config")
	_, err = Load(Sources{File: ".", FileGiven: true})
	wantProblem(t, err, ".: is a directory")

	_, err = loaded(t, "run:\n  dir: a: b\n")
	wantProblem(t, err, "config.yaml:2:1: not valid YAML")
	_, err = loaded(t, small+"---\nrun: {}\n")
	wantProblem(t, err, "second document")
	_, err = loaded(t, "run: {dir: \"\xff\"}")
	wantProblem(t, err, "not valid UTF-8")
	_, err = loaded(t, "- a\n")
	wantProblem(t, err, "config.yaml:1:1: a section is expected, not a list")
	_, err = loaded(t, "models: {writer: {}}\njudge: {cascade: [{model: judge_small}]}")
	wantProblem(t, err, `judge.cascade.0.model: there is no model "judge_small"`)
}
