package main

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"hardneg"
	"hardneg/internal/config"
	"hardneg/internal/text"
	"hardneg/internal/work"
	"hardneg/relabel"
	"hardneg/store"
)

// exporter turns verdicts into the rows of a data set. It decides anew, under the effective config, and writes nothing to the run.
type exporter struct {
	cfg      *config.Config
	st       *store.Store
	plan     plan
	recipes  []store.Recipe
	rules    relabel.Rules
	declared declarations
	chain    store.Chain
	snapshot int64
	totals   map[string]int64 // of passages, and of what was imported with them
	where    []condition
	splits   *splitter      // nil before prepare
	tests    *testQueries   // nil if there are none
	kin      *kin           // which queries have one text; nil before prepare
	seen     map[int64]bool // hashes of the texts that several queries have, of those exported
	counts   map[string]int64
	judges   judgeTables
	scores   scoreCounts
	pooled   bool // queries have spares, or had some
	offline  bool // something in the rows so far is of the built-in rules
	tasks    bool // queries were written for tasks, and their answers stand in place of passages

	say func(format string, args ...any) // what a row goes without; nil: nobody asks
}

func newExporter(ctx context.Context, cfg *config.Config, st *store.Store) (*exporter, error) {
	p, rs, ok, err := storedPlan(ctx, st)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, &failure{code: exitPartial, err: fmt.Errorf("%s: nothing was made yet", st.Dir), hint: "`gen run` does"}
	}
	e := &exporter{cfg: cfg, st: st, plan: p, recipes: rs, rules: rulesOf(cfg), chain: chainOf(rs), seen: map[int64]bool{}, counts: map[string]int64{}, judges: judgeTables{}, scores: scoreCounts{},
		pooled: len(p.Pools) > 0 || hasPool(cfg)}
	if e.where, err = checkWhere(cfg); err != nil {
		return nil, err
	}
	if len(cfg.Export.Decontaminate) > 0 {
		if e.tests, err = readTestQueries(cfg.Export.Decontaminate); err != nil {
			return nil, err
		}
	}
	if e.declared, err = storedDeclarations(ctx, st); err != nil {
		return nil, err
	}
	tasks, err := st.Meta(ctx, metaTasks)
	if e.tasks = tasks != nil; err != nil {
		return nil, err
	}
	if cfg.Judge.Similarity.Encoder == "" {
		e.chain.Similarity = 0 // the config says what is exported of what the run has
	}
	if e.totals, err = st.Totals(ctx); err != nil {
		return nil, err
	}
	e.snapshot, err = st.Snapshot(ctx)
	return e, err
}

// glance makes an exporter do without the comparison of all passages, for rows that somebody only looks at.
func (e *exporter) glance(ctx context.Context) (err error) {
	e.splits = &splitter{shares: e.cfg.Export.Split}
	return e.readKin(ctx)
}

func (e *exporter) readKin(ctx context.Context) error {
	askers, err := e.st.Askers(ctx, e.chain.Queries)
	e.kin = newKin(askers)
	return err
}

// prepare reads what rows are made with beside their verdicts. It takes time for a large corpus, so it is done when the first row
// is asked for, and once.
func (e *exporter) prepare(ctx context.Context) (err error) {
	if e.splits != nil {
		return nil
	}
	kin := work.Begin(func() error { return e.readKin(ctx) })
	splits, err := newSplitter(ctx, e.st, e.chain.Queries, e.cfg.Export.Split, positiveAt(e.cfg))
	if failed := kin.Wait(); err == nil {
		err = failed
	}
	if err == nil {
		e.splits = splits
	}
	return err
}

// rows yields the rows in the order of their ids.
func (e *exporter) rows(ctx context.Context) iter.Seq2[hardneg.Example, error] {
	return func(yield func(hardneg.Example, error) bool) {
		if err := e.prepare(ctx); err != nil {
			yield(hardneg.Example{}, err)
			return
		}
		filled := func(c judgedChunk) judgedChunk { return e.fill(ctx, c) }
		for c := range work.Ahead(e.judged(ctx), 1, filled) {
			if c.err != nil {
				yield(hardneg.Example{}, c.err)
				return
			}
			for i, q := range c.queries {
				ex, ok := e.row(q, c.norms[i], c.known)
				if ok && !yield(ex, nil) {
					return
				}
			}
		}
	}
}

