package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/spf13/cobra"

	"hardneg/internal/llm"
	"hardneg/store"
)

func (a *app) batchCollectCommand() *cobra.Command {
	var wait bool
	var lost string
	c := &cobra.Command{
		Use: "collect [--wait] [--lost BATCH]", Short: "Take the answers of batches that have ended", Args: cobra.NoArgs,
		Long: help("collect asks how far the submitted batches are and stores the answers of those that have ended: completed, expired or\n"+
			"cancelled. Requests that got no answer are submitted again with the next ones. Nothing new is submitted. --wait waits\n"+
			"until all have ended. --lost gives up a batch that the provider does not know any more: its requests are planned again.",
			"  0 done (also if none has ended)   2 config error or no run there   5 provider unusable   6 storage   7 run in use\n"+
				"  130, 143 stopped by a signal",
			"  gen batch collect --wait && gen batch submit"),
		RunE: func(c *cobra.Command, _ []string) error { return a.batchCollect(c.Context(), wait, lost) },
	}
	c.Flags().BoolVar(&wait, "wait", false, "wait until all submitted batches have ended")
	c.Flags().StringVar(&lost, "lost", "", "give up this `batch`, by the id that `gen batch status` shows")
	return c
}

func (a *app) batchCollect(ctx context.Context, wait bool, lost string) error {
	cfg, err := a.load(ctx)
	if err != nil {
		return err
	}
	if _, err := currentStatus(ctx, cfg.Run.Dir, nil); err != nil {
		return err
	}
	st, err := store.Open(cfg.Run.Dir, store.Options{Command: "gen batch collect", Notify: a.warn})
	if err != nil {
		return err
	}
	defer st.Close()
	if lost != "" {
		return a.giveUp(ctx, st, lost)
	}
	b, err := a.collecting(ctx, cfg, st)
	if err != nil {
		return err
	}
	if err := b.adoptAll(ctx); err != nil {
		return err
	}
	sum := 0
	for {
		left, collected, err := b.look(ctx, false)
		if err != nil {
			return err
		}
		sum += collected
		if left == 0 || !wait {
			fmt.Fprintf(a.out, "%d batches were collected, %d are still at the provider\n", sum, left)
			break
		}
		if err := llm.Sleep(ctx, cfg.Run.Batch.Poll); err != nil {
			return err
		}
	}
	if sum > 0 {
		a.continueWith("gen batch submit", "gen run")
	}
	return nil
}

// adoptAll looks for batches whose creation was cut off.
func (b *batching) adoptAll(ctx context.Context) error {
	open, err := b.open(ctx)
	if err != nil {
		return err
	}
	for _, o := range open {
		if o.State != store.BatchUploaded {
			continue
		}
		if _, err := b.adopt(ctx, &o); err != nil {
			return err
		}
	}
	return nil
}

// giveUp ends a batch whose results nobody has.
func (a *app) giveUp(ctx context.Context, st *store.Store, id string) error {
	open, err := st.Batches(ctx, true)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(open, func(o store.Batch) bool { return short(o) == id })
	if i < 0 || open[i].State != store.BatchSubmitted {
		return usage("`gen batch status` lists them", "--lost: no batch %s is at the provider", id)
	}
	n, err := st.Finish(open[i], "batch_lost", 0)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%d requests of batch %s are planned again\n", n, id)
	a.continueWith("gen batch submit", "gen run")
	return nil
}

// unknown says what to do about a batch, or its results, that the provider does not know.
func unknown(o store.Batch, err error) error {
	if e, ok := llm.AsError(err); !ok || e.Status != http.StatusNotFound {
		return err
	}
	return &failure{code: exitProvider, err: fmt.Errorf("the provider does not know batch %s or its results: %w", short(o), err),
		hint: "is models." + o.Role + ".api_key that of the account which the batch was made with? If the batch is gone: `gen batch collect --lost " + short(o) + "`"}
}
