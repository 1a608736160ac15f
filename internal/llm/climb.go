package llm

import "time"

// climb finds how many calls a server bears that queues what it can't do yet instead of refusing it (vLLM, llama.cpp). It climbs as
// long as more calls bring more tokens per second, and steps back when they don't.
//
// Tokens per second are not compared as they come: stages take turns, and the calls of one bring ten times the tokens of another's.
// With n calls in flight that take w seconds each there are n/w done a second, so twice the calls in flight bring twice as much if
// calls of a kind take as long as before, and nothing if they take twice as long. Latency is compared for each kind of call by itself.
//
// While the first climb lasts, a raise that costs next to no latency is kept as soon as the calls are back that it let out at once,
// so that a server which bears them all is climbed in one latency a step. Anything less clear waits for the calls sent after those.
type climb struct {
	usual  map[int]*usual // of the calls of each rank, before the raise that is on trial
	raised time.Time      // of the raise on trial
	settle time.Time      // the raise on trial has its effect by then; calls that were sent before tell it only in part
	since  time.Time      // begin of the look
	look                  // at calls that tell of the limit as it is
	burst  look           // at those sent after the raise on trial and before it had its effect
	from   float64        // limit before the raise on trial; 0: there is none
	steady bool           // a raise has brought nothing: the next ones are small and rare
	hold   int            // looks until the next raise
	looked bool           // the last step ended a look
}

// look is what was seen of calls.
type look struct {
	calls int
	times float64 // sum over them of how many times as long as usual they took
}

func (l *look) add(times float64) { l.calls, l.times = l.calls+1, l.times+times }

func (l *look) mean() float64 { return l.times / float64(l.calls) }

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
	clearlyWorth = 1.5
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
	if c.clear(limit) && full {
		return c.end(now, latency, c.settled(), limit, ceiling, full)
	}
	if !c.enough(now, limit) {
		return limit
	}
	return c.end(now, latency, c.mean(), limit, ceiling, full)
}

// enough reports whether a look has seen enough. The first one may end when every call that was let out is back.
func (c *climb) enough(now time.Time, limit float64) bool {
	switch {
	case c.from > 0 && c.steady:
		return c.calls >= max(fewestCalls, int(smallRaise*limit)) && now.Sub(c.since) >= shortestLook
	case c.from == 0 && !c.steady && c.calls >= max(fewestCalls, int(limit)):
		return true
	}
	return c.calls >= max(fewestCalls, int(limit)/2) && now.Sub(c.since) >= shortestLook
}

// clear reports whether the calls that a raise let out are back, and so early that it is worth it whatever those after them take.
func (c *climb) clear(limit float64) bool {
	return c.from > 0 && !c.steady && c.burst.calls >= max(fewestCalls, int(limit-c.from)) && limit >= clearlyWorth*c.from*c.settled()
}

// settled is how many times as long as usual calls will take, by those that a raise let out: at a server that queues, these wait for
// half of what those after them wait for.
func (c *climb) settled() float64 {
	times := c.burst.mean()
	return times + max(times-1, 0)
}

// end ends a look.
func (c *climb) end(now time.Time, latency time.Duration, times, limit, ceiling float64, full bool) float64 {
	c.since, c.look, c.burst, c.looked = now, look{}, look{}, true
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
		if !o.sent.Before(c.raised) && was > 0 {
			c.burst.add(o.seconds / was)
		}
		return
	case !known || c.from == 0:
		u.calls = min(u.calls+1, max(fewestCalls, int(usualCalls*limit)))
		u.seconds += (o.seconds - u.seconds) / float64(u.calls)
	}
	if was == 0 {
		c.add(1)
		return
	}
	c.add(o.seconds / was)
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
	c.from, c.raised, c.settle = limit, now, now.Add(latency) // what is sent at once finds a queue that is not full yet
	raise := firstRaise
	if c.steady {
		raise = laterRaise
	}
	return min(ceiling, max(limit*raise, limit+1))
}
