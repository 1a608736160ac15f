package main

import (
	"cmp"
	"context"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/llm"
	"hardneg/judge"
	"hardneg/store"
)

// replaySample is how many pending items of each stage a plan follows through the store; of more it takes some from all over.
const replaySample = 1000

// replay does pending items with the replies that the store has, to find out which requests the run will not have to send: after a
// change of the config, most requests can be those of before. It makes the same requests from the same parts as the run, so that it
// is exact for what it looks at. An item is followed up to the first request that has no reply; what comes of it then is not known.
type replay struct {
	*pipeline
	want    map[string]bool
	looks   int     // items of a stage that are looked at
	weight  float64 // how many pending items the present one stands for
	sampled bool    // there are more than were looked at
	rereads bool    // replies of stage queries, which were counted there
	stages  map[string]*replayed
	barred  map[string]float64 // queries that are not asked for, because of their passages, by reason
}

// replay follows what is pending under the config. No replies are looked for in a run that made no calls.
func (o *outlook) replay(ctx context.Context, b store.Bound) error {
	r := newReplay(o, b)
	o.replays = r
	var calls int64
	for _, s := range o.spend {
		calls += s.OK
	}
	if o.st == nil {
		return nil
	}
	if err := r.passages(ctx); err != nil { // also where nothing was called: some are not asked about
		return err
	}
	if calls == 0 {
		return nil
	}
	verified := store.Upstream{Recipe: r.chain.Queries}
	if r.chain.Verify != 0 {
		verified = store.Upstream{Recipe: r.chain.Verify, Tasks: true}
		if err := r.feed(ctx, stageVerify, r.chain.Verify, store.Upstream{Recipe: r.chain.Queries}, r.doVerify); err != nil {
			return err
		}
	}
	if err := r.feed(ctx, stageNegatives, r.chain.Negatives, verified, r.doNegatives); err != nil {
		return err
	}
	return r.feed(ctx, stageJudge, r.chain.Judge, r.toJudge(), func(ctx context.Context, it store.QueryItem) error {
		return r.doJudge(ctx, it, nil)
	})
}

func newReplay(o *outlook, b store.Bound) *replay {
	r := &replay{want: o.want, looks: cmp.Or(o.looks, replaySample), pipeline: &pipeline{parts: o.p, st: o.st, chain: chainOf(o.now), bound: b, imported: o.whole.imported > 0, grown: o.plan.Grown, given: givenKin{any: o.whole.ownQueries > 0}}, barred: map[string]float64{}, stages: map[string]*replayed{
		stageQueries: {asks: make([]asks, 3)}, stageVerify: {asks: make([]asks, len(o.p.cascade.Steps))},
		stageNegatives: {asks: make([]asks, 2*len(o.p.generators()))}, stageJudge: {asks: make([]asks, len(o.p.cascade.Steps))}}}
	client := func(role string, place int) llm.Client {
		return fromStore{llm.Stored{Calls: o.st}, r, place, contextOf(o.cfg.Models[role]), 1}
	}
	o.p.queries.Client = client(o.cfg.Generate.Queries.Model, 0)
	if trip := o.p.queries.RoundTrip; trip != nil && trip.Encoder != nil {
		trip.Encoder.Client = client(o.cfg.Generate.Queries.RoundTrip.Encoder, 0)
	}
	generators := o.p.generators()
	for i, g := range generators {
		if g.Writer != nil {
			g.Writer.Client = client(g.role, i)
		}
		if g.Encoder != nil {
			g.Encoder.Client = client(g.role, i)
		}
		for _, c := range g.Checks {
			c.Client = client(g.check, len(generators)+i)
		}
	}
	if o.st != nil {
		o.p.library.Corpus, o.p.library.Stored = o.st, o.st
	}
	for role, judges := range o.p.judges {
		for _, j := range judges {
			j.Client = fromStore{llm.Stored{Calls: o.st}, r, j.Step, contextOf(o.cfg.Models[role]), 1 / float64(len(o.p.cascade.Steps[j.Step].Judges()))}
		}
	}
	return r
}

// follow does items, each of which stands for as many of the pending ones.
func follow[T any](ctx context.Context, r *replay, items []T, pending int64, do func(context.Context, T) error) error {
	r.weight = float64(pending) / float64(max(len(items), 1))
	r.sampled = r.sampled || int64(len(items)) < pending
	for _, it := range items {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := do(ctx, it); err != nil {
			return err
		}
	}
	return nil
}

func (r *replay) passages(ctx context.Context) error {
	if !r.want[stageQueries] || r.queries.PerPassage == 0 {
		return nil
	}
	items, pending, err := r.st.SpreadPassages(ctx, r.chain.Queries, r.bound, r.looks)
	if err != nil {
		return err
	}
	return follow(ctx, r, items, pending, r.doQueries)
}

func (r *replay) feed(ctx context.Context, stage string, recipe int64, up store.Upstream, do doer) error {
	if !r.want[stage] {
		return nil
	}
	items, pending, err := r.st.SpreadQueries(ctx, recipe, up, r.bound, r.looks)
	if err != nil {
		return err
	}
	return follow(ctx, r, items, pending, do)
}

