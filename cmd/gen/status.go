package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hardneg"
	"hardneg/store"
)

// status is what `gen status --json` prints.
type status struct {
	Type        string        `json:"type"`
	State       string        `json:"state"` // idle, running, complete
	Stages      []stageStatus `json:"stages"`
	Calls       callStatus    `json:"calls"`
	Tokens      tokenStatus   `json:"tokens"`
	Cost        float64       `json:"cost_usd"`
	Unconfirmed float64       `json:"unconfirmed_usd"`
	Rate        float64       `json:"calls_per_s"` // of late
	ETA         float64       `json:"eta_s"`       // seconds left at that rate; 0 if not known
	Dir         string        `json:"dir"`
	Owner       *store.Owner  `json:"owner,omitempty"`
	spend       []store.Spend
}

type stageStatus struct {
	Stage    string        `json:"stage"`
	Planned  int64         `json:"planned"`
	Done     int64         `json:"done"`
	Rejected int64         `json:"rejected"`
	Failed   int64         `json:"failed"`
	Pending  int64         `json:"pending"`
	Reasons  []reasonCount `json:"reasons,omitempty"`
}

type reasonCount struct {
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
	N       int64  `json:"n"`
}

type callStatus struct {
	OK       int64 `json:"ok"`
	Failed   int64 `json:"failed"`
	Repaired int64 `json:"repaired"`
}

type tokenStatus struct {
	Prompt     int64 `json:"prompt"`
	Cached     int64 `json:"cached"`
	Completion int64 `json:"completion"`
}

// failed is the number of items that failed for good.
func (s status) failed() int64 {
	var n int64
	for _, st := range s.Stages {
		n += st.Failed
	}
	return n
}

func (s status) pending() int64 {
	var n int64
	for _, st := range s.Stages {
		n += st.Pending
	}
	return n
}

func (s status) stage(name string) stageStatus {
	i := slices.IndexFunc(s.Stages, func(x stageStatus) bool { return x.Stage == name })
	if i < 0 {
		return stageStatus{Stage: name}
	}
	return s.Stages[i]
}

// readStatus reads the counts; it never scans items.
func readStatus(ctx context.Context, st *store.Store, p plan, rs []store.Recipe) (status, error) {
	out := status{Type: "status", State: "idle", Dir: st.Dir}
	tallies, err := st.Tallies(ctx)
	if err != nil {
		return out, err
	}
	totals, err := st.Totals(ctx)
	if err != nil {
		return out, err
	}
	out.Stages = stageStatuses(p, rs, tallies, totals)
	if out.spend, err = st.Spending(ctx); err != nil {
		return out, err
	}
	for _, s := range out.spend {
		out.Calls.OK += s.OK
		out.Calls.Failed += s.Failed
		out.Calls.Repaired += s.Repaired
		out.Tokens.Prompt += s.Usage.Prompt
		out.Tokens.Cached += s.Usage.Cached
		out.Tokens.Completion += s.Usage.Completion
		out.Cost += s.Cost.Dollars()
		out.Unconfirmed += s.Unconfirmed.Dollars()
	}
	if totals["passages"] > 0 && out.pending() == 0 {
		out.State = "complete"
	}
	return out, out.pace(ctx, st)
}

// stageStatuses derives what each stage has planned from what the stage before has done.
func stageStatuses(p plan, rs []store.Recipe, tallies []store.Tally, totals map[string]int64) []stageStatus {
	var out []stageStatus
	upstream, imported := int64(0), totals["imported_candidates"]
	for _, r := range rs {
		s := stageStatus{Stage: r.Stage}
		for _, t := range tallies {
			if t.Recipe == r.ID {
				s.add(t)
			}
		}
		switch r.Stage {
		case stageQueries:
			s.Planned = (totals["passages"]-totals["own_passages"])*int64(p.PerPassage) + totals["own_queries"]
			s.Done += totals["own_queries"]
		case stageNegatives:
			s.Planned = upstream * int64(p.Slots)
		case stageJudge:
			if p.Verify {
				imported = verifiedCandidates(rs, tallies)
			}
			s.Planned = upstream + imported
		default:
			s.Planned = upstream
		}
		s.Pending = s.Planned - s.Done - s.Rejected - s.Failed
		upstream = s.Done
		out = append(out, s)
	}
	return out
}

// verifiedCandidates is the number of imported candidates whose query was verified.
func verifiedCandidates(rs []store.Recipe, tallies []store.Tally) int64 {
	for _, r := range rs {
		for _, t := range tallies {
			if r.Stage == stageVerify && t.Recipe == r.ID && store.IsImportedCandidates(t) {
				return t.N
			}
		}
	}
	return 0
}

