package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"hardneg"
	"hardneg/internal/config"
	"hardneg/relabel"
)

// scoreRules are the settings that tell texts of one grade apart by their scores, of a judge of the cascade.
func scoreRules(cfg *config.Config, step int) (out []string) {
	if m := cfg.Judge.Cascade[step].Margin; m > 0 {
		out = append(out, fmt.Sprintf("judge.cascade.%d.margin %v", step, m))
	}
	if m := cfg.Relabel.Margin; m != nil && cfg.Relabel.Policy != relabel.Keep {
		out = append(out, fmt.Sprintf("relabel.margin %v", *m))
	}
	if cfg.Relabel.Positive == relabel.PositiveBest {
		out = append(out, "relabel.positive best")
	}
	for _, c := range cfg.Export.Where {
		if strings.HasPrefix(strings.TrimSpace(c), "score") {
			out = append(out, "export.where "+c)
		}
	}
	return out
}

// wholeScores says what follows from a judge that has no score between two of its words.
func wholeScores(rules []string) string {
	return strings.Join(rules, ", ") + ": can't separate texts of one grade"
}

// noteScoreless has a judge tell, once a model, that its server gives no probabilities where something is decided by them. The built-in rules
// are no model, and say so.
func (p *parts) noteScoreless(notify func(string)) {
	for role, judges := range p.judges {
		if p.cfg.Models[role].Provider == "offline" {
			continue
		}
		var once sync.Once
		for _, j := range judges {
			rules := scoreRules(p.cfg, j.Step)
			if len(rules) == 0 {
				continue
			}
			j.Scoreless = func() {
				once.Do(func() {
					notify(fmt.Sprintf("warning: models.%s gives whole scores only, for its server gives no token probabilities. %s; judge with a server that gives them (logprobs), or set them aside",
						role, wholeScores(rules)))
				})
			}
		}
	}
}

// scoreCounts counts what each judge of the cascade graded, and how often its score stood between two grades.
type scoreCounts map[int]*struct{ graded, between int64 }

func (s scoreCounts) add(vs []hardneg.Verdict) {
	for _, v := range vs {
		if v.Grade == hardneg.Ungraded {
			continue
		}
		if s[v.Step] == nil {
			s[v.Step] = &struct{ graded, between int64 }{}
		}
		s[v.Step].graded++
		if x := 3 * v.Score; math.Abs(x-math.Round(x)) > 1e-5 {
			s[v.Step].between++
		}
	}
}

// warnings tell of judges that gave whole scores only, where a setting needs others.
func (s scoreCounts) warnings(cfg *config.Config) (out []string) {
	for i, step := range cfg.Judge.Cascade {
		n, rules := s[i], scoreRules(cfg, i)
		if n == nil || n.between > 0 || len(rules) == 0 {
			continue
		}
		var names []string
		for _, role := range step.Models() {
			if cfg.Models[role].Provider == "offline" {
				continue // the card says so
			}
			if name := cfg.Models[role].Name(); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if len(names) == 0 {
			continue
		}
		out = append(out, fmt.Sprintf("All %d scores of judge %s are whole grades: there were no token probabilities. %s.", n.graded, strings.Join(names, ", "), wholeScores(rules)))
	}
	return out
}

func (a *app) warnAll(warnings []string) {
	for _, w := range warnings {
		a.warn("warning: " + w)
	}
}

// scoresOf are the settings that need the scores of a model.
func scoresOf(cfg *config.Config, role string) (rules []string) {
	for i, s := range cfg.Judge.Cascade {
		if slices.Contains(s.Models(), role) {
			rules = scoreRules(cfg, i)
		}
		if len(rules) > 0 {
			return rules
		}
	}
	return nil
}