func (r *replay) doQueries(ctx context.Context, it store.PassageItem) error {
	made, err := r.queries.Write(ctx, it.Passage, writtenOf(it), it.Retries)
	if err != nil {
		return err
	}
	for _, q := range made.Queries {
		if isBarred(q.Reason) {
			r.barred[q.Reason] += r.weight
			continue
		}
		lacks := q.Reason == llm.NotStored
		r.stages[stageQueries].ask(0, lacks && q.Text == "", r.weight)
		if q.Text != "" {
			r.stages[stageQueries].ask(1, lacks, r.weight)
		}
		if lacks {
			continue
		}
		r.finish(stageQueries, q.Outcome == hardneg.Done)
		if q.Outcome == hardneg.Done {
			if err := r.doVerify(ctx, store.QueryItem{Query: q.Query, Passage: q.Source(it.Passage)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// doVerify asks one judge after the other, as the cascade does.
func (r *replay) doVerify(ctx context.Context, it store.QueryItem) error {
	if r.verify == nil {
		return r.doNegatives(ctx, it)
	}
	if !r.want[stageVerify] {
		return nil
	}
	var v judge.Verification
	for i := range r.verify.Steps {
		one, err := (&judge.Cascade{Steps: r.verify.Steps[i : i+1]}).Verify(ctx, it.Query, it.Passage, r.cfg.Judge.PositiveAt, it.Retries)
		if err != nil {
			return err
		}
		v = one
		lacks := v.Reason == llm.NotStored
		if r.stages[stageVerify].ask(i, lacks, r.weight); lacks {
			return nil
		}
		if v.Outcome == hardneg.Done {
			break
		}
	}
	r.finish(stageVerify, v.Outcome == hardneg.Done)
	if v.Outcome != hardneg.Done {
		return nil
	}
	return r.doNegatives(ctx, it)
}

func (r *replay) doNegatives(ctx context.Context, it store.QueryItem) error {
	if !r.want[stageNegatives] {
		return nil
	}
	standing, done, err := r.standing(ctx, it)
	if err != nil {
		return err
	}
	r.rereads = true
	made, err := r.negatives.Make(ctx, it.Query, it.Passage, standing, done, it.Retries)
	r.rereads = false
	if err != nil {
		return err
	}
	if r.slots(made.Slots) {
		return nil
	}
	var cs []store.CandidateRow
	for _, s := range made.Slots {
		if s.Outcome == hardneg.Done {
			cs = append(cs, store.CandidateRow{Candidate: s.Candidate})
		}
	}
	return r.doJudge(ctx, it, cs)
}

// slots counts the slots of a query and reports whether a strategy has no reply yet.
func (r *replay) slots(slots []generate.Slot) (lacks bool) {
	told := map[int]bool{}
	for _, s := range slots {
		open := s.Reason == llm.NotStored
		place := r.placeOf(s.StrategyNo, s.Query)
		if generators := r.generators(); (generators[place].Writer != nil || generators[place].Encoder != nil) && !told[s.StrategyNo] {
			r.stages[stageNegatives].ask(place, open, r.weight)
			r.stages[stageNegatives].ask(len(generators)+place, open, r.weight)
		}
		told[s.StrategyNo] = true
		if lacks = lacks || open; !open {
			r.finish(stageNegatives, s.Outcome == hardneg.Done)
		}
	}
	return lacks
}

// doJudge takes the candidates of a query, those that stand and those that were just made, from judge to judge.
func (r *replay) doJudge(ctx context.Context, it store.QueryItem, made []store.CandidateRow) error {
	if !r.want[stageJudge] {
		return nil
	}
	var items []judge.Item
	if it.Row != 0 {
		cs, err := r.st.Candidates(ctx, it.Row, r.chain.Negatives, r.chain.Judge)
		if err != nil {
			return err
		}
		made = append(cs, made...)
	}
	for _, c := range made {
		items = append(items, judge.Item{Candidate: c.Candidate, Verdicts: c.Verdicts})
	}
	had := make([]int, len(items))
	for i := range items {
		had[i] = len(items[i].Verdicts)
	}
	for step := range r.cascade.Steps {
		lacks, err := r.judge(ctx, it, items, step)
		if err != nil || lacks {
			return err
		}
	}
	for i := range items {
		if n := len(items[i].Verdicts); n > had[i] {
			r.finish(stageJudge, items[i].Verdicts[n-1].Failure == "")
		}
	}
	return nil
}

// judge asks the judge of one step, and reports whether it has to be asked about a text.
func (r *replay) judge(ctx context.Context, it store.QueryItem, items []judge.Item, step int) (lacks bool, err error) {
	j, err := judgeItems(ctx, &judge.Cascade{Steps: r.cascade.Steps[:step+1]}, &judge.Cascade{Steps: r.plain.Steps[:step+1]}, it, items, r.known(it))
	if err != nil {
		return false, err
	}
	for i := range items {
		for _, v := range j.New[i] {
			open := v.Failure == llm.NotStored
			r.stages[stageJudge].ask(step, open, r.weight)
			lacks = lacks || open
		}
		items[i].Verdicts = append(items[i].Verdicts, j.New[i]...)
	}
	return lacks, nil
}
