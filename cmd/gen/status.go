package main

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
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
	Rate        float64       `json:"calls_per_s"`          // of late
	ETA         float64       `json:"eta_s"`                // seconds left at that rate; 0 if not known
	Similarity  *stageStatus  `json:"similarity,omitempty"` // queries compared with their texts by an encoder; nil: they are not to be
	Looks       []lookStatus  `json:"second_looks,omitempty"`
	AtProvider  int64         `json:"at_provider"` // requests in batches that are submitted and not collected
	Dir         string        `json:"dir"`
	Owner       *store.Owner  `json:"owner,omitempty"`
	Declared    declarations  `json:"declared,omitempty"`
	Unreadable  []unreadable  `json:"unreadable,omitempty"` // by role and stage: replies that came and could not be read
	Spend       []spendStatus `json:"spend"`                // where calls, tokens, money and time went
	estimate    string        // what was expected at the start, against what came
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

	Unreadable int64 `json:"unreadable"` // of those that are ok: they came, and could not be read
}

type tokenStatus struct {
	Prompt     int64 `json:"prompt"`
	Cached     int64 `json:"cached"`
	Written    int64 `json:"written"` // into the providers' caches
	Completion int64 `json:"completion"`
}

// failed is the number of items that failed for good.
func (s status) failed() int64 {
	var n int64
	for _, st := range s.counted() {
		n += st.Failed
	}
	return n
}

func (s status) pending() int64 {
	var n int64
	for _, st := range s.counted() {
		n += st.Pending
	}
	return n
}

// complete reports whether every item has an outcome and none failed.
func (s status) complete() bool { return s.pending() == 0 && s.failed() == 0 }

func (s status) stage(name string) stageStatus {
	all := s.counted()
	i := slices.IndexFunc(all, func(x stageStatus) bool { return x.Stage == name })
	if i < 0 {
		return stageStatus{Stage: name}
	}
	return all[i]
}

func (r *runner) status(ctx context.Context) (status, error) {
	return readStatus(ctx, r.st, r.plan, r.rs)
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
	out.Similarity = similarityStatus(rs, tallies, out.Stages)
	spend, err := st.Spending(ctx)
	if err != nil {
		return out, err
	}
	for _, s := range spend {
		out.Calls.OK += s.OK
		out.Calls.Failed += s.Failed
		out.Calls.Repaired += s.Repaired
		out.Calls.Unreadable += s.Unreadable
		out.Tokens.Prompt += s.Usage.Prompt
		out.Tokens.Cached += s.Usage.Cached
		out.Tokens.Written += s.Usage.Written
		out.Tokens.Completion += s.Usage.Completion
		out.Cost += s.Cost.Dollars()
		out.Unconfirmed += s.Unconfirmed.Dollars()
	}
	if out.Declared, err = storedDeclarations(ctx, st); err != nil {
		return out, err
	}
	out.Spend = spendStatuses(spend)
	out.Unreadable = unreadableIn(out.Spend)
	if totals["passages"] > 0 && out.pending() == 0 {
		out.State = "complete"
	}
	if out.Looks, err = lookStatuses(ctx, st, rs); err != nil {
		return out, err
	}
	if out.AtProvider, err = atProvider(ctx, st); err != nil || out.AtProvider > 0 {
		return out, err // how fast answers came says nothing of when batches will end
	}
	return out, out.pace(ctx, st)
}

// stageStatuses derives what each stage has planned from what the stage before has done.
func stageStatuses(p plan, rs []store.Recipe, tallies []store.Tally, totals map[string]int64) []stageStatus {
	out := []stageStatus{} // not null in JSON
	upstream, imported := int64(0), totals["imported_candidates"]
	for _, r := range rs {
		if r.Stage == stageSimilarity {
			continue
		}
		s := stageStatus{Stage: r.Stage}
		for _, t := range tallies {
			if t.Recipe == r.ID {
				s.add(t)
			}
		}
		switch r.Stage {
		case stageQueries:
			s.Planned = (totals["passages"]-totals["own_passages"])*int64(p.PerPassage) + totals["own_queries"]
			s.Done += totals["own_queries"] - totals["own_duplicates"]
			s.add(store.Tally{Outcome: hardneg.Rejected, Reason: string(generate.Duplicate), N: totals["own_duplicates"]}) // of own queries
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
	for i, r := range s.Reasons {
		if r.Outcome == t.Outcome.String() && r.Reason == t.Reason {
			s.Reasons[i].N += t.N
			return
		}
	}
	if t.Reason != "" && t.N > 0 {
		s.Reasons = append(s.Reasons, reasonCount{t.Outcome.String(), t.Reason, t.N})
	}
}

func (a *app) statusCommand() *cobra.Command {
	var asJSON, watch bool
	c := &cobra.Command{
		Use: "status [--json] [--watch]", Short: "Counts per stage, calls, tokens, cost", Args: cobra.NoArgs,
		Long: help("status prints how far a run is: items per stage, calls, tokens and cost; and what judges missed or said otherwise, where they are\n"+
			"audited or asked again. It works while the run is active.\n"+
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
		s, err := currentStatus(ctx, cfg.Run.Dir, cfg)
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

// currentStatus reads the status of a run. One that was never started has no plan; with a config it is planned as that would.
func currentStatus(ctx context.Context, dir string, cfg *config.Config) (status, error) {
	st, err := store.Open(dir, store.Options{ReadOnly: true})
	if err != nil {
		return status{}, err
	}
	defer st.Close()
	s, err := storedStatus(ctx, st, cfg)
	if err != nil {
		return s, err
	}
	if owner, running := store.Running(dir); running {
		s.State, s.Owner = "running", &owner
	}
	s.estimate = estimateNote(ctx, st, s)
	return s, nil
}

// storedStatus is how a run stands by the plan that it has.
func storedStatus(ctx context.Context, st *store.Store, cfg *config.Config) (status, error) {
	p, rs, started, err := storedPlan(ctx, st)
	if err != nil {
		return status{}, err
	}
	if !started && cfg != nil {
		p, rs = firstPlan(cfg)
	}
	s, err := readStatus(ctx, st, p, rs)
	if !started {
		s.State = "idle"
	}
	return s, err
}
