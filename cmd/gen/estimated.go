package main

import (
	"context"
	"encoding/json"
	"fmt"

	"hardneg/store"
)

// metaEstimate is the name under which a run keeps what it was estimated to take.
const metaEstimate = "estimate"

// firstEstimate is what a run was estimated to take when it began, for all its passages.
type firstEstimate struct {
	Calls       int64   `json:"calls"`
	Tokens      int64   `json:"tokens"` // in and out
	USD         float64 `json:"usd"`
	Passages    int64   `json:"passages"`
	Fingerprint string  `json:"fingerprint"` // of the config then
}

// keepEstimate keeps the estimate of a run in which nothing was done yet, so that it can be held against what came.
func (r *runner) keepEstimate(ctx context.Context, s status) error {
	for _, st := range s.Stages {
		if st.Rejected+st.Failed > 0 || st.Done > 0 && st.Stage != stageQueries {
			return nil
		}
	}
	if s.Calls.OK+s.Calls.Failed > 0 {
		return nil
	}
	o, err := lookAhead(ctx, r.cfg, r.st, scope{want: everyStage(), shard: r.shard})
	if err != nil {
		return err
	}
	totals, err := r.st.Totals(ctx)
	if err != nil {
		return err
	}
	sum := o.p.total(o.estimates())
	b, err := json.Marshal(firstEstimate{sum.Calls, sum.Prompt + sum.Completion, sum.Cost, totals["passages"], fingerprint(r.rs)})
	if err != nil {
		return err
	}
	return r.st.SetMeta(map[string][]byte{metaEstimate: b})
}

// storedEstimate reads the estimate of a run; ok is false if it has none.
func storedEstimate(ctx context.Context, st *store.Store) (e firstEstimate, ok bool) {
	b, err := st.Meta(ctx, metaEstimate)
	return e, err == nil && b != nil && json.Unmarshal(b, &e) == nil
}

// comparison is an estimate against what came. Errors are in percent of what came, and there only when the run is complete.
type comparison struct {
	Type        string   `json:"type"`
	Calls       int64    `json:"calls"`
	Tokens      int64    `json:"tokens"`
	USD         float64  `json:"usd"`
	CallsSoFar  int64    `json:"calls_so_far"`
	TokensSoFar int64    `json:"tokens_so_far"`
	USDSoFar    float64  `json:"usd_so_far"`
	CallsOff    *float64 `json:"calls_error_percent,omitempty"`
	TokensOff   *float64 `json:"tokens_error_percent,omitempty"`
	USDOff      *float64 `json:"usd_error_percent,omitempty"`
}

func (e firstEstimate) against(s status) comparison {
	c := comparison{Type: "estimated", Calls: e.Calls, Tokens: e.Tokens, USD: e.USD, CallsSoFar: s.Calls.OK,
		TokensSoFar: s.Tokens.Prompt + s.Tokens.Completion, USDSoFar: s.Cost}
	if s.State == "complete" {
		c.CallsOff = off(float64(c.Calls), float64(c.CallsSoFar))
		c.TokensOff = off(float64(c.Tokens), float64(c.TokensSoFar))
		c.USDOff = off(c.USD, c.USDSoFar)
	}
	return c
}

// off is how far an estimate was off, in percent of what came; nil where nothing came.
func off(estimated, came float64) *float64 {
	if came == 0 {
		return nil
	}
	p := 100 * (estimated - came) / came
	return &p
}

// estimateNote says what a run was estimated to take when it began and what it took so far, with the error when it is complete; ""
// if there is no estimate.
func estimateNote(ctx context.Context, st *store.Store, s status) string {
	e, ok := storedEstimate(ctx, st)
	if !ok {
		return ""
	}
	c := e.against(s)
	note := fmt.Sprintf("estimated %d calls, so far %d%s; tokens %d, so far %d%s; cost $%.4f, so far $%.4f%s", c.Calls, c.CallsSoFar, offText(c.CallsOff),
		c.Tokens, c.TokensSoFar, offText(c.TokensOff), c.USD, c.USDSoFar, offText(c.USDOff))
	p, rs, _, err := storedPlan(ctx, st)
	if err == nil && (fingerprint(rs) != e.Fingerprint || p.Grown) {
		note += " (the config has changed since)"
	}
	if totals, err := st.Totals(ctx); err == nil && totals["passages"] != e.Passages {
		note += fmt.Sprintf(" (for %d passages; now there are %d)", e.Passages, totals["passages"])
	}
	return note
}

func offText(p *float64) string {
	if p == nil {
		return ""
	}
	return fmt.Sprintf(" (%+.0f %%)", *p)
}
