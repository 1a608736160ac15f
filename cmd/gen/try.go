package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"hardneg"
	"hardneg/internal/config"
	"hardneg/internal/export"
	"hardneg/internal/llm"
	"hardneg/store"
)

func (a *app) tryCommand() *cobra.Command {
	var n int
	var asJSON bool
	c := &cobra.Command{
		Use: "try [-n 20] [--json]", Short: "A pilot: a few passages through all stages, everything shown", Args: cobra.NoArgs,
		Long: help("try takes N passages through all stages into a scratch run that is removed afterwards, and prints for each of them the\n"+
			"rendered prompts, the replies, the verdicts and the resulting row. Its calls are real and cost what they cost. Models with\n"+
			"mode: batch are asked one by one too, so that there is something to see in minutes: at the price of single calls.",
			"  0 shown   2 config error   3 bad input   4 items failed   5 provider unusable   130, 143 stopped",
			"  gen try -n 3 --set models.writer.model=qwen3:8b | less"),
		RunE: func(c *cobra.Command, _ []string) error { return a.try(c.Context(), n, asJSON) },
	}
	c.Flags().IntVarP(&n, "number", "n", 20, "how many passages, the first by key")
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a call and a row")
	return c
}

func (a *app) try(ctx context.Context, n int, asJSON bool) error {
	if n < 1 {
		return usage("", "-n must be 1 or more")
	}
	cfg, err := a.load(ctx)
	if err != nil {
		return err
	}
	a.askLive(cfg)
	dir, err := os.MkdirTemp("", "gen-try-")
	if err != nil {
		return &store.Error{Op: "create a scratch run", Err: err}
	}
	defer os.RemoveAll(dir)
	cfg.Run.Dir = dir
	if err := a.checkSecrets(ctx, cfg, everyStage()); err != nil {
		return err
	}
	st, err := store.Open(dir, store.Options{Command: "gen try", Notify: a.warn})
	if err != nil {
		return err
	}
	defer st.Close()
	r := &runner{app: a, cfg: cfg, st: st, want: map[string]bool{}}
	for _, s := range allStages {
		r.want[s] = s != stageExport
	}
	if err := r.scratch(ctx, n); err != nil {
		return err
	}
	return a.showScratch(ctx, cfg, st, r, n, asJSON)
}

// askLive makes every model one that is asked one by one: who tries things out does not wait a day for a batch.
func (a *app) askLive(cfg *config.Config) {
	for _, role := range slices.Sorted(maps.Keys(cfg.Models)) {
		m := cfg.Models[role]
		if m.Mode != "batch" {
			continue
		}
		m.Mode = "live"
		cfg.Models[role] = m
		a.warn("models." + role + " has mode: batch; try asks it one by one, at the price of single calls, whatever models." + role + ".price says")
	}
}

// scratch runs all stages for the first n passages.
func (r *runner) scratch(ctx context.Context, n int) error {
	im := &importer{cfg: r.cfg, st: r.st, say: func(string, ...any) {}}
	if mines(r.cfg) { // in the whole corpus: what is found in a part of it shows nothing
		r.flags.limit = n
	} else {
		var err error
		if im.only, err = firstIDs(r.cfg, n); err != nil {
			return err
		}
		if ownOnly(r.cfg) && len(im.only) == 0 {
			return noQuery()
		}
	}
	if err := im.corpus(ctx); err != nil {
		return err
	}
	if err := r.prepare(ctx); err != nil {
		return err
	}
	if ownOnly(r.cfg) && r.flags.limit > 0 {
		shown, err := firstShown(ctx, r.cfg, r.st, n)
		if err != nil {
			return err
		}
		r.p.bound = store.Bound{LastKey: shown[len(shown)-1], Set: true}
	}
	return r.work(ctx)
}

func (a *app) showScratch(ctx context.Context, cfg *config.Config, st *store.Store, r *runner, n int, asJSON bool) error {
	t, err := newTeller(ctx, cfg, st, a.out)
	if err != nil {
		return err
	}
	if asJSON {
		err = a.scratchJSON(ctx, t)
	} else {
		err = t.first(ctx, n)
	}
	if err != nil {
		return err
	}
	s, err := r.status(ctx)
	if err != nil {
		return err
	}
	if !asJSON {
		s.table(a.out)
	}
	if s.failed() > 0 {
		return &failure{code: exitPartial, err: fmt.Errorf("%d items failed", s.failed())}
	}
	return nil
}

// first tells of the first n passages.
func (t *teller) first(ctx context.Context, n int) error {
	ids, err := firstShown(ctx, t.cfg, t.st, n)
	if err != nil {
		return err
	}
	for _, id := range ids {
		found, err := t.st.Find(ctx, id)
		if err != nil {
			return err
		}
		for _, p := range found.Passages {
			if err := t.passage(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// scratchJSON prints every call, then every row.
func (a *app) scratchJSON(ctx context.Context, t *teller) error {
	out := json.NewEncoder(a.out)
	out.SetEscapeHTML(false)
	for c, err := range t.st.Calls(ctx, hardneg.Key{}) {
		if err != nil {
			return err
		}
		if err := out.Encode(callJSON(c)); err != nil {
			return err
		}
	}
	for ex, err := range t.e.rows(ctx) {
		if err != nil {
			return err
		}
		row, err := export.RowJSON(ex)
		if err != nil {
			return err
		}
		if err := out.Encode(map[string]any{"type": "row", "split": ex.Split, "row": row}); err != nil {
			return err
		}
	}
	return nil
}

// callJSON is a call as `gen try --json` prints it.
func callJSON(c hardneg.Call) map[string]any {
	request := saidIn(c)
	out := map[string]any{"type": "call", "key": c.Key.String(), "stage": c.Stage, "input": c.Input, "role": c.Role, "model": c.Model, "prompt": c.Prompt,
		"sample": c.Sample, "attempt": c.Attempt, "system": c.System, "user": request.User, "failure": c.Failure, "tokens": c.Usage, "cost_usd": c.Cost.Dollars()}
	if len(request.History) > 0 {
		out["history"] = request.History
	}
	if r, err := llm.Decode(c.Provider, c.Reply); err == nil {
		out["reply"] = r.Content
	}
	return out
}
