package llm

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestLimitsSurviveARestart(t *testing.T) {
	g := NewGovernor(GovernorOptions{Concurrency: 500, Endpoints: 2})
	g.Restore([]Borne{{Calls: 300}, {Calls: 900}})
	if got := g.Limits(); got[0].Calls != 300 || got[1].Calls != 500 {
		t.Errorf("%v", got)
	}
	g.Restore([]Borne{{Calls: 7}}) // of another set of endpoints
	if got := g.Limits(); got[0].Calls != 300 {
		t.Errorf("%v", got)
	}
}

func TestRateLimitHeadersAreHints(t *testing.T) {
	header := func(pairs ...string) map[string][]string {
		h := map[string][]string{}
		for i := 0; i < len(pairs); i += 2 {
			h["X-Ratelimit-"+pairs[i]] = []string{pairs[i+1]}
		}
		return h
	}
	for _, c := range []struct {
		h    map[string][]string
		want time.Duration
	}{
		{nil, 0},
		{header("Remaining-Requests", "5", "Reset-Requests", "30s"), 0},
		{header("Remaining-Requests", "0", "Reset-Requests", "1s"), time.Second},
		{header("Remaining-Tokens", "0", "Reset-Tokens", "120ms"), 120 * time.Millisecond},
		{header("Remaining-Tokens", "0", "Reset-Tokens", "6m0s"), longestHint},
		{header("Remaining-Requests", "0", "Reset-Requests", "12"), 12 * time.Second},
		{header("Remaining-Requests", "0", "Reset-Requests", "soon"), 0},
		{header("Remaining-Requests", "0", "Reset-Requests", "-5s"), 0},
	} {
		if got := rateHint(c.h); got != c.want {
			t.Errorf("%v: %s, want %s", c.h, got, c.want)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		g := NewGovernor(GovernorOptions{Concurrency: 4})
		ticket, _ := g.acquire(t.Context(), 0, small)
		_ = ticket.release(&Response{Pause: 3 * time.Second}, nil)
		start := time.Now()
		take(t, g, 0)(small, nil)
		if time.Since(start) != 3*time.Second {
			t.Errorf("the hint was not kept to: %s", time.Since(start))
		}
	})
}
