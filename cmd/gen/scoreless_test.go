package main

import (
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// A margin between scores separates nothing where a server gives no token probabilities: all commands that could know it say so, once, and the card.
func TestAMarginWithoutTokenProbabilitiesIsWarnedOf(t *testing.T) {
	t.Parallel()
	const tells = "can't separate texts of one grade"
	none := []string{"--set", "models.small.extra.logprobs=null", "--set", "models.large.extra.logprobs=null"}
	for name, c := range map[string]struct {
		args  []string
		wants []string // in the warnings; none: nothing is warned of
	}{
		"margins":              {append([]string{"--set", "judge.cascade.0.margin=0.1", "--set", "relabel.margin=0.01"}, none...), []string{"models.small", "judge.cascade.0.margin 0.1, relabel.margin 0.01", "models.large"}},
		"a threshold":          {append([]string{"--set", "export.where=[score<=0.9]"}, none...), []string{"export.where score<=0.9", "models.large"}},
		"with probabilities":   {[]string{"--set", "judge.cascade.0.margin=0.1", "--set", "relabel.margin=0.01"}, nil},
		"grades alone":         {none, nil},
		"a kind without":       {[]string{"--set", "judge.cascade.1.prompt=snippet", "--set", "relabel.margin=0.01"}, []string{"models.large", "relabel.margin 0.01"}},
		"policy keep has none": {append([]string{"--set", "relabel.policy=keep", "--set", "relabel.margin=0.01"}, none...), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, 6, mockllm.Config{})
			args := append([]string{"--set", "generate.queries.per_passage=1"}, c.args...)
			doctor := l.must(0, append([]string{"doctor"}, args...)...)
			ran := l.must(0, append([]string{"run"}, args...)...)
			card := l.read(filepath.Join(l.dir, "run/export/jsonl/README.md"))
			for _, want := range c.wants {
				if !strings.Contains(ran.err, want) {
					t.Errorf("run does not say %q:\n%s", want, ran.err)
				}
			}
			said := len(c.wants) > 0
			if strings.Contains(ran.err, tells) != said || strings.Contains(card, tells) != said {
				t.Errorf("said: run %v, card %v; want %v\n%s\n%s", strings.Contains(ran.err, tells), strings.Contains(card, tells), said, ran.err, card)
			}
			if strings.Contains(doctor.err, tells) != (said && name != "a kind without") {
				t.Errorf("doctor:\n%s", doctor.err)
			}
			if n := strings.Count(ran.err, "models.small gives whole scores"); n > 1 {
				t.Errorf("run says it %d times", n)
			}
		})
	}
}