// judgedChunk is some queries, which are read ahead.
type judgedChunk struct {
	queries []store.QueryState
	norms   []int64           // hashes of their texts
	known   map[int64]answers // to the texts that other queries have too
	err     error
}

func (e *exporter) judged(ctx context.Context) iter.Seq[judgedChunk] {
	return func(yield func(judgedChunk) bool) {
		for qs, err := range e.st.Judged(ctx, e.chain, e.snapshot) {
			if !yield(judgedChunk{queries: qs, err: err}) {
				return
			}
		}
	}
}

// fill reads what became of queries.
func (e *exporter) fill(ctx context.Context, c judgedChunk) judgedChunk {
	if c.err != nil {
		return c
	}
	if c.err = e.st.Fill(ctx, c.queries, e.chain); c.err == nil {
		c.norms = normsOf(c.queries)
		c.known, c.err = e.others(ctx, c.queries, c.norms)
	}
	return c
}

func normsOf(qs []store.QueryState) []int64 {
	norms := make([]int64, len(qs))
	for i := range qs {
		norms[i] = int64(normOf(qs[i].Text))
	}
	return norms
}

// row makes the row of a query, after prepare; ok is false if it has none. known is what answers the texts of queries that others have too.
// Of queries with one text it is the first that can have a row, whichever rows are asked for: sets of single splits, written one by one,
// must not share a query.
func (e *exporter) row(q store.QueryState, norm int64, known map[int64]answers) (ex hardneg.Example, ok bool) {
	split := e.splits.of(q.PassageID)
	if !e.takesRow(hardneg.Example{Split: split, Tags: q.Tags}) {
		if e.kin.askers.Repeated(norm) && !e.seen[norm] {
			_, e.seen[norm] = e.scout().example(q, norm, split, known)
		}
		e.tell("no row: export.where does not ask for it")
		return ex, false
	}
	if e.seen[norm] {
		e.counts[countRepeated]++
		return ex, false
	}
	if ex, ok = e.example(q, norm, split, known); !ok {
		return ex, false
	}
	shown := ex
	if !e.cfg.Export.Spares {
		shown.Spares = nil
	}
	e.offline = e.offline || fromOffline(shown, q)
	if e.kin.askers.Repeated(norm) {
		e.seen[norm] = true
	}
	return ex, true
}

// scout is an exporter that looks ahead, with counts of its own.
func (e *exporter) scout() *exporter {
	s := *e
	s.seen, s.counts, s.judges, s.scores, s.say = map[int64]bool{}, map[string]int64{}, judgeTables{}, scoreCounts{}, nil
	return &s
}

// example is what a query gives, whatever other queries give.
func (e *exporter) example(q store.QueryState, norm int64, split string, known map[int64]answers) (ex hardneg.Example, ok bool) {
	seats := e.seats(&q)
	ex = hardneg.Example{QueryID: q.Key.String(), Query: q.Text, PassageID: q.Passage.ID, Split: split,
		QueryModel: q.Origin.Model, QueryPrompt: q.Origin.Prompt, Tags: q.Tags, Positives: []hardneg.Text{e.source(q)}}
	if e.contaminated(q.Text, ex.Positives[0]) {
		return ex, false
	}
	decisions := decideAll(e.rules.For(q.Source), q.Candidates)
	if dropped := e.texts(q, decisions, &ex); dropped {
		e.refuses(countQueryDropped, "the policy drops the query for its false negatives")
		return ex, false
	}
	seats.sparesLast(&ex)
	ex.Positives, ex.Negatives = e.dropQuotes(ex.Positives), e.dropQuotes(ex.Negatives)
	forms := e.dropCopies(&ex)
	e.best(&ex) // of what may be in a row
	var own text.Forms
	e.answersOf(q, decisions, func(f text.Form) { own = append(own, &f) })
	ex.Negatives = e.wanted(e.dropAnswers(&q, ex.Negatives, forms, own, known[norm]))
	ex.HardQueries = e.seatQueries(seats, e.soundQueries(seats, q, ex, known))
	e.seat(&ex, seats)
	if len(ex.Negatives)+len(ex.HardQueries) == 0 {
		e.refuses(countNoNegative, "no negative is left")
		return ex, false
	}
	byScore := scoreOrder(e.cfg.Export.Scores)
	slices.SortStableFunc(ex.Positives[1:], byScore)
	slices.SortStableFunc(ex.Negatives, byScore)
	slices.SortStableFunc(ex.Spares, byScore)
	return ex, true
}
