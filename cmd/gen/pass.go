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
	m, staged := r.p.measuring(r.want), r.p.staged()
	if !staged && r.want[stageNegatives] && r.p.gathers() {
		if err := r.stream(ctx, work.Stream, r.p.stages(r.want, true), m); err != nil {
			return err
		}
	}
	do := work.Stream
	if staged {
		do = work.Staged
	}
	if err := r.stream(ctx, do, r.p.stages(r.want, false), m); err != nil || m == nil {
		return err
	}
	return work.Staged(ctx, m.stage(false))
}

// stream does stages, and beside them compares what is judged, where that is to be.
func (r *runner) stream(ctx context.Context, do func(context.Context, ...work.Stage) error, stages []work.Stage, m *measuring) error {
	if m != nil {
		stages = append(stages, m.stage(true))
	}
	return do(ctx, stages...)
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
