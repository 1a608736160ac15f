package main

import (
	"context"
	"errors"

	"hardneg/internal/config"
	"hardneg/store"
)

// scope is what of a run is to be done.
type scope struct {
	want  map[string]bool // stages
	limit int
	shard shard
	looks int // pending items of a stage to follow through the store; 0: replaySample

	ignoring []string // fields whose change is to leave finished answers as they are
}

// outlook is how things stand for a run under a config: what is there, what would be imported, and what is pending then.
// Nothing is called or written to find out.
type outlook struct {
	scope
	cfg     *config.Config
	st      *store.Store // nil: there is no run yet
	p       *parts
	files   []corpusFile
	had     int      // tasks, in place of passages
	fresh   surveyed // of the files that are not imported
	plan    plan
	old     []store.Recipe // of the run as it was last gone on with
	now     []store.Recipe // of the config; ID -1 where the run has none
	started bool
	redos   []redo
	whole   counted // of the whole run, under the config
	inScope counted // of the first passages by key, if there is a limit
	chars   float64
	several float64 // share of the own queries that have a further positive
	measured
	replays    *replay             // of what is pending
	index      map[string]toEncode // by role of the encoder
	uncompared uncompared
	further    further
}

// counted are the counts of a run.
type counted struct {
	stages                    []stageStatus
	similar                   *stageStatus // beside them; nil: none is compared
	imported                  int64        // candidates
	ownQueries, ownDuplicates int64        // own queries that stand, and those that were rejected
}

func (c counted) stage(name string) stageStatus { return status{Stages: c.stages}.stage(name) }

// openExisting opens a run to read it; nil if there is none.
func openExisting(dir string) (*store.Store, error) {
	st, err := store.Open(dir, store.Options{ReadOnly: true})
	if errors.Is(err, store.ErrNoRun) {
		return nil, nil
	}
	return st, err
}

func lookAhead(ctx context.Context, cfg *config.Config, st *store.Store, sc scope) (*outlook, error) {
	o := &outlook{cfg: cfg, st: st, scope: sc}
	if err := o.findFiles(ctx); err != nil {
		return nil, err
	}
	bound, err := o.bound(ctx)
	if err != nil {
		return nil, err
	}
	if err := o.surveyFiles(ctx, bound); err != nil {
		return nil, err
	}
	if err := o.recipes(ctx); err != nil {
		return nil, err
	}
	if err := o.count(ctx, bound); err != nil {
		return nil, err
	}
	if err := o.countFurther(ctx, bound); err != nil {
		return nil, err
	}
	if err := o.measure(ctx); err != nil {
		return nil, err
	}
	if err := o.replay(ctx, bound); err != nil {
		return nil, err
	}
	if err := o.countUncompared(ctx); err != nil {
		return nil, err
	}
	return o, o.countVectors(ctx)
}

// recipes makes the chain of the config and compares it with that of the run.
func (o *outlook) recipes(ctx context.Context) (err error) {
	card := o.fresh.card
	if o.st != nil {
		stored, frozen, err := styleCard(ctx, o.st)
		if err != nil {
			return err
		}
		if totals, err := o.st.Totals(ctx); err != nil {
			return err
		} else if frozen || totals["passages"] > 0 {
			card = stored
		}
	}
	declared, err := declaredIn(ctx, o.st, o.cfg, o.ignoring)
	if err != nil {
		return err
	}
	if o.p, err = newParts(o.cfg, card, declared); err != nil {
		return err
	}
	if o.p.stamp, err = o.corpusStamp(ctx); err != nil {
		return err
	}
	o.now = o.p.recipes()
	for i, r := range o.now {
		o.now[i].ID = -1
		if o.st == nil {
			continue
		}
		known, err := o.st.FindRecipe(ctx, r.Hash)
		if err != nil {
			return err
		}
		if known.ID != 0 {
			o.now[i].ID = known.ID
		}
	}
	var was plan
	if o.st != nil {
		if was, o.old, o.started, err = storedPlan(ctx, o.st); err != nil {
			return err
		}
	}
	of, err := o.p.poolsOf(ctx, o.st, negativesOf(o.now), was, o.old)
	if err != nil {
		return err
	}
	o.p.widen(of)
	o.plan = o.p.plan(o.now)
	o.plan.Grown = was.Grown || of.raised
	if o.st == nil || !o.started {
		return nil
	}
	o.redos, err = wouldRedo(ctx, o.st, o.old, o.now)
	return err
}

// count derives what is pending under the config, as if the files had been imported.
func (o *outlook) count(ctx context.Context, b store.Bound) error {
	var tallies []store.Tally
	totals := map[string]int64{}
	if o.st != nil {
		var err error
		if tallies, err = o.st.Tallies(ctx); err != nil {
			return err
		}
		if totals, err = o.st.Totals(ctx); err != nil {
			return err
		}
		if o.chars, err = o.st.MeanLength(ctx); err != nil {
			return err
		}
		if o.had > 0 {
			o.chars = charsOfAnswer
		}
	}
	had := float64(totals["passages"])
	if had == 0 && o.fresh.passages == 0 {
		return usage("set corpus.path", "corpus.path names no passages")
	}
	o.chars = (o.chars*had + o.fresh.chars*float64(o.fresh.passages)) / (had + float64(o.fresh.passages))
	stored := float64(totals["own_queries"])
	o.whole = o.statusOf(tallies, totals)
	if o.st != nil && stored > 0 {
		share, err := o.st.SeveralPositives(ctx)
		if err != nil {
			return err
		}
		o.several = share * stored
	}
	o.several = (o.several + float64(o.fresh.several)) / max(1, float64(o.whole.ownQueries))
	if o.whole.ownQueries == 0 && o.cfg.Generate.Queries.PerPassage == 0 {
		return noQuery()
	}
	o.inScope = o.whole
	if !b.Set {
		return nil
	}
	totals = map[string]int64{}
	if o.st != nil {
		var err error
		if tallies, totals, err = o.st.Within(ctx, chainOf(o.now), b); err != nil {
			return err
		}
	}
	o.inScope = o.statusOf(tallies, totals)
	return nil
}

func (o *outlook) statusOf(tallies []store.Tally, totals map[string]int64) counted {
	totals["passages"] += o.fresh.passages
	totals["own_passages"] += o.fresh.ownPassages
	totals["own_queries"] += o.fresh.ownQueries
	totals["own_duplicates"] += o.fresh.ownDuplicates
	totals["imported_candidates"] += o.fresh.candidates
	stages := stageStatuses(o.plan, o.now, tallies, totals)
	return counted{stages, similarityStatus(o.now, tallies, stages), totals["imported_candidates"],
		totals["own_queries"] - totals["own_duplicates"], totals["own_duplicates"]}
}
