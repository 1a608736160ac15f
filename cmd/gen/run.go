package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/export"
	"hardneg/store"
)

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use: "run [--stage NAME]… [--limit N] [--shard i/n] [--accept-changes | --reuse-ignoring FIELDS] [--max-reject-rate R] [--dry-run] [--json]", Short: "Do all pending work, or go on with it",
		Args: cobra.NoArgs,
		Long: help("run imports what corpus.path names, once, and does all pending work of the run: queries, verify, negatives, judge,\n"+
			"relabel, export. The same command starts and resumes; it can be stopped or killed at any time. Ctrl-C lets the calls\n"+
			"on their way end and be saved; a second one quits at once. A changed temperature, max_tokens or timeout can be declared with\n"+
			"--reuse-ignoring: what is answered stays as it is, the rest is asked for with the new value, and status, why and card say so.",
			"  0 complete   2 config error or changed config   3 bad input   4 some items failed   5 provider unusable\n"+
				"  6 storage    7 run in use    8 budget or --max-reject-rate reached    130, 143 stopped by a signal",
			"  gen run --limit 100 --stage queries --stage verify"),
		RunE: func(c *cobra.Command, _ []string) error {
			f.limited, f.rejectLimited = c.Flags().Changed("limit"), c.Flags().Changed("max-reject-rate")
			return a.lastLine(a.run(c.Context(), f))
		},
	}
	c.Flags().StringArrayVar(&f.stages, "stage", nil, "only this `stage` (repeatable): "+strings.Join(allStages, ", "))
	c.Flags().IntVar(&f.limit, "limit", 0, "only the first `N` passages by key")
	c.Flags().StringVar(&f.shard, "shard", "", "only shard `i/n` of the corpus, counted from 0, in a run directory of its own")
	c.Flags().BoolVar(&f.acceptChanges, "accept-changes", false, "accept a changed config that makes finished items be done again")
	c.Flags().StringSliceVar(&f.ignoring, "reuse-ignoring", nil, "keep finished answers though these `fields` of models have changed: "+strings.Join(reusable, ","))
	c.Flags().Float64Var(&f.maxRejectRate, "max-reject-rate", 0, "stop when more than this `share` (0.6) of the last 200 items or more of a stage were rejected or failed")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "say what would be done, without a call")
	c.Flags().BoolVar(&f.json, "json", false, "progress and result as JSON lines on stdout")
	return c
}

func (a *app) run(ctx context.Context, f runFlags) error {
	r, err := a.newRunner(ctx, f)
	switch {
	case err != nil && f.dryRun:
		return err
	case err != nil:
		a.onRefusal(ctx, err)
		return err
	case f.dryRun:
		if err := r.ready(ctx); err != nil {
			return err
		}
		return a.dryRun(ctx, r.cfg, f, r.shard)
	}
	a.ends.Store(&r.cfg.Run)
	last, err := r.open(ctx)
	a.ends.Store(nil)
	a.onEnd(r.cfg.Run.OnEnd, last, err)
	return err
}

// newRunner checks the flags and the config.
func (a *app) newRunner(ctx context.Context, f runFlags) (r *runner, err error) {
	r = &runner{app: a, flags: f}
	if r.want, err = f.wanted(); err != nil {
		return nil, err
	}
	if r.shard, err = parseShard(f.shard); err != nil {
		return nil, err
	}
	r.cfg, err = a.load(ctx)
	return r, err
}

// open does the run between opening and closing its store, and returns how it stands at the end.
func (r *runner) open(ctx context.Context) (last status, err error) {
	if err = r.ready(ctx); err == nil {
		err = corpusThere(ctx, r.cfg)
	}
	if err != nil {
		last, _ = currentStatus(ctx, r.cfg.Run.Dir, nil) // there may be no run yet
		return last, err
	}
	if r.st, err = store.Open(r.cfg.Run.Dir, store.Options{Command: "gen run", Notify: r.warn}); err != nil {
		last, _ = currentStatus(ctx, r.cfg.Run.Dir, nil) // as another process has it
		return last, err
	}
	defer r.st.Close()
	r.log = openLog(r.cfg.Run.Dir)
	defer r.log.close()
	r.log.printf("gen %s: run begins, process %d", version, os.Getpid())
	if err = r.run(ctx); err != nil {
		d := r.describe(err)
		r.log.printf("run ends with exit %d: %v; %s", d.code, d.err, d.last)
		err = d
	} else {
		r.log.printf("run ends")
	}
	last, statusErr := r.last(context.Background())
	if statusErr != nil {
		r.log.printf("no final status: %v", statusErr)
	}
	return last, err
}

// runner is one `gen run`.
type runner struct {
	*app
	cfg   *config.Config
	st    *store.Store
	flags runFlags
	want  map[string]bool
	shard shard
	plan  plan
	rs    []store.Recipe
	p     *pipeline
	im    *importer
}

