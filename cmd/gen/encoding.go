package main

import (
	"context"
	"fmt"
	"slices"

	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/work"
)

// stageIndex is where the calls for the vectors of passages are counted. It has no items: they are made before anything that is looked
// for among them.
const stageIndex = generate.StageIndex

// encoder is the encoder of a role, one for all strategies that name it.
func (p *parts) encoder(role string) *generate.Encoder {
	if p.encoders[role] == nil {
		m := p.cfg.Models[role]
		p.encoders[role] = &generate.Encoder{Model: m.Name(), Extra: m.Extra, Dimensions: m.Dimensions,
			QueryPrefix: m.QueryPrefix, PassagePrefix: m.PassagePrefix, Batch: m.Texts}
	}
	return p.encoders[role]
}

// indexes reports whether passages are looked for by the vectors of an encoder, so that all of them need theirs.
func (p *parts) indexes(role string) bool { return p.returns(role) || p.mined(role) }

// returns reports that queries are to find their passages by an encoder.
func (p *parts) returns(role string) bool { return p.cfg.Generate.Queries.RoundTrip.Encoder == role }

// mined reports that a strategy takes passages by an encoder.
func (p *parts) mined(role string) bool {
	return slices.ContainsFunc(p.cfg.Generate.Negatives, func(s config.Strategy) bool { return s.Encoder == role })
}

func filterOf(s config.Strategy) (f generate.Filter) {
	f.Name = s.Filter
	if s.Limit != nil {
		f.Limit = *s.Limit
	}
	if s.Floor != nil {
		f.Floor = *s.Floor
	}
	return f
}

// encode asks for the vectors of all passages that have none, if there may be a query that needs them. They are stored with their
// calls, so that what was paid for is found whenever it is needed.
func (r *runner) encode(ctx context.Context) error {
	if len(r.p.encoders) == 0 {
		return nil
	}
	s, err := r.status(ctx)
	if err != nil {
		return err
	}
	for _, role := range r.p.roles() {
		e := r.p.encoders[role]
		if e == nil || !r.looksBy(role, s) {
			continue
		}
		if err := r.p.encodeWith(ctx, role, e); err != nil {
			return err
		}
	}
	return nil
}

// looksBy reports that something pending will look for passages by an encoder.
func (r *runner) looksBy(role string, s status) bool {
	pending := func(stages ...string) bool {
		return slices.ContainsFunc(stages, func(stage string) bool { return r.want[stage] && s.stage(stage).Pending > 0 })
	}
	return r.p.returns(role) && pending(stageQueries) || r.p.mined(role) && r.want[stageNegatives] && pending(stageQueries, stageVerify, stageNegatives)
}

func (p *pipeline) encodeWith(ctx context.Context, role string, e *generate.Encoder) error {
	v, err := p.library.Vectors(ctx, e)
	if err != nil {
		return err
	}
	batches := v.Batches()
	return work.Staged(ctx, work.Stage{Name: stageIndex, Workers: p.concurrency(role), Next: func(_ context.Context, n int) (out []work.Item, _ error) {
		n = min(n, len(batches))
		for _, numbers := range slices.Clone(batches[:n]) {
			out = append(out, item{fmt.Sprintf("vectors of %d passages", len(numbers)), func(ctx context.Context) error { return v.Encode(ctx, numbers) }})
		}
		batches = batches[n:]
		return out, nil
	}})
}
