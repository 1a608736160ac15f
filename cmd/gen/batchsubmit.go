package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"hardneg/store"
)

func (a *app) batchSubmitCommand() *cobra.Command {
	return &cobra.Command{
		Use: "submit", Short: "Submit what can be asked now, without waiting", Args: cobra.NoArgs,
		Long: help("submit plans the requests that the pending items need now, of the models with mode: batch, and hands them to the\n"+
			"provider as batches. It does not wait, and sends nothing that was handed over before. When batches have ended, `gen batch\n"+
			"collect` takes their answers; what follows from them is then submitted by the next `gen batch submit`.",
			"  0 done (also if there was nothing to ask)   2 config error or changed config   3 bad input   5 provider unusable\n"+
				"  6 storage   7 run in use   8 budget reached: nothing was uploaded that might break it",
			"  gen batch submit && gen batch status"),
		RunE: func(c *cobra.Command, _ []string) error { return a.batchSubmit(c.Context()) },
	}
}

func (a *app) batchSubmit(ctx context.Context) error {
	cfg, err := a.load(ctx)
	if err != nil {
		return err
	}
	r, err := a.planning(ctx, cfg, "gen batch submit", nil, batchGoals{})
	if err != nil {
		return err
	}
	defer r.st.Close()
	b := r.p.batch
	if err := b.build(ctx); err != nil {
		return err
	}
	open, err := b.open(ctx)
	if err != nil {
		return err
	}
	submitted, waiting := 0, 0
	for i := range open {
		o := &open[i]
		if o.State == store.BatchSubmitted {
			continue
		}
		if err := b.push(ctx, o, open); err != nil {
			return err
		}
		if o.State == store.BatchSubmitted {
			submitted++
		} else {
			waiting++
		}
	}
	fmt.Fprintf(a.out, "%d batches were submitted", submitted)
	if waiting > 0 {
		fmt.Fprintf(a.out, ", %d wait until there is room for them", waiting)
	}
	fmt.Fprintln(a.out)
	if len(open) == 0 {
		a.continueWith("gen run")
		return nil
	}
	a.continueWith("gen batch collect")
	return nil
}