func (s *stageStatus) add(t store.Tally) {
	switch t.Outcome {
	case hardneg.Done:
		s.Done += t.N
	case hardneg.Rejected:
		s.Rejected += t.N
	case hardneg.Failed:
		s.Failed += t.N
	default:
		return
	}
	if t.Reason != "" {
		s.Reasons = append(s.Reasons, reasonCount{t.Outcome.String(), t.Reason, t.N})
	}
}

func (a *app) statusCommand() *cobra.Command {
	var asJSON, watch bool
	c := &cobra.Command{
		Use: "status [--json] [--watch]", Short: "Counts per stage, calls, tokens, cost", Args: cobra.NoArgs,
		Long: help("status prints how far a run is: items per stage, calls, tokens and cost. It works while the run is active.\n"+
			"planned = done + rejected + failed + pending, in each stage, at all times.",
			"  0 printed   2 no run there   6 the file can't be read",
			"  gen status --json | jq '.stages[] | select(.failed > 0)'"),
		RunE: func(c *cobra.Command, _ []string) error { return a.status(c.Context(), asJSON, watch) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "one line of JSON")
	c.Flags().BoolVar(&watch, "watch", false, "print again every 2 s until the run stops")
	return c
}

func (a *app) status(ctx context.Context, asJSON, watch bool) error {
	cfg, err := a.load(ctx)
	if err != nil {
		return err
	}
	for {
		s, err := currentStatus(ctx, cfg.Run.Dir)
		if err != nil {
			return err
		}
		if asJSON {
			err = json.NewEncoder(a.out).Encode(s)
		} else {
			s.print(a.out)
		}
		if err != nil || !watch || s.State != "running" {
			return err
		}
		select {
		case <-time.After(2 * time.Second):
		case <-ctx.Done():
			return nil
		}
	}
}

func currentStatus(ctx context.Context, dir string) (status, error) {
	st, err := store.Open(dir, store.Options{ReadOnly: true})
	if err != nil {
		return status{}, err
	}
	defer st.Close()
	p, rs, started, err := storedPlan(ctx, st)
	if err != nil {
		return status{}, err
	}
	s, err := readStatus(ctx, st, p, rs)
	if err != nil {
		return s, err
	}
	if !started {
		s.State = "idle"
	}
	if owner, running := store.Running(dir); running {
		s.State, s.Owner = "running", &owner
	}
	return s, nil
}

// print writes the status for people.
func (s status) print(w io.Writer) {
	fmt.Fprintf(w, "%s: %s", filepath.Join(s.Dir, store.FileName), s.State)
	if s.Owner != nil {
		fmt.Fprintf(w, " (process %d on %s since %s)", s.Owner.PID, s.Owner.Host, s.Owner.Since.Format(time.TimeOnly))
	}
	fmt.Fprintln(w)
	s.table(w)
}

// table writes the counts per stage, reasons below.
func (s status) table(w io.Writer) {
	fmt.Fprintf(w, "\n%-10s %9s %9s %9s %9s %9s\n", "stage", "planned", "done", "rejected", "failed", "pending")
	for _, st := range s.Stages {
		fmt.Fprintf(w, "%-10s %9d %9d %9d %9d %9d\n", st.Stage, st.Planned, st.Done, st.Rejected, st.Failed, st.Pending)
	}
	for _, st := range s.Stages {
		var parts []string
		for _, r := range st.Reasons {
			parts = append(parts, fmt.Sprintf("%s %d", r.label(), r.N))
		}
		if len(parts) > 0 {
			fmt.Fprintf(w, "  %-9s %s\n", st.Stage, strings.Join(parts, ", "))
		}
	}
	fmt.Fprintf(w, "\ncalls %d ok, %d failed, %d repaired; tokens %d in (%d cached), %d out; cost $%.4f", s.Calls.OK, s.Calls.Failed,
		s.Calls.Repaired, s.Tokens.Prompt, s.Tokens.Cached, s.Tokens.Completion, s.Cost)
	if s.Unconfirmed > 0 {
		fmt.Fprintf(w, " (and up to $%.4f for calls whose answer never came)", s.Unconfirmed)
	}
	if s.Rate > 0 && s.State == "running" {
		fmt.Fprintf(w, "; %.1f calls/s", s.Rate)
		if s.ETA > 0 {
			fmt.Fprintf(w, ", about %s left", secondsText(s.ETA))
		}
	}
	fmt.Fprintln(w)
}

// label names a reason with its outcome where that is not clear from it.
func (r reasonCount) label() string {
	if r.Outcome == "done" {
		return r.Reason
	}
	return r.Outcome + " " + r.Reason
}
