package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"hardneg/store"
)

// batchLine is what `gen batch status --json` prints of a batch.
type batchLine struct {
	Type      string    `json:"type"` // batch
	Batch     string    `json:"batch"`
	Remote    string    `json:"id"` // the provider's; empty until it is submitted
	Role      string    `json:"role"`
	Model     string    `json:"model"`
	Endpoint  string    `json:"endpoint"`
	State     string    `json:"state"`  // built, uploaded, submitted, collected
	Status    string    `json:"status"` // the provider's word
	Requests  int64     `json:"requests"`
	Completed int64     `json:"completed"` // as the provider counted when it was asked last
	Failed    int64     `json:"failed"`
	Repeated  int64     `json:"repeated_lines"`
	Unknown   int64     `json:"unknown_lines"`
	Missing   int64     `json:"missing_lines"`
	Bytes     int64     `json:"bytes"`
	At        time.Time `json:"at"`
}

func lineOf(o store.Batch) batchLine {
	return batchLine{"batch", o.Name, o.Remote, o.Role, o.Model, o.Endpoint, o.State.String(), o.Status, o.Requests, o.Completed, o.Failed, o.Repeated, o.Unknown,
		o.Missing, o.Bytes, o.At}
}

func (a *app) batchStatusCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status [--json]", Short: "The batches and how far they are", Args: cobra.NoArgs,
		Long: help("status lists the batches of the run with their states and counts, as they were when the provider was asked last, and the\n"+
			"requests that are planned and in no batch. It asks nobody, and works while the run is active.",
			"  0 printed   2 config error or no run there   6 the file can't be read",
			"  gen batch status --json | jq 'select(.state == \"submitted\")'"),
		RunE: func(c *cobra.Command, _ []string) error { return a.batchStatus(c.Context(), asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a batch, and one a model with planned requests")
	return c
}

func (a *app) batchStatus(ctx context.Context, asJSON bool) error {
	cfg, err := a.load(ctx)
	if err != nil {
		return err
	}
	st, err := store.Open(cfg.Run.Dir, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer st.Close()
	all, err := st.Batches(ctx, false)
	if err != nil {
		return err
	}
	planned, err := st.OutOfBatches(ctx)
	if err != nil {
		return err
	}
	if !asJSON {
		a.printBatches(all, planned)
		return nil
	}
	out := json.NewEncoder(a.out)
	for _, o := range all {
		if err := out.Encode(lineOf(o)); err != nil {
			return err
		}
	}
	for _, p := range planned {
		if err := out.Encode(map[string]any{"type": "planned", "role": p.Role, "requests": p.Requests}); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printBatches(all []store.Batch, planned []store.OpenRequests) {
	if len(all)+len(planned) == 0 {
		fmt.Fprintln(a.out, "there are no batches, and nothing is planned")
		return
	}
	fmt.Fprintf(a.out, "%-30s %-12s %-10s %-12s %9s %9s %7s %8s\n", "batch", "model", "state", "status", "requests", "completed", "failed", "no line")
	for _, o := range all {
		fmt.Fprintf(a.out, "%-30s %-12s %-10s %-12s %9d %9d %7d %8d\n", cut(short(o), 30), cut(o.Role, 12), o.State, o.Status, o.Requests, o.Completed, o.Failed, o.Missing)
	}
	for _, p := range planned {
		fmt.Fprintf(a.out, "%-30s %-12s %-10s %-12s %9d\n", "-", cut(p.Role, 12), "planned", "", p.Requests)
	}
}

// atProvider is the number of requests in batches that are submitted and not collected.
func atProvider(ctx context.Context, st *store.Store) (int64, error) {
	open, err := st.Batches(ctx, true)
	n := int64(0)
	for _, o := range open {
		if o.State == store.BatchSubmitted {
			n += o.Requests
		}
	}
	return n, err
}