func (r *runner) run(ctx context.Context) error {
	if err := r.prepare(ctx); err != nil {
		return err
	}
	s, err := r.status(ctx)
	if err != nil {
		return err
	}
	if s.pending() > 0 {
		r.tellLowered()
		if err := r.keepEstimate(ctx, s); err != nil {
			return err
		}
		if err := r.work(ctx); err != nil {
			return errors.Join(err, r.uncharge(err))
		}
		if s, err = r.status(ctx); err != nil {
			return err
		}
	}
	return r.finish(ctx, s)
}

// prepare imports, freezes what has to be frozen, and settles the recipes.
func (r *runner) prepare(ctx context.Context) error {
	if err := r.checkShard(ctx); err != nil {
		return err
	}
	r.im = &importer{cfg: r.cfg, st: r.st, say: sayTo(r.err), shard: r.shard}
	if err := r.im.corpus(ctx); err != nil {
		return err
	}
	totals, err := r.st.Totals(ctx)
	if err != nil {
		return err
	}
	if totals["passages"] == 0 {
		return usage("set corpus.path, or `gen import FILE` first", "there are no passages")
	}
	if r.cfg.Generate.Queries.PerPassage == 0 && totals["own_queries"] == totals["own_duplicates"] {
		return noQuery()
	}
	card, _, err := styleCard(ctx, r.st)
	if err != nil {
		return err
	}
	declared, err := declaredIn(ctx, r.st, r.cfg, r.flags.ignoring)
	if err != nil {
		return err
	}
	parts, err := newParts(r.cfg, card, declared)
	if err != nil {
		return err
	}
	if parts.stamp, err = r.corpusStamp(ctx, parts); err != nil {
		return err
	}
	parts.library.Corpus, parts.library.Stored = r.st, r.st
	if err := r.settle(ctx, parts); err != nil {
		return err
	}
	if trip := parts.queries.RoundTrip; trip != nil {
		trip.Together = &generate.Together{}
	}
	r.p = &pipeline{parts: parts, st: r.st, chain: chainOf(r.rs), imported: totals["imported_candidates"] > 0, grown: r.plan.Grown,
		given: givenKin{any: totals["own_queries"] > 0}}
	if r.flags.limit > 0 {
		if r.p.bound, err = r.st.FirstPassages(ctx, r.flags.limit); err != nil {
			return err
		}
	}
	return r.grow(ctx)
}

// work does the pending items of the wanted stages.
func (r *runner) work(ctx context.Context) error {
	budget, err := r.budget(ctx)
	if err != nil {
		return err
	}
	r.p.batch = newBatching(r.st, r.cfg, r.warn, batchGoals{live: true})
	r.p.batch.budget = budget
	if err := r.p.batch.refuseMixture(ctx); err != nil {
		return err
	}
	if r.p.weights, err = r.newWeights(ctx); err != nil {
		return err
	}
	r.p.turns = r.p.newTurns()
	governors, err := r.p.connect(ctx, r.env, r.st, budget, r.warn)
	if err != nil {
		return err
	}
	if err := r.restoreLimits(ctx, governors); err != nil {
		return err
	}
	defer r.keepingLimits(governors)()
	if err := r.preflight(ctx); err != nil {
		return err
	}
	if err := r.p.weights.check(ctx, r); err != nil {
		return err
	}
	if err := r.tellLinks(ctx); err != nil {
		return err
	}
	ctx, done, err := r.wall(ctx)
	if err != nil {
		return err
	}
	defer done()
	ctx, stopLooking, err := r.rejectLimit(ctx)
	if err != nil {
		return err
	}
	defer stopLooking()
	progress := newProgress(r, governors)
	defer progress.close()
	err = r.p.batch.waves(ctx, func() error { return r.pass(ctx) })
	if codeOf(err) == exitStorage {
		r.st.Hurry() // it was waited for long enough
	}
	return err
}

// finish exports and tells what there is.
func (r *runner) finish(ctx context.Context, s status) error {
	if err := r.st.Stands(); err != nil {
		return err // an export would stand in a folder that a run no longer has
	}
	if s.pending() > 0 && r.flags.limit == 0 && len(r.flags.stages) == 0 {
		if err := r.p.batch.stuck(ctx); err != nil {
			return err
		}
		return fmt.Errorf("%d items are pending though all stages have ended", s.pending())
	}
	var exported map[string]export.Manifest
	dir := ""
	if r.want[stageExport] {
		var err error
		exported, dir, err = exportRun(ctx, r.app, r.cfg, r.st, s)
		if errors.Is(err, export.ErrNoRows) && s.failed() > 0 {
			err = fmt.Errorf("%d items failed, and %w", s.failed(), err)
		}
		if err != nil {
			r.tell(s)
			if len(exported) > 0 { // beside formats without a row
				err = cmp.Or(r.tellFormats(dir, exported, ""), err)
			}
			return err
		}
	}
	r.tell(s)
	if err := r.tellExport(ctx, dir, exported); err != nil {
		return err
	}
	if n := s.failed(); n > 0 {
		return &failure{code: exitPartial, err: fmt.Errorf("%d items failed", n),
			hint: "`gen status` lists the reasons, `gen retry` makes them pending again; later runs exit 4 without a call"}
	}
	return nil
}
