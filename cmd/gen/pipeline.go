package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/cespare/xxhash/v2"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/llm"
	"hardneg/internal/work"
	"hardneg/store"
)

// pipeline is a run that can work: parts with clients, the store, and the recipes of its stages.
type pipeline struct {
	*parts
	st    *store.Store
	chain store.Chain
	bound store.Bound

	imported bool // there are imported candidates
	given    givenKin
	grown    bool // a pool was raised: queries may have slots, and verdicts, of before
}

// stages are the stages that have work, in their order. Each follows the outcomes of the one before it. waits says that there is to be
// another look at what is left of stage negatives, and that it may leave what is better done with more.
func (p *pipeline) stages(want map[string]bool, waits bool) []work.Stage {
	verified := store.Upstream{Recipe: p.chain.Queries}
	if p.chain.Verify != 0 {
		verified = store.Upstream{Recipe: p.chain.Verify, Tasks: true}
	}
	all := []work.Stage{
		p.stage(stageQueries, p.queryWorkers(), p.nextPassages),
		p.stage(stageVerify, p.judgeWorkers(), p.nextQueries(p.chain.Verify, store.Upstream{Recipe: p.chain.Queries}, each(p.doVerify))),
		p.stage(stageNegatives, p.writerWorkers(), p.nextNegatives(verified, waits)),
		p.stage(stageJudge, p.judgeWorkers(), p.nextQueries(p.chain.Judge, p.toJudge(), p.judging(want[stageRelabel]))),
		p.stage(stageRelabel, 16, p.nextQueries(p.chain.Relabel, store.Upstream{Recipe: p.chain.Judge, Tasks: true, Bare: true}, p.relabelling)),
	}
	if want[stageJudge] { // which decides what it judges: relabelling is left with what was judged before, and looks again at the end
		all[len(all)-1].Changed = nil
	}
	var out []work.Stage
	for _, s := range all {
		if want[s.Name] && (s.Name != stageVerify || p.verify != nil) && (s.Name != stageQueries || p.queries.PerPassage > 0) {
			out = append(out, s)
		}
	}
	return out
}

// nextItems reads pending items after a position, and says the position of the last.
type nextItems func(ctx context.Context, after int64, n int) ([]work.Item, int64, error)

func (p *pipeline) stage(name string, workers int, next nextItems) work.Stage {
	var after int64
	return work.Stage{Name: name, Workers: workers, Changed: p.st.Changed, Next: func(ctx context.Context, n int) ([]work.Item, error) {
		items, last, err := next(ctx, after, n)
		if err == nil {
			after = last
		}
		return items, err
	}}
}

func (p *pipeline) concurrency(role string) int { return p.cfg.Models[role].Concurrency }

// queryWorkers keep the writer of the queries busy, also while as many as one request for vectors takes wait for it.
func (p *pipeline) queryWorkers() int {
	n := p.concurrency(p.cfg.Generate.Queries.Model)
	if trip := p.queries.RoundTrip; trip != nil && trip.Encoder != nil {
		n += trip.Encoder.Batch
	}
	return n
}

func (p *pipeline) writerWorkers() int {
	n := 1
	for _, s := range p.cfg.Generate.Negatives {
		sum := 0
		for _, role := range s.Writers() {
			sum += p.concurrency(role)
		}
		if s.Encoder != "" {
			sum = p.concurrency(s.Encoder)
		}
		if sum == 0 { // it asks none, and takes a processor
			sum = runtime.GOMAXPROCS(0)
		}
		n = max(n, sum)
	}
	return n
}

// judgeWorkers is enough to keep every judge of the cascade busy: a worker is with one judge at a time.
func (p *pipeline) judgeWorkers() int {
	n := 0
	seen := map[string]bool{}
	for _, s := range p.cfg.Judge.Cascade {
		for _, model := range s.Models() {
			if !seen[model] {
				n += p.concurrency(model)
			}
			seen[model] = true
		}
	}
	return n
}

// item is one unit of work; what it needs was read when it was fed.
type item struct {
	name string
	do   func(context.Context) error
}

// Do does the work and saves its outcome. An item that waits for a batch stays pending, and the others go on.
func (i item) Do(ctx context.Context) error {
	if err := i.do(ctx); err != nil && !errors.Is(err, llm.ErrPlanned) {
		return fmt.Errorf("%s: %w", i.name, err)
	}
	return nil
}

func (p *pipeline) nextPassages(ctx context.Context, after int64, n int) ([]work.Item, int64, error) {
	batch, err := p.st.PendingPassages(ctx, p.chain.Queries, after, p.bound, n)
	var out []work.Item
	for _, it := range batch {
		out = append(out, item{"passage " + it.ID, func(ctx context.Context) error { return p.doQueries(ctx, it) }})
		after = it.Seq
	}
	return out, after, err
}

