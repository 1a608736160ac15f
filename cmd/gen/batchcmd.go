package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hardneg/internal/config"
	"hardneg/store"
)

func (a *app) batchCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "batch submit|status|collect|write|read", Short: "Ask through files: a provider's Batch API, or an offline engine", Args: cobra.NoArgs,
		Long: help("batch asks models through files of requests. A model with mode: batch is asked through its provider's Batch API, at the\n"+
			"batch price (set models.*.price to it). `gen run` does all of it and waits; submit, status and collect are its steps, for\n"+
			"those who do not want to keep a process waiting for a day. write and read exchange the same files with an engine that\n"+
			"reads them, such as `vllm run-batch`, whatever the mode. Answers stand under the same keys as those of single calls, so\n"+
			"that a run may go on in another mode at any time.",
			"  0 printed",
			"  gen batch submit && gen batch collect --wait && gen batch submit"),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.batchSubmitCommand(), a.batchStatusCommand(), a.batchCollectCommand(), a.batchWriteCommand(), a.batchReadCommand())
	return c
}

// planning opens the run, imports and settles what `gen run` would, and lets the stages plan what they can ask for now. No model is
// asked. The caller closes the run.
func (a *app) planning(ctx context.Context, cfg *config.Config, command string, stages []string, goals batchGoals) (*runner, error) {
	f := runFlags{stages: stages}
	want, err := f.wanted()
	if err != nil {
		return nil, err
	}
	if err := a.checkSecrets(ctx, cfg, want); err != nil {
		return nil, err
	}
	st, err := store.Open(cfg.Run.Dir, store.Options{Command: command, Notify: a.warn})
	if err != nil {
		return nil, err
	}
	r := &runner{app: a, cfg: cfg, st: st, flags: f, want: want}
	if err := r.planOnly(ctx, goals); err != nil {
		st.Close()
		return nil, err
	}
	return r, nil
}

func (r *runner) planOnly(ctx context.Context, goals batchGoals) error {
	b, err := r.st.Meta(ctx, "shard")
	if err != nil {
		return err
	}
	if r.shard, err = parseShard(string(b)); err != nil {
		return err
	}
	if err := r.prepare(ctx); err != nil {
		return err
	}
	budget, err := r.budget(ctx)
	if err != nil {
		return err
	}
	r.p.batch = newBatching(r.st, r.cfg, r.warn, goals)
	r.p.batch.budget = budget
	if _, err := r.p.connect(ctx, r.env, r.st, budget, r.warn); err != nil {
		return err
	}
	if r.p.batch.idle() {
		return usage("set provider: openai for them, and mode: batch for those that are asked through the Batch API",
			"no model of this config can be asked through files")
	}
	if err := r.p.batch.begin(ctx); err != nil {
		return err
	}
	return r.pass(ctx)
}

// collecting prepares to take answers for batches, without a look at what is pending.
func (a *app) collecting(ctx context.Context, cfg *config.Config, st *store.Store) (*batching, error) {
	b := newBatching(st, cfg, a.warn, batchGoals{})
	open, err := st.Batches(ctx, true)
	if err != nil {
		return nil, err
	}
	var roles []string
	for _, o := range open {
		roles = append(roles, o.Role)
	}
	if missing := missingOf(cfg, roles); len(missing) > 0 {
		return nil, missing
	}
	for _, o := range open {
		if err := b.connect(a.env, o.Role); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// continueWith says how to go on when batches were submitted or collected.
func (a *app) continueWith(commands ...string) {
	for i, c := range commands {
		commands[i] = a.with(c)
	}
	fmt.Fprintln(a.out, "go on with: "+strings.Join(commands, ", or "))
}

// batchStages are the stages whose models can be asked through files.
func batchStages() []string {
	return slices.DeleteFunc(slices.Clone(allStages), func(s string) bool { return s == stageRelabel || s == stageExport })
}
