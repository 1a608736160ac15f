package main

import (
	"context"
	"encoding/json"
	"slices"

	"hardneg/store"
)

// checkShard refuses to mix the shards of a run in one directory.
func (r *runner) checkShard(ctx context.Context) error {
	b, err := r.st.Meta(ctx, "shard")
	if err != nil {
		return err
	}
	if b == nil {
		return r.st.SetMeta(map[string][]byte{"shard": []byte(r.shard.String())})
	}
	return sameShard(b, r.cfg, r.shard)
}

func shardName(s string) string {
	if s == "" {
		return "the whole corpus"
	}
	return "shard " + s
}

// settle compares the config with that of the run, refuses what would redo finished items, and keeps the new plan.
func (r *runner) settle(ctx context.Context, p *parts) error {
	now := p.recipes()
	was, old, started, err := storedPlan(ctx, r.st)
	if err != nil {
		return err
	}
	if started && !r.flags.acceptChanges {
		if err := r.refuseRedo(ctx, p, old, now); err != nil {
			return err
		}
	}
	of, err := p.poolsOf(ctx, r.st, negativesOf(now), was, old)
	if err != nil {
		return err
	}
	p.widen(of)
	r.plan = p.plan(now)
	r.plan.Grown = was.Grown || of.raised
	kept, err := storedDeclarations(ctx, r.st)
	if err != nil {
		return err
	}
	if started && slices.EqualFunc(old, now, func(a, b store.Recipe) bool { return a.Hash == b.Hash }) && slices.Equal(kept, p.declared) && !r.plan.pooling(was) {
		r.rs = old
		return nil
	}
	for _, d := range p.declared[len(kept):] {
		r.warn(d.String())
	}
	if r.rs, err = r.st.AddRecipes(now); err != nil {
		return err
	}
	return r.keepPlan(p)
}

func (r *runner) keepPlan(p *parts) error {
	plan, err := json.Marshal(r.plan)
	if err != nil {
		return err
	}
	card, err := json.Marshal(p.card)
	if err != nil {
		return err
	}
	conf, err := r.cfg.YAML()
	if err != nil {
		return err
	}
	flat, err := json.Marshal(r.cfg.Flat())
	if err != nil {
		return err
	}
	declared, err := json.Marshal(p.declared)
	if err != nil {
		return err
	}
	return r.st.SetMeta(map[string][]byte{"corpus_stamp": []byte(p.stamp), metaConfigKeys: flat, metaDeclared: declared, "plan": plan, "style_card": card, "config": conf, "fingerprint": []byte(fingerprint(r.rs)), "version": []byte(version)})
}

func (r *runner) refuseRedo(ctx context.Context, p *parts, old, now []store.Recipe) error {
	redos, err := wouldRedo(ctx, r.st, old, now)
	if err != nil || len(redos) == 0 {
		return err
	}
	return refusal(ctx, r.st, p, redos, old, now)
}
