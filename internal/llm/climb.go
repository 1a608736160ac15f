package llm

import "time"

// climb finds how many calls a server bears that queues what it can't do yet instead of refusing it (vLLM, llama.cpp). It climbs as
// long as more calls bring more tokens per second, and steps back when they don't.
//
// Tokens per second are not compared as they come: stages take turns, and the calls of one bring ten times the tokens of another's.
// With n calls in flight that take w seconds each there are n/w done a second, so twice the calls in flight bring twice as much if
// calls of a kind take as long as before, and nothing if they take twice as long. Latency is compared for each kind of call by itself.
type climb struct {
	usual  map[int]*usual // of the calls of each rank, before the raise that is on trial
	settle time.Time      // the raise on trial has its effect by then; calls that were sent before tell nothing
	since  time.Time      // begin of the look
	calls  int            // counted in this look
	times  float64        // sum over them of how many times as long as usual they took
	from   float64        // limit before the raise on trial; 0: there is none
	steady bool           // a raise has brought nothing: the next ones are small and rare
	hold   int            // looks until the next raise
	looked bool           // the last step ended a look
}

// usual is the mean of how long calls take, of the last ones only.
type usual struct {
	seconds float64
	calls   int
}

// The numbers of a climb.
const (
	shortestLook = 250 * time.Millisecond
	worthIt      = 1.03 // times as much as before
	firstRaise   = 2.0
	laterRaise   = 1.15
	holdLooks    = 20
	fewestCalls  = 20 // of a look: one slow call must not decide
	usualCalls   = 4  // times the limit: of so many calls the mean is what is usual
	smallRaise   = 2  // times the limit: so many calls tell whether a small raise is worth it, which is less than calls differ
)

// observed is a completed call as a climb sees it.
type observed struct {
	rank    int
	sent    time.Time
	seconds float64
}

// step counts a completed call and returns the limit from now on. full says that more calls were wanted than allowed; where they
// were not, latency says nothing of the limit.
func (c *climb) step(now time.Time, limit, ceiling float64, latency time.Duration, o observed, full bool) float64 {
	c.looked = false
	if c.since.IsZero() {
		c.since, c.usual = now, map[int]*usual{}
	}
	c.count(o, limit)
	enough := max(fewestCalls, int(limit)/2)
	if c.from > 0 && c.steady {
		enough = max(fewestCalls, int(smallRaise*limit))
	}
	if now.Sub(c.since) < shortestLook || c.calls < enough {
		return limit
	}
	times := c.times / float64(c.calls)
	c.since, c.calls, c.times, c.looked = now, 0, 0, true
	return c.decide(now, latency, times, limit, ceiling, full)
}

func (c *climb) count(o observed, limit float64) {
	u, known := c.usual[o.rank]
	if !known {
		u = &usual{}
		c.usual[o.rank] = u
	}
	was := u.seconds
	switch {
	case known && c.from > 0 && o.sent.Before(c.settle):
		return
	case !known || c.from == 0:
		u.calls = min(u.calls+1, max(fewestCalls, int(usualCalls*limit)))
		u.seconds += (o.seconds - u.seconds) / float64(u.calls)
	}
	c.calls++
	if was == 0 {
		c.times++
		return
	}
	c.times += o.seconds / was
}

// decide keeps or takes back the raise on trial, and raises.
func (c *climb) decide(now time.Time, latency time.Duration, times, limit, ceiling float64, full bool) float64 {
	if from := c.from; from > 0 {
		c.from = 0
		if limit < worthIt*from*times && full {
			c.steady, c.hold = true, holdLooks
			return from
		}
		for _, u := range c.usual {
			u.seconds *= times
		}
	}
	if c.hold--; c.hold > 0 || limit >= ceiling || !full {
		return limit
	}
	c.from, c.settle = limit, now.Add(latency) // what is sent at once finds a queue that is not full yet
	raise := firstRaise
	if c.steady {
		raise = laterRaise
	}
	return min(ceiling, max(limit*raise, limit+1))
}