// doer does one query.
type doer func(context.Context, store.QueryItem) error

// preparer reads what a batch of queries needs and returns what does one of them.
type preparer func(context.Context, []store.QueryItem) (doer, error)

// each is the preparer of what needs no more than the query.
func each(do doer) preparer {
	return func(context.Context, []store.QueryItem) (doer, error) { return do, nil }
}

func (p *pipeline) nextQueries(recipe int64, up store.Upstream, prepare preparer) nextItems {
	return func(ctx context.Context, after int64, n int) ([]work.Item, int64, error) {
		newest, err := p.st.Last(ctx, up) // before the feed is read: all up to it is in what is read, or is done
		if err != nil {
			return nil, after, err
		}
		batch, err := p.st.PendingQueries(ctx, recipe, up, after, p.bound, n)
		if err != nil {
			return nil, after, err
		}
		if len(batch) == 0 {
			return nil, max(after, newest), nil
		}
		do, err := prepare(ctx, batch)
		var out []work.Item
		for _, it := range batch {
			out = append(out, item{"query " + it.Key.String(), func(ctx context.Context) error { return do(ctx, it) }})
			after = it.Seq
		}
		return out, after, err
	}
}

func (p *pipeline) doQueries(ctx context.Context, it store.PassageItem) error {
	made, err := p.queries.Write(ctx, it.Passage, writtenOf(it), it.Retries)
	if err != nil {
		return err
	}
	out := make([]store.QueryOutcome, len(made.Queries))
	for i, q := range made.Queries {
		out[i] = store.QueryOutcome{Query: q.Query, Norm: normOf(q.Text), Outcome: q.Outcome, Reason: q.Reason}
	}
	return p.st.SaveQueries(store.Task{Recipe: p.chain.Queries, Input: it.Row, Repaired: made.Repaired}, out)
}

// writtenOf are the queries that a passage has already.
func writtenOf(it store.PassageItem) map[int]generate.Query {
	have := map[int]generate.Query{}
	for n, q := range it.Have {
		have[n] = generate.Query{Query: q.Query, Outcome: q.Outcome, Reason: q.Reason}
	}
	return have
}

// normOf is equal for queries that count as the same text.
func normOf(query string) uint64 { return xxhash.Sum64String(generate.QueryKey(query)) }

func (p *pipeline) doVerify(ctx context.Context, it store.QueryItem) error {
	v, err := p.verify.Verify(ctx, it.Query, it.Passage, p.cfg.Judge.PositiveAt, it.Retries)
	if err != nil {
		return err
	}
	return p.st.SaveVerify(store.Task{Recipe: p.chain.Verify, Input: it.Row, Repaired: v.Repaired}, v.Verdicts, v.Opinions, v.Outcome, v.Reason)
}

func (p *pipeline) doNegatives(ctx context.Context, it store.QueryItem) error {
	standing, done, err := p.standing(ctx, it)
	if err != nil {
		return err
	}
	made, err := p.negatives.Make(ctx, it.Query, it.Passage, standing, done, it.Retries)
	if err != nil {
		return err
	}
	out := make([]store.CandidateOutcome, len(made.Slots))
	for i, s := range made.Slots {
		out[i] = store.CandidateOutcome{Candidate: s.Candidate, StrategyNo: s.StrategyNo, Outcome: s.Outcome, Reason: s.Reason}
	}
	return p.st.SaveCandidates(store.Task{Recipe: p.chain.Negatives, Input: it.Row, Repaired: made.Repaired}, out)
}

// joined reports whether texts join others that were made, or judged, before.
func (p *pipeline) joined() bool { return p.imported || p.grown }

// standing are the texts and slots that a query has already: after `gen retry`, because they were imported, or a pool was raised.
func (p *pipeline) standing(ctx context.Context, it store.QueryItem) ([]generate.Standing, map[int]map[int]bool, error) {
	standing, err := p.givenAnswers(ctx, it)
	if err != nil || it.Retries == 0 && !p.joined() {
		return standing, nil, err
	}
	slots, err := p.st.Slots(ctx, it.Row, p.chain.Negatives)
	if err != nil {
		return nil, nil, err
	}
	done := map[int]map[int]bool{}
	for _, s := range slots {
		if s.Outcome == hardneg.Done {
			standing = append(standing, generate.Standing{StrategyNo: s.StrategyNo, Slot: s.Slot, Made: s.Made, Text: s.Text})
		}
		if s.Made {
			if done[s.StrategyNo] == nil {
				done[s.StrategyNo] = map[int]bool{}
			}
			done[s.StrategyNo][s.Slot] = true
		}
	}
	return standing, done, nil
}
