package llm

import (
	"context"
	"sync"
	"time"

	"hardneg"
)

// Governor limits the calls to one model. The model may be served by several endpoints, each of which is a lane with limits of its
// own: calls in flight, requests and tokens per minute, pauses that its server asks for, a rest after failures. A call goes to the
// lane that should answer it first. Free slots go to later stages first, so that work is finished before new work is begun.
type Governor struct {
	ceiling int // calls in flight, over all lanes

	mu       sync.Mutex
	lanes    []*lane
	inFlight int
	waiters  waiters
	seq      int
	alarm    *time.Timer // wakes those who wait for the end of a pause or rest
	outage   time.Time   // since when nobody has answered; zero while somebody does
	answers  int         // so far
	refused  int         // requests in a row
	patience time.Duration
}

// GovernorOptions are what a Governor is made from. RPM and TPM hold for each endpoint; 0 is no limit.
type GovernorOptions struct {
	Concurrency int // calls in flight, over all endpoints
	RPM, TPM    int
	Endpoints   int           // 0 counts as 1
	Patience    time.Duration // how long all endpoints may stay down; 0 is for ever
}

// NewGovernor returns a governor that begins slowly: see lane.
func NewGovernor(o GovernorOptions) *Governor {
	g := &Governor{ceiling: o.Concurrency, patience: o.Patience}
	for range max(o.Endpoints, 1) {
		g.lanes = append(g.lanes, newLane(o))
	}
	return g
}

// ticket is a slot in a lane.
type ticket struct {
	g        *Governor
	lane     int
	rank     int
	reserved int // tokens taken from the lane's minute
	start    time.Time
	probe    bool // it only asks whether an endpoint is alive
	doubt    bool // a connection was lost before: is it the same server?
	again    bool // the request was tried before
}

// acquire waits for a slot in a lane, and for that lane's rate. It fails when the context ends.
func (g *Governor) acquire(ctx context.Context, rank int, worst hardneg.Usage) (*ticket, error) {
	for {
		w, err := g.turn(ctx, rank)
		if err != nil {
			return nil, err
		}
		n := w.lane
		t := &ticket{g: g, lane: n, rank: rank, doubt: w.doubt}
		elsewhere := false
		if t.reserved, err = g.lanes[n].waitRate(ctx, worst); err == nil {
			elsewhere, err = g.waitPause(ctx, g.lanes[n])
		}
		if err == nil && !elsewhere {
			t.start = time.Now()
			return t, nil
		}
		if elsewhere {
			g.lanes[n].correct(-t.reserved)
		}
		g.mu.Lock()
		g.lanes[n].doubt = g.lanes[n].doubt || t.doubt
		g.giveBack(n)
		g.mu.Unlock()
		if err != nil {
			return nil, err
		}
	}
}

// waitPause holds back who has a slot while its server asks for a pause, however it came by the slot; or sends him to the other endpoints,
// if there are any: a server may ask for a day.
func (g *Governor) waitPause(ctx context.Context, l *lane) (elsewhere bool, err error) {
	for {
		g.mu.Lock()
		wait := time.Until(l.pause)
		g.mu.Unlock()
		switch {
		case ctx.Err() != nil:
			return false, context.Cause(ctx)
		case wait <= 0:
			return false, nil
		case len(g.lanes) > 1:
			return true, nil
		}
		_ = Sleep(ctx, wait) // the end of the context is seen above
	}
}

// turn waits for a slot in a lane.
func (g *Governor) turn(ctx context.Context, rank int) (*waiter, error) {
	g.mu.Lock()
	w := &waiter{rank: rank, seq: g.seq, ready: make(chan struct{})}
	g.seq++
	g.waiters.add(w)
	g.grant()
	g.mu.Unlock()
	select {
	case <-w.ready:
		return w, nil
	case <-ctx.Done():
		g.abandon(w)
		return nil, context.Cause(ctx)
	}
}

// abandon takes a waiter out, or gives back the slot that it was given meanwhile.
func (g *Governor) abandon(w *waiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.waiters.remove(w) {
		g.lanes[w.lane].doubt = g.lanes[w.lane].doubt || w.doubt
		g.giveBack(w.lane)
	}
}

