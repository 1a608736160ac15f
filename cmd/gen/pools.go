package main

import (
	"context"
	"slices"
	"strings"

	"hardneg"
	"hardneg/store"
)

// pools are the spares of the entries of generate.negatives in a run. They are no part of a recipe, as count is: a pool that is raised
// adds slots behind those that are filled, and redoes none. One that is lowered leaves an export fewer spares, and the run what it has;
// the queries that are left get as many as those before them, so that each has as many slots as the run has planned.
type pools struct {
	each   []int // of a query, by entry
	raised bool  // above what finished queries have: they have to be gone on with
}

// poolsOf are the pools of a run under a config. recipe is that of stage negatives, as the run knows it; was the plan it was last gone on
// with, of which old are the recipes.
func (p *parts) poolsOf(ctx context.Context, st *store.Store, recipe hardneg.Key, was plan, old []store.Recipe) (out pools, err error) {
	wants, made := make([]int, len(p.negatives.Strategies)), make([]int, len(p.negatives.Strategies))
	for i, s := range p.negatives.Strategies {
		wants[i] = s.Pool
	}
	out.each = wants
	if st == nil {
		return out, nil
	}
	known, err := st.FindRecipe(ctx, recipe)
	if err != nil || known.ID == 0 {
		return out, err
	}
	if slices.ContainsFunc(old, func(r store.Recipe) bool { return r.Stage == stageNegatives && r.Hash == recipe }) {
		copy(made, was.Pools)
	} else { // gone back to: the plan says nothing of it
		slots, err := st.SlotsMade(ctx, known.ID)
		if err != nil {
			return out, err
		}
		for i, s := range p.negatives.Strategies {
			made[i] = max(0, slots[i]-s.Count)
		}
	}
	for i := range wants {
		out.raised = out.raised || wants[i] > made[i]
		out.each[i] = max(wants[i], made[i])
	}
	return out, nil
}

// widen gives the strategies the pools of the run.
func (p *parts) widen(of pools) {
	for i := range p.negatives.Strategies {
		for _, form := range p.negatives.Strategies[i].All() {
			form.Pool = of.each[i]
		}
	}
}

// slots are those of a query, by entry.
func (p *parts) slots() (out []int) {
	for i := range p.negatives.Strategies {
		out = append(out, p.negatives.Strategies[i].Slots())
	}
	return out
}

// negativesOf is the hash of the recipe of stage negatives.
func negativesOf(rs []store.Recipe) hardneg.Key {
	return rs[slices.IndexFunc(rs, func(r store.Recipe) bool { return r.Stage == stageNegatives })].Hash
}

// pooling reports whether a plan has other spares than another.
func (p plan) pooling(other plan) bool {
	return !slices.Equal(p.Pools, other.Pools) || p.Grown != other.Grown
}

// grow makes finished queries that lack slots pending again, where the run is to fill them. Others keep what they have, and can be
// exported with it.
func (r *runner) grow(ctx context.Context) error {
	if !r.plan.Grown || !r.want[stageNegatives] {
		return nil
	}
	s, err := r.status(ctx)
	if err != nil || s.stage(stageNegatives).Pending == 0 {
		return err
	}
	n, err := r.st.Grow(r.p.chain.Negatives, r.p.slots(), r.p.bound)
	if err == nil && n > 0 {
		r.im.say("generate.negatives: a pool was raised: %d queries that were finished get further texts; what they have is kept", n)
	}
	return err
}

// isPool reports whether a key is that of a pool, which decides how many texts there are and nothing of any.
func isPool(key string) bool {
	return strings.HasPrefix(key, "generate.negatives.") && strings.HasSuffix(key, ".pool")
}

// tellLowered says where a run goes on making more spares than the config asks for.
func (r *runner) tellLowered() {
	for i, n := range r.plan.Pools {
		if asked := r.cfg.Generate.Negatives[i].Pool; n > asked {
			r.im.say("generate.negatives.%d.pool is %d: exports take so many; the run has begun with %d, and gives as many to all its queries", i, asked, n)
		}
	}
}

// samePools refuses an export with spares that the run has not made.
func (e *exporter) samePools() error {
	for i, c := range e.cfg.Generate.Negatives {
		made := 0
		if i < len(e.plan.Pools) {
			made = e.plan.Pools[i]
		}
		if c.Pool > made {
			return usage("`gen run` makes them, and asks for nothing else; or set generate.negatives.N.pool to what the run has",
				"generate.negatives.%d.pool is %d, and the run has made %d", i, c.Pool, made)
		}
	}
	return nil
}
