package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
	"hardneg/store"
)

// Every kind of judge takes a run from passages to an export, with the built-in rules and with a server; the plan counts its calls,
// and `gen why` says its words.
func TestEveryKindOfJudge(t *testing.T) {
	t.Parallel()
	for prompt, c := range map[string]struct {
		sets []string // LARGE is the other judge
		says string   // a word of its own
	}{
		"grade":      {[]string{"judge.cascade.0.also=[{model: LARGE, prompt: answerable}]", "judge.cascade.0.combine=any"}, "any of 2: "},
		"answerable": {[]string{"judge.cascade.0.audit=0.5", "judge.cascade.0.again=0.5"}, "no, grade 0"},
		"snippet":    {nil, "no snippet, grade 0"},
		"two-prompt": {nil, "unanimous of 2: "},
		"rlhn": {[]string{"judge.cascade.0.forward=query",
			"generate.negatives=[{strategy: query-only, model: WRITER}, {strategy: hard-query, model: WRITER, count: 2}]"}, "none, grade 0"}, // a hard query is graded
	} {
		for lab, l := range map[string]*lab{"judge_large": newOfflineLab(t, 30), "large": newLab(t, 15, mockllm.Config{})} {
			t.Run(prompt+" "+lab, func(t *testing.T) {
				l.t = t
				args := []string{"--set", "judge.cascade.0.prompt=" + prompt, "--set", "judge.cascade.1.prompt=" + prompt}
				for _, s := range c.sets {
					args = append(args, "--set", strings.NewReplacer("LARGE", lab, "WRITER", "writer").Replace(s))
				}
				first, _ := l.objects(append([]string{"plan"}, args...)...)
				l.must(0, append([]string{"run"}, args...)...)
				l.wantPlanned(first, args)
				l.wantWhy(prompt, c.says, args)
				l.wantCard(prompt)
				l.must(0, append([]string{"check"}, args...)...)
			})
		}
	}
}

// wantCard looks for all prompts of a judge on the data card.
func (l *lab) wantCard(prompt string) {
	l.t.Helper()
	card, err := os.ReadFile(filepath.Join(l.dir, "run", "export", "jsonl", "README.md"))
	if err != nil {
		l.t.Fatal(err)
	}
	for _, p := range append(map[string][]string{"two-prompt": {"answerable"}, "snippet": {"rank"}, "grade": {"answerable"}}[prompt], prompt) {
		if !strings.Contains(string(card), p+"@") {
			l.t.Errorf("the card does not name prompt %s", p)
		}
	}
}

// wantWhy looks for what a judge said in what is told of the exported rows.
func (l *lab) wantWhy(prompt, says string, args []string) {
	l.t.Helper()
	rows := l.rows(filepath.Join("run", "export"))
	if len(rows) == 0 {
		l.t.Fatal("no row was exported")
	}
	why := ""
	for _, r := range rows[:min(5, len(rows))] {
		why += l.must(0, append([]string{"why", r.PassageID}, args...)...).out
	}
	if !strings.Contains(why, "prompt "+prompt) || !strings.Contains(why, says) {
		l.t.Errorf("why does not say what the judge said, such as %q:\n%s", says, why)
	}
}

// wantPlanned compares the first plan with what a finished run took of its judges, and wants a plan with nothing left.
func (l *lab) wantPlanned(first []object, args []string) {
	l.t.Helper()
	sent := l.callsOf(stageJudge)
	_, planned := ofStage(first, stageJudge)
	if planned < sent/3 || planned > 3*sent {
		l.t.Errorf("%d calls of judges were planned, %d were made", planned, sent)
	}
	if _, sum := l.objects(append([]string{"plan"}, args...)...); sum.Calls != 0 {
		l.t.Errorf("%d calls are planned of a finished run", sum.Calls)
	}
}

func TestAPromptThatCantShowWhatItsKindAsksIsRefused(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 2)
	if err := os.Mkdir(filepath.Join(l.dir, "prompts"), 0o700); err != nil {
		t.Fatal(err)
	}
	l.write("prompts/mine.tmpl", l.must(0, "prompt", "show", "rlhn").out)
	l.write("prompts/rlhn-mine.tmpl", l.must(0, "prompt", "show", "rlhn").out)
	args := []string{"--set", "prompts.dir=prompts", "--set", "judge.cascade.0.prompt="}
	with := func(prompt string) []string { return []string{"run", args[0], args[1], args[2], args[3] + prompt} }
	if r := l.must(2, with("mine")...); !strings.Contains(r.err, "judge.cascade.0.prompt: mine@") || !strings.Contains(r.err, "of kind grade is asked") {
		t.Error(r.err)
	}
	if r := l.must(2, with("rlhm")...); !strings.Contains(r.err, "did you mean rlhn?") {
		t.Error(r.err)
	}
	l.must(0, with("rlhn-mine")...)
}

// callsOf counts the calls of a stage that were answered.
func (l *lab) callsOf(stage string) int64 {
	l.t.Helper()
	st, err := store.Open(filepath.Join(l.dir, "run"), store.Options{ReadOnly: true})
	if err != nil {
		l.t.Fatal(err)
	}
	defer st.Close()
	spend, err := st.Spending(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	var n int64
	for _, s := range spend {
		if s.Stage == stage {
			n += s.OK
		}
	}
	return n
}