func (g *Governor) giveBack(n int) {
	g.inFlight--
	g.lanes[n].inFlight--
	g.grant()
}

// grant gives free slots to those who wait, and sets the alarm where only time is in the way.
func (g *Governor) grant() {
	for g.waiters.Len() > 0 && g.inFlight < g.ceiling {
		n, at := g.choose(time.Now())
		if n < 0 {
			g.wakeAt(at)
			return
		}
		w := g.waiters.first()
		w.lane = n
		w.doubt, g.lanes[n].doubt = g.lanes[n].doubt, false
		g.inFlight++
		g.lanes[n].inFlight++
		close(w.ready)
	}
}

// choose returns the lane that should answer first, -1 if none is free; at is then when one may be, zero if only an answer can tell.
func (g *Governor) choose(now time.Time) (best int, at time.Time) {
	best = -1
	for i, l := range g.lanes {
		if l.inFlight >= l.allowed() {
			l.full = true
			continue
		}
		if until := l.closedUntil(); until.After(now) {
			if at.IsZero() || until.Before(at) {
				at = until
			}
			continue
		}
		if best < 0 || l.score() < g.lanes[best].score() {
			best = i
		}
	}
	return best, at
}

func (g *Governor) wakeAt(at time.Time) {
	if at.IsZero() {
		return
	}
	if g.alarm != nil {
		g.alarm.Stop()
	}
	g.alarm = time.AfterFunc(time.Until(at), func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.grant()
	})
}

// release frees the slot and learns from what became of the call. It returns the error as the retry layer is to see it: whose fault
// it is shows only beside what became of other calls.
func (t *ticket) release(resp *Response, err error) error {
	g := t.g
	l := g.lanes[t.lane]
	if err == nil {
		l.correct(int(resp.Usage.Prompt+resp.Usage.Completion) - t.reserved)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !t.probe || err != nil { // what a probe is answered says nothing of work
		l.learn(time.Now(), t.start, t.rank, resp, err)
	} else {
		l.failures, l.rested, l.rest = 0, 0, time.Time{}
	}
	switch {
	case t.probe:
	case t.again:
		l.trouble.again(err)
	default:
		l.trouble.count(time.Now(), err)
	}
	g.countRefusal(t, err)
	switch {
	case answered(err):
		g.answers++
		g.outage = time.Time{}
	case g.outage.IsZero():
		g.outage = t.start
	}
	if g.patience > 0 && !g.outage.IsZero() && l.rest.After(g.outage.Add(g.patience)) {
		l.rest = g.outage.Add(g.patience) // the last look is due when patience ends
	}
	err = l.blame(err)
	g.giveBack(t.lane)
	return err
}

func (g *Governor) countRefusal(t *ticket, err error) {
	e, _ := AsError(err)
	switch {
	case t.probe:
	case err == nil:
		g.refused = 0
	case e != nil && e.Reason == refusedReason:
		g.refused++
	}
}

// silence is how long nobody has answered, and answers how many answers there were.
func (g *Governor) silence() (since time.Duration, answers int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.outage.IsZero() {
		return 0, g.answers
	}
	return time.Since(g.outage), g.answers
}

// serving is the number of lanes whose newest answer was of use; untried are those of which nothing is known yet.
func (g *Governor) serving() (n, untried int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, l := range g.lanes {
		switch {
		case l.rested > 0 || l.failures > 0:
		case l.worked:
			n++
		default:
			untried++
		}
	}
	return n, untried
}

// refusals is how many requests were refused in a row, with no success of the model in between.
func (g *Governor) refusals() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.refused
}

// opensWithin reports whether an endpoint may be asked before so long.
func (g *Governor) opensWithin(d time.Duration) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, l := range g.lanes {
		if time.Until(l.closedUntil()) <= d {
			return true
		}
	}
	return false
}

// InFlight is the number of calls on their way, Limit how many there may be now.
func (g *Governor) InFlight() (inFlight, limit int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, l := range g.lanes {
		limit += l.allowed()
	}
	return g.inFlight, min(limit, g.ceiling)
}
