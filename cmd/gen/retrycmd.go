package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hardneg/internal/llm"
	"hardneg/store"
)

func (a *app) retryCommand() *cobra.Command {
	var stages []string
	var reason string
	c := &cobra.Command{
		Use: "retry [--stage NAME] [--reason R]", Short: "Make failed items pending again", Args: cobra.NoArgs,
		Long: help("retry makes failed items pending again; the next `gen run` asks for them anew, an unreadable reply as a new request.\n"+
			"Rejected items stay rejected: a text was made, and a rule refused it.",
			"  0 done (also if nothing had failed)   2 usage error or no run there   6 storage   7 run in use",
			"  gen retry --stage judge --reason timeout && gen run"),
		RunE: func(c *cobra.Command, _ []string) error { return a.retry(c.Context(), stages, reason) },
	}
	c.Flags().StringArrayVar(&stages, "stage", nil, "only this `stage` (repeatable)")
	c.Flags().StringVar(&reason, "reason", "", "only items that failed for this `reason`, as `gen status` prints it")
	return c
}

func (a *app) retry(ctx context.Context, stages []string, reason string) error {
	known := []string{stageQueries, stageVerify, stageNegatives, stageJudge}
	want := map[string]bool{}
	for _, s := range stages {
		if !slices.Contains(known, s) {
			return usage("stages whose items can fail: "+strings.Join(known, ", "), "--stage: nothing fails in %q", s)
		}
		want[s] = true
	}
	if len(stages) == 0 {
		for _, s := range known {
			want[s] = true
		}
	}
	cfg, err := a.load(ctx)
	if err != nil {
		return err
	}
	if s, err := currentStatus(ctx, cfg.Run.Dir, nil); err != nil {
		return err
	} else if s.failed() == 0 {
		fmt.Fprintln(a.out, "nothing has failed")
		return nil
	}
	st, err := store.Open(cfg.Run.Dir, store.Options{Command: "gen retry", Notify: a.warn})
	if err != nil {
		return err
	}
	defer st.Close()
	_, rs, _, err := storedPlan(ctx, st)
	if err != nil {
		return err
	}
	n, err := st.Retry(chainOf(rs), want, reason)
	if err != nil {
		return err
	}
	var sum int64
	for _, s := range known {
		if n[s] > 0 {
			fmt.Fprintf(a.out, "%s: %d items are pending again\n", s, n[s])
		}
		sum += n[s]
	}
	if sum == 0 {
		fmt.Fprintln(a.out, "no failed item has this stage and reason; `gen status` lists them")
	}
	return nil
}

// uncharge makes items pending again that were refused before a model turned out to refuse everything: they were not at fault.
func (r *runner) uncharge(err error) error {
	if !llm.RefusesAll(err) {
		return nil
	}
	n, err := r.st.Retry(chainOf(r.rs), everyStage(), llm.Forbidden)
	for stage, items := range n {
		if items > 0 {
			r.warn(fmt.Sprintf("%s: %d refused items are pending again", stage, items))
		}
	}
	return err
}
