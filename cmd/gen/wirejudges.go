package main

import (
	"fmt"

	"hardneg/internal/config"
	"hardneg/judge"
)

// promptRank is the prompt of the second question of kind snippet.
const promptRank = "rank"

func (p *parts) newCascade() (*judge.Cascade, error) {
	return p.steps(func(prompt string) string { return prompt })
}

// newPlain is the cascade that judges a query's own passage, and hard queries with it. A judge that compares texts with that passage has
// nothing to compare it with: the same model is asked to grade it.
func (p *parts) newPlain() (*judge.Cascade, error) {
	if !p.cascade.Compares() {
		return p.cascade, nil
	}
	return p.steps(func(prompt string) string {
		if judge.KindOf(prompt).Compares {
			return judge.KindGrade
		}
		return prompt
	})
}

// steps makes the cascade of the config, with the prompts that take the place of its own.
func (p *parts) steps(prompt func(string) string) (*judge.Cascade, error) {
	c := &judge.Cascade{}
	for i, s := range p.cfg.Judge.Cascade {
		step := judge.Step{ForwardAt: s.ForwardAt, Whole: s.Forward == config.ForwardQuery, Combine: judge.Combine(s.Combine), Margin: s.Margin,
			Audit: s.Audit, Again: s.Again, Look: s.AgainBy}
		panel := append([]config.Also{{Model: s.Model, Prompt: prompt(s.Prompt)}}, s.Also...)
		if with := judge.KindOf(s.Prompt).With; with != "" {
			panel = append(panel, config.Also{Model: s.Model, Prompt: with})
			step.Combine = judge.Unanimous
		}
		for n, member := range panel {
			j, err := p.judge(i, n, member.Model, prompt(member.Prompt), s.Slate)
			if err != nil {
				return nil, err
			}
			if n == 0 {
				step.Judge = j
			} else {
				step.Others = append(step.Others, j)
			}
		}
		c.Steps = append(c.Steps, step)
	}
	return c, nil
}

func (p *parts) judge(step, member int, model, prompt string, slate int) (*judge.Judge, error) {
	t, system, err := p.template(prompt)
	if err != nil {
		return nil, err
	}
	if kind := judge.KindOf(prompt); kind.Fits(t) != nil {
		return nil, &failure{code: exitUsage, err: fmt.Errorf("judge.cascade.%d.prompt: %s can't show what a judge of kind %s is asked: %w", step, t.ID(), kind.Name, kind.Fits(t)),
			hint: "`gen prompt show " + kind.Name + "` prints the built-in one; the beginning of a prompt's name says its kind"}
	}
	settings, err := p.settings(model)
	if err != nil {
		return nil, err
	}
	j := &judge.Judge{Name: model, Settings: settings, Prompt: t, System: system, Seed: p.cfg.Run.Seed, Step: step, Member: member, Slate: slate}
	if j.Kind().Name == judge.KindSnippet {
		if j.Rank, j.RankSystem, err = p.template(promptRank); err != nil {
			return nil, err
		}
	}
	p.judges[model] = append(p.judges[model], j)
	return j, nil
}
