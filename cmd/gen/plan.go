package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"hardneg/internal/config"
	"hardneg/store"
)

func (a *app) planCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "plan [--json]", Short: "What the run will take: calls, tokens, cost, time", Args: cobra.NoArgs,
		Long: help("plan estimates calls, tokens, cost and time per stage from the corpus and the prompts, and from what the run has measured\n"+
			"so far. No call is made and nothing is written.",
			"  0 printed   2 config error   3 bad input", "  gen plan --set models.writer.price.input=0.1 --set models.writer.price.output=0.5"),
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := a.load(c.Context())
			if err != nil {
				return err
			}
			return a.plan(c.Context(), cfg, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a stage, then their sum")
	return c
}

func (a *app) dryRun(ctx context.Context, cfg *config.Config, f runFlags, sh shard) error {
	fmt.Fprintln(a.err, "gen: dry run: nothing is imported, called or written; the figures are for all passages")
	if f.limit > 0 || sh.of > 0 || len(f.stages) > 0 {
		fmt.Fprintln(a.err, "gen: dry run: --limit, --shard and --stage are not taken into account")
	}
	return a.plan(ctx, cfg, f.json)
}

// estimate is what a stage is expected to take.
type estimate struct {
	Type       string  `json:"type"`
	Stage      string  `json:"stage"`
	Role       string  `json:"role,omitempty"`
	Model      string  `json:"model"`
	Items      int64   `json:"items"`
	Calls      int64   `json:"calls"`
	Prompt     int64   `json:"prompt_tokens"`
	Completion int64   `json:"completion_tokens"`
	Cost       float64 `json:"cost_usd"`
	Seconds    float64 `json:"seconds"` // 0: not known, no call of this model was measured yet
	Measured   int64   `json:"measured_calls"`
}

// name is the model's name in the config, and the model if that is another.
func (e estimate) name() string {
	if e.Role == "" || e.Role == e.Model {
		return e.Model
	}
	return e.Role + " (" + e.Model + ")"
}

// plan prints the estimates.
func (a *app) plan(ctx context.Context, cfg *config.Config, asJSON bool) error {
	look, err := survey(ctx, cfg)
	if err != nil {
		return err
	}
	p, err := newParts(cfg, look.card)
	if err != nil {
		return err
	}
	measured, err := measuredCalls(ctx, cfg.Run.Dir)
	if err != nil {
		return err
	}
	es := look.estimates(p, measured)
	sum := estimate{Type: "total", Stage: "sum"}
	for _, e := range es {
		sum.Calls += e.Calls
		sum.Prompt += e.Prompt
		sum.Completion += e.Completion
		sum.Cost += e.Cost
		sum.Seconds = max(sum.Seconds, e.Seconds) // stages overlap
	}
	if asJSON {
		out := json.NewEncoder(a.out)
		for _, e := range append(es, sum) {
			if err := out.Encode(e); err != nil {
				return err
			}
		}
		return nil
	}
	a.printPlan(look, append(es, sum))
	return nil
}

func (a *app) printPlan(look surveyed, es []estimate) {
	fmt.Fprintf(a.out, "%d passages of %.0f characters on average", look.passages, look.chars)
	if look.ownQueries > 0 {
		fmt.Fprintf(a.out, "; %d own queries for %d of them", look.ownQueries, look.ownPassages)
	}
	fmt.Fprintf(a.out, "\n\n%-10s %-28s %10s %13s %13s %11s %10s\n", "stage", "model", "calls", "tokens in", "tokens out", "cost", "time")
	for _, e := range es {
		fmt.Fprintf(a.out, "%-10s %-28s %10d %13d %13d %11s %10s\n", e.Stage, cut(e.name(), 28), e.Calls, e.Prompt, e.Completion, fmt.Sprintf("$%.2f", e.Cost), secondsText(e.Seconds))
	}
	fmt.Fprintln(a.out, "\nEstimates: tokens are characters / 4 where nothing was measured, and at forward_at 1 nine texts of ten go to the next judge.")
	fmt.Fprintln(a.out, "A time needs measured calls: `gen try` shows one, and `gen run --limit 50` measures.")
}

func secondsText(s float64) string {
	switch {
	case s <= 0:
		return "?"
	case s < 90:
		return fmt.Sprintf("%.0f s", s)
	case s < 5400:
		return fmt.Sprintf("%.0f min", s/60)
	}
	return fmt.Sprintf("%.1f h", s/3600)
}

// measuredCalls is what the run's calls have taken so far, by stage and role; empty if there is no run.
func measuredCalls(ctx context.Context, dir string) (map[string]store.Spend, error) {
	out := map[string]store.Spend{}
	st, err := store.Open(dir, store.Options{ReadOnly: true})
	if errors.Is(err, store.ErrNoRun) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	defer st.Close()
	spend, err := st.Spending(ctx)
	for _, s := range spend {
		out[s.Stage+" "+s.Role] = s
	}
	return out, err
}
