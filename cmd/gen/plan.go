package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"hardneg/internal/config"
)

func (a *app) planCommand() *cobra.Command {
	var asJSON bool
	var ignoring []string
	c := &cobra.Command{
		Use: "plan [--reuse-ignoring FIELDS] [--json]", Short: "What the run will take: calls, tokens, cost, time", Args: cobra.NoArgs,
		Long: help("plan says what is still to be done, and the calls, tokens, cost and time that it takes per stage: from what is pending and what\n"+
			"the run has measured so far, and from the corpus and the prompts where it has measured too little. No call is made and nothing\n"+
			"is written.",
			"  0 printed   2 config error   3 bad input", "  gen plan --set models.writer.price.input=0.1 --set models.writer.price.output=0.5"),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkReusable(ignoring, false); err != nil {
				return err
			}
			cfg, err := a.load(c.Context())
			if err != nil {
				return err
			}
			return a.plan(c.Context(), cfg, ignoring, asJSON)
		},
	}
	c.Flags().StringSliceVar(&ignoring, "reuse-ignoring", nil, "as gen run --reuse-ignoring would do it: `fields` whose change leaves finished answers as they are")
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a stage and model, then their sum")
	return c
}

// plan prints the estimates for all that is left to do.
func (a *app) plan(ctx context.Context, cfg *config.Config, ignoring []string, asJSON bool) error {
	st, err := openExisting(cfg.Run.Dir)
	if err != nil {
		return err
	}
	sc := scope{want: everyStage(), ignoring: ignoring}
	if st != nil {
		defer st.Close()
		b, err := st.Meta(ctx, "shard")
		if err != nil {
			return err
		}
		if sc.shard, err = parseShard(string(b)); err != nil {
			return err
		}
	}
	o, err := lookAhead(ctx, cfg, st, sc)
	if err != nil {
		return err
	}
	p := planPrinter{app: a, json: asJSON}
	p.declared(o)
	if len(o.redos) > 0 {
		p.note("`gen run` will refuse this config, or redo with --accept-changes what it changes:")
		if err := p.redos(ctx, o); err != nil {
			return err
		}
	}
	if err := p.soFar(ctx, o); err != nil {
		return err
	}
	return p.stages(o)
}

func everyStage() map[string]bool {
	want := map[string]bool{}
	for _, s := range allStages {
		want[s] = true
	}
	return want
}

// planPrinter prints what would be done, for people or as JSON lines.
type planPrinter struct {
	*app
	json bool
}

func (p planPrinter) object(v any) error { return json.NewEncoder(p.out).Encode(v) }

// note prints a line for people.
func (p planPrinter) note(format string, args ...any) {
	if !p.json {
		fmt.Fprintf(p.out, format+"\n", args...)
	}
}

// declared prints the changes over which finished answers are kept.
func (p planPrinter) declared(o *outlook) {
	for _, d := range o.p.declared {
		p.note("%s", d)
	}
}

// redos prints what the changed config makes be done again.
func (p planPrinter) redos(ctx context.Context, o *outlook) error {
	for _, d := range o.redos {
		if !p.json {
			continue
		}
		if err := p.object(map[string]any{"type": "redo", "stage": d.Stage, "items": d.Items, "calls": d.Calls, "cost_usd": d.Cost.Dollars()}); err != nil {
			return err
		}
	}
	for _, line := range redoLines(ctx, o.st, o.p, o.redos, o.old, o.now) {
		p.note("%s", line)
	}
	p.note("")
	return nil
}

// soFar prints what a run that has made calls was estimated to take, beside what it took.
func (p planPrinter) soFar(ctx context.Context, o *outlook) error {
	if o.st == nil || !o.started {
		return nil
	}
	was, rs, _, err := storedPlan(ctx, o.st)
	if err != nil {
		return err
	}
	s, err := readStatus(ctx, o.st, was, rs)
	if err != nil || s.Calls.OK+s.Calls.Failed == 0 {
		return err
	}
	e, ok := storedEstimate(ctx, o.st)
	if !ok {
		return nil
	}
	if p.json {
		return p.object(e.against(s))
	}
	p.note("%s\n", estimateNote(ctx, o.st, s))
	return nil
}

// stages prints the estimates and their sum.
func (p planPrinter) stages(o *outlook) error {
	es := o.estimates()
	es = append(es, o.p.total(es))
	barred := o.barredLines()
	if p.json {
		for _, b := range barred {
			if err := p.object(b); err != nil {
				return err
			}
		}
		for _, e := range es {
			if err := p.object(e); err != nil {
				return err
			}
		}
		return nil
	}
	if n := tasksOf(o.cfg); n > 0 {
		p.note("%d tasks, of which the run has %d\n", n, o.had)
	} else if o.fresh.passages > 0 {
		own := ""
		if o.fresh.ownQueries > 0 {
			own = fmt.Sprintf("; %d own queries for %d of them", o.fresh.ownQueries, o.fresh.ownPassages)
		}
		p.note("%d passages to import, of %.0f characters on average%s\n", o.fresh.passages, o.fresh.chars, own)
	}
	for _, b := range barred {
		p.note("%d queries are not asked for, because of their passages: %s", b.Items, b.Reason)
	}
	p.table(es)
	if n := es[len(es)-1].Stored; n > 0 {
		p.note("\nstored: requests that were answered before, under this config or another; their replies are in the store and cost nothing.")
		if o.replays.sampled {
			p.note("Stages with more than %d pending items were looked at in so many of them, taken from all over.", o.replays.looks)
		}
	}
	if slices.ContainsFunc(es, func(e estimate) bool { return o.cfg.Models[e.Role].Mode == "batch" && e.Calls > 0 }) {
		p.note("\nmode: batch: one wave of batches after the other, each of which takes as long as the provider takes, a day at most; up to one wave for\n" +
			"the queries, one for the negatives, and in each of verify and judge one for every judge.")
	}
	return nil
}

func (p planPrinter) table(es []estimate) {
	p.note("%-10s %-28s %10s %10s %10s %13s %13s %11s %10s  %s", "stage", "model", "items", "calls", "stored", "tokens in", "tokens out", "cost", "time", "basis")
	assumed := false
	for _, e := range es {
		items := fmt.Sprint(e.Items)
		if e.Type == "total" {
			items = ""
		}
		p.note("%-10s %-28s %10s %10d %10d %13d %13d %11s %10s  %s", e.Stage, cut(e.name(), 28), items, e.Calls, e.Stored, e.Prompt, e.Completion,
			fmt.Sprintf("$%.2f", e.Cost), timeText(e.Seconds), e.Basis)
		assumed = assumed || e.Basis == basisEstimated
	}
	if assumed {
		p.note("\nmeasured: from what this run has shown. estimated: fewer than %d items show it; then tokens are characters / 4, every text passes,\n"+
			"and of what a judge grades at forward_at 1 nine texts of ten go to the next one (of what rlhn compares, one of seven). A time needs calls that were made: `gen run --limit 50` measures.", enough)
	}
}

func timeText(s *float64) string {
	switch {
	case s == nil:
		return "unknown"
	case *s == 0:
		return "0 s"
	}
	return secondsText(*s)
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
