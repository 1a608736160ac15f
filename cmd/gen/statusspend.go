package main

import (
	"fmt"
	"io"

	"hardneg/store"
)

// spendStatus is what a stage has spent on one model at one endpoint.
type spendStatus struct {
	Stage       string      `json:"stage"`
	Role        string      `json:"role"`
	Model       string      `json:"model"`
	Endpoint    string      `json:"endpoint"`
	OK          int64       `json:"ok"`
	Failed      int64       `json:"failed"`
	Unreadable  int64       `json:"unreadable"` // of those that are ok
	Tokens      tokenStatus `json:"tokens"`
	Cost        float64     `json:"cost_usd"`
	Unconfirmed float64     `json:"unconfirmed_usd"`
	Seconds     float64     `json:"seconds"` // that usable replies took, one after the other
}

// spentStages are the stages that calls are made in.
var spentStages = []string{stageQueries, stageVerify, stageIndex, stageNegatives, stageJudge, stageSimilarity}

// spendStatuses are in the order of the stages.
func spendStatuses(all []store.Spend) []spendStatus {
	out := []spendStatus{} // not null in JSON
	for _, stage := range spentStages {
		for _, s := range all {
			if s.Stage != stage {
				continue
			}
			out = append(out, spendStatus{Stage: s.Stage, Role: s.Role, Model: s.Model, Endpoint: s.Endpoint, OK: s.OK, Failed: s.Failed, Unreadable: s.Unreadable,
				Tokens: tokenStatus{s.Usage.Prompt, s.Usage.Cached, s.Usage.Written, s.Usage.Completion},
				Cost:   s.Cost.Dollars(), Unconfirmed: s.Unconfirmed.Dollars(), Seconds: float64(s.Latency) / 1e6})
		}
	}
	return out
}

// caches says what the providers' caches had of the prompts, and what was put into them.
func (t tokenStatus) caches() string {
	out := fmt.Sprintf("%d cached", t.Cached)
	if t.Written > 0 {
		out += fmt.Sprintf(", %d written to caches", t.Written)
	}
	return out
}

// spendTable writes where calls, tokens, money and time went.
func (s status) spendTable(w io.Writer) {
	if len(s.Spend) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%-10s %-32s %8s %7s %12s %12s %11s %8s %9s\n", "spent by", "on", "calls", "failed", "tokens in", "cached", "tokens out", "s a call", "cost")
	for _, x := range s.Spend {
		each := 0.0
		if x.OK > 0 {
			each = x.Seconds / float64(x.OK)
		}
		fmt.Fprintf(w, "%-10s %-32s %8d %7d %12d %12d %11d %8.2f %9s", x.Stage, cut(x.Role+" "+x.Endpoint, 32), x.OK+x.Failed, x.Failed, x.Tokens.Prompt,
			x.Tokens.Cached, x.Tokens.Completion, each, fmt.Sprintf("$%.4f", x.Cost))
		if x.Unconfirmed > 0 {
			fmt.Fprintf(w, " and up to $%.4f unconfirmed", x.Unconfirmed)
		}
		fmt.Fprintln(w)
	}
}
