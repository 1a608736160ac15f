package main

import (
	"fmt"

	"hardneg/internal/config"
	"hardneg/judge"
)

func (p *parts) newCascade() (*judge.Cascade, error) {
	c := &judge.Cascade{}
	for i, s := range p.cfg.Judge.Cascade {
		j, err := p.judge(i, s, s.Prompt)
		if err != nil {
			return nil, err
		}
		c.Steps = append(c.Steps, judge.Step{Judge: j, ForwardAt: s.ForwardAt, Whole: s.Forward == config.ForwardQuery})
	}
	return c, nil
}

// newVerify is the cascade that judges a query's own passage. A judge that compares texts with that passage has nothing to compare it
// with: the same model is asked to grade it.
func (p *parts) newVerify() (*judge.Cascade, error) {
	if !p.cascade.Compares() {
		return p.cascade, nil
	}
	c := &judge.Cascade{}
	for i, s := range p.cfg.Judge.Cascade {
		step := p.cascade.Steps[i]
		if judge.KindOf(s.Prompt).Compares {
			var err error
			if step.Judge, err = p.judge(i, s, judge.KindGrade); err != nil {
				return nil, err
			}
		}
		c.Steps = append(c.Steps, step)
	}
	return c, nil
}

func (p *parts) judge(step int, s config.Step, prompt string) (*judge.Judge, error) {
	t, system, err := p.template(prompt)
	if err != nil {
		return nil, err
	}
	if kind := judge.KindOf(prompt); kind.Fits(t) != nil {
		return nil, &failure{code: exitUsage, err: fmt.Errorf("judge.cascade.%d.prompt: %s can't show what a judge of kind %s is asked: %w", step, t.ID(), kind.Name, kind.Fits(t)),
			hint: "`gen prompt show " + kind.Name + "` prints the built-in one; the beginning of a prompt's name says its kind"}
	}
	j := &judge.Judge{Name: s.Model, Settings: settings(p.cfg.Models[s.Model]), Prompt: t, System: system, Seed: p.cfg.Run.Seed, Step: step, Slate: s.Slate}
	p.judges[s.Model] = append(p.judges[s.Model], j)
	return j, nil
}
