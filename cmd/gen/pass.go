package main

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"hardneg/internal/config"
	"hardneg/internal/llm"
	"hardneg/internal/work"
)

// pass lets the wanted stages do what is pending.
func (r *runner) pass(ctx context.Context) error {
	if err := r.encode(ctx); err != nil {
		return err
	}
	m := r.p.measuring(r.want)
	var err error
	switch {
	case r.p.staged():
		err = r.staged(ctx)
	case r.want[stageNegatives] && r.p.gathers():
		if err = r.stream(ctx, m, true); err != nil {
			return err
		}
		fallthrough // with what waits for company no more
	default:
		err = r.stream(ctx, m, false)
	}
	if err != nil || m == nil {
		return err
	}
	return work.Staged(ctx, m.stage(false))
}

// stream lets all stages work at the same time.
func (r *runner) stream(ctx context.Context, m *measuring, waits bool) error {
	stages := r.p.stages(r.want, waits)
	if m != nil {
		stages = append(stages, m.stage(true))
	}
	return work.Stream(ctx, stages...)
}

// staged lets one stage after the other do what is pending, each again for as long as its items ask a model whose turn it was not.
func (r *runner) staged(ctx context.Context) error {
	for i := range r.p.stages(r.want, false) {
		for more := true; more; more = r.p.turns.waiting() {
			r.p.turns.begin()
			if err := work.Staged(ctx, r.p.stages(r.want, false)[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// turns are those of the models of each server, by its endpoints.
type turns map[string]*llm.Turns

// newTurns are the turns of a staged run; there are none on servers of others, which have all their models at hand.
func (p *parts) newTurns() turns {
	t := turns{}
	for _, role := range p.roles() {
		m := p.cfg.Models[role]
		if p.staged() && (p.onOllama(m) || m.Provider == "openai" && local(m.Endpoints())) {
			t[serverKey(m)] = &llm.Turns{}
		}
	}
	return t
}

func (t turns) begin() {
	for _, one := range t {
		one.Begin()
	}
}

func (t turns) waiting() bool {
	for _, one := range t {
		if one.Waiting() {
			return true
		}
	}
	return false
}

// serverKey is equal for models that are on the same servers, whichever of a server's interfaces they are asked through.
func serverKey(m config.Model) string {
	var hosts []string
	for _, e := range m.Endpoints() {
		if u, err := url.Parse(e); err == nil && u.Host != "" {
			e = u.Host
		}
		hosts = append(hosts, e)
	}
	return strings.Join(hosts, " ")
}

// onOllama reports whether a model is on an Ollama server: by its provider, by that of another model there, or by Ollama's usual port.
func (p *parts) onOllama(m config.Model) bool {
	key := serverKey(m)
	if m.Provider == "ollama" || m.Provider == "openai" && strings.HasSuffix(key, ":11434") {
		return true
	}
	return m.Provider == "openai" && slices.ContainsFunc(p.roles(), func(role string) bool {
		other := p.cfg.Models[role]
		return other.Provider == "ollama" && serverKey(other) == key
	})
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
		if m := p.cfg.Models[role]; p.onOllama(m) {
			key := serverKey(m)
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
