package llm

import "time"

// climb finds how many calls a server bears that queues what it can't do yet instead of refusing it (vLLM, llama.cpp). Latency does
// not tell: it grows with the length of answers, and with batches while throughput still grows. So it climbs as long as tokens per
// second grow, and steps back when they don't.
type climb struct {
	since  time.Time // begin of the look
	tokens int64
	calls  int
	before float64 // tokens per second before the last raise; 0: there was none
	from   float64 // limit before the last raise
	steady bool    // a raise has brought nothing: the next ones are small and rare
	hold   int     // looks until the next raise
	looked bool    // the last step ended a look
}

// The numbers of a climb.
const (
	shortestLook = 250 * time.Millisecond
	worthIt      = 1.03 // of the tokens per second before
	firstRaise   = 2.0
	laterRaise   = 1.15
	holdLooks    = 20
)

// step counts a completed call and returns the limit from now on. full says that more calls were wanted than allowed; where they
// were not, throughput says nothing of the server.
func (c *climb) step(now time.Time, limit, ceiling float64, latency time.Duration, tokens int64, full bool) float64 {
	c.looked = false
	if c.since.IsZero() {
		c.since = now
	}
	c.tokens += tokens
	c.calls++
	took := now.Sub(c.since)
	if took < max(shortestLook, 2*latency) || c.calls < int(limit) {
		return limit
	}
	rate := float64(c.tokens) / took.Seconds()
	c.since, c.tokens, c.calls, c.looked = now, 0, 0, true
	if !full {
		c.before = 0
		return limit
	}
	return c.decide(rate, limit, ceiling)
}

// decide raises the limit, or takes the last raise back.
func (c *climb) decide(rate, limit, ceiling float64) float64 {
	if c.before > 0 && rate < worthIt*c.before {
		c.before, c.steady, c.hold = 0, true, holdLooks
		return c.from
	}
	if c.hold--; c.hold > 0 || limit >= ceiling {
		c.before = 0
		return limit
	}
	c.before, c.from = rate, limit
	raise := firstRaise
	if c.steady {
		raise = laterRaise
	}
	return min(ceiling, max(limit*raise, limit+1))
}
