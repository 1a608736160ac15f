package main

import (
	"context"
	"strings"

	"hardneg/internal/work"
)

// pass lets the wanted stages do what is pending.
func (r *runner) pass(ctx context.Context) error {
	if err := r.encode(ctx); err != nil {
		return err
	}
	stages, m := r.p.stages(r.want), r.p.measuring(r.want)
	if m != nil {
		stages = append(stages, m.stage(true))
	}
	do := work.Stream
	if r.p.staged() {
		do = work.Staged
	}
	if err := do(ctx, stages...); err != nil {
		return err
	}
	if m == nil {
		return nil
	}
	return work.Staged(ctx, m.stage(false))
}

// staged reports whether stages run one after another: on request, or because streaming would make one Ollama server load one
// model after the other all night.
func (p *parts) staged() bool {
	switch p.cfg.Run.Schedule {
	case "staged":
		return true
	case "streaming":
		return false
	}
	models := map[string]map[string]bool{}
	for _, role := range p.roles() {
		if m := p.cfg.Models[role]; m.Provider == "ollama" {
			key := strings.Join(m.Endpoints(), " ")
			if models[key] == nil {
				models[key] = map[string]bool{}
			}
			models[key][m.Model] = true
		}
	}
	for _, names := range models {
		if len(names) > 1 {
			return true
		}
	}
	return false
}
