package llm

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"hardneg"
)

// Governor limits the calls to one model on one endpoint: calls in flight, requests and tokens per minute. It lowers the
// concurrency while the server says that it is overloaded, and gives free slots to later stages first, so that work is
// finished before new work is begun.
type Governor struct {
	ceiling int
	rpm     *rate.Limiter
	tpm     *rate.Limiter

	mu       sync.Mutex
	limit    float64
	inFlight int
	waiters  waiters
	seq      int
	cut      time.Time     // of the last reduction
	pause    time.Time     // nobody may send before
	latency  time.Duration // smoothed, of completed calls
	failures int           // in a row, over all items
}

// NewGovernor returns a governor; rpm and tpm 0 are no limit.
func NewGovernor(concurrency, rpm, tpm int) *Governor {
	g := &Governor{ceiling: concurrency, limit: float64(concurrency)}
	if rpm > 0 {
		g.rpm = rate.NewLimiter(rate.Limit(float64(rpm)/60), max(1, rpm/60))
	}
	if tpm > 0 {
		g.tpm = rate.NewLimiter(rate.Limit(float64(tpm)/60), max(1, tpm/10))
	}
	return g
}

// acquire waits for rate and a slot. The release takes what was used and what became of the call.
func (g *Governor) acquire(ctx context.Context, rank int, worst hardneg.Usage) (func(hardneg.Usage, error), error) {
	reserved, err := g.waitRate(ctx, worst)
	if err != nil {
		return nil, err
	}
	if err := g.slot(ctx, rank); err != nil {
		return nil, err
	}
	start := time.Now()
	return func(used hardneg.Usage, err error) {
		if g.tpm != nil && err == nil {
			g.correct(int(used.Prompt+used.Completion) - reserved)
		}
		g.release(time.Since(start), err)
	}, nil
}

func (g *Governor) waitRate(ctx context.Context, worst hardneg.Usage) (int, error) {
	if g.rpm != nil {
		if err := waitFor(ctx, g.rpm, 1); err != nil {
			return 0, err
		}
	}
	if g.tpm == nil {
		return 0, nil
	}
	n := min(int(worst.Prompt+worst.Completion), g.tpm.Burst())
	return n, waitFor(ctx, g.tpm, n)
}

// waitFor takes n from a limiter. Other than its own Wait it knows no deadline but the end of the context, whose cause it returns.
func waitFor(ctx context.Context, l *rate.Limiter, n int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r := l.ReserveN(time.Now(), n)
	if err := sleep(ctx, r.Delay()); err != nil {
		r.Cancel()
		return err
	}
	return nil
}

// correct takes the tokens that a call used above what it had reserved from the calls after it, or gives back what it did not use.
func (g *Governor) correct(owed int) {
	for owed != 0 {
		n := min(owed, g.tpm.Burst()) // the limiter takes no more at once
		g.tpm.ReserveN(time.Now(), n)
		owed -= n
	}
}

// slot waits until a call may be sent. Who has a slot still waits while the server asks for a pause, however it came by the slot.
func (g *Governor) slot(ctx context.Context, rank int) error {
	if err := g.turn(ctx, rank); err != nil {
		return err
	}
	for ctx.Err() == nil {
		g.mu.Lock()
		wait := time.Until(g.pause)
		g.mu.Unlock()
		if wait <= 0 {
			return nil
		}
		if sleep(ctx, wait) != nil {
			break
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.giveBack()
	return context.Cause(ctx)
}

// turn waits for a slot.
func (g *Governor) turn(ctx context.Context, rank int) error {
	g.mu.Lock()
	if g.inFlight < int(g.limit) && g.waiters.Len() == 0 {
		g.inFlight++
		g.mu.Unlock()
		return nil
	}
	w := &waiter{rank: rank, seq: g.seq, ready: make(chan struct{})}
	g.seq++
	heap.Push(&g.waiters, w)
	g.mu.Unlock()
	select {
	case <-w.ready:
		return nil
	case <-ctx.Done():
		g.abandon(w)
		return context.Cause(ctx)
	}
}

// abandon takes a waiter out, or gives back the slot that it was given meanwhile.
func (g *Governor) abandon(w *waiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.index >= 0 {
		heap.Remove(&g.waiters, w.index)
		return
	}
	g.giveBack()
}

func (g *Governor) giveBack() {
	g.inFlight--
	g.grant()
}

// release frees a slot and learns from what became of the call.
func (g *Governor) release(took time.Duration, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inFlight--
	e, _ := AsError(err)
	switch {
	case err == nil:
		g.failures = 0
		g.latency += (took - g.latency) / 8
		g.limit = min(float64(g.ceiling), g.limit+1/g.limit)
	case e != nil && e.Class == Overload:
		g.overloaded(e.RetryAfter)
	case e != nil && (e.Class == Item || e.Class == Down || e.adapts()):
		g.failures = 0 // the server answers
	default:
		g.failures++
	}
	g.grant()
}

// overloaded cuts the concurrency, once per latency: all the calls that were refused together tell of one overload.
func (g *Governor) overloaded(retryAfter time.Duration) {
	now := time.Now()
	if until := now.Add(retryAfter); retryAfter > 0 && until.After(g.pause) {
		g.pause = until
	}
	if now.Sub(g.cut) < max(g.latency, time.Second) {
		return
	}
	g.cut = now
	g.limit = max(1, g.limit*0.7)
}

func (g *Governor) grant() {
	for g.inFlight < int(g.limit) && g.waiters.Len() > 0 {
		w := heap.Pop(&g.waiters).(*waiter)
		g.inFlight++
		close(w.ready)
	}
}

// failingAfter is how many failures in a row, over all items, mean that the endpoint is at fault.
const failingAfter = 20

func (g *Governor) failing() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.failures >= failingAfter
}

// InFlight is the number of calls on their way, Limit how many there may be now.
func (g *Governor) InFlight() (inFlight, limit int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inFlight, int(g.limit)
}

type waiter struct {
	rank, seq, index int
	ready            chan struct{}
}

// waiters is a heap: highest rank first, then first come.
type waiters []*waiter

func (w waiters) Len() int { return len(w) }
func (w waiters) Less(i, j int) bool {
	if w[i].rank != w[j].rank {
		return w[i].rank > w[j].rank
	}
	return w[i].seq < w[j].seq
}
func (w waiters) Swap(i, j int) { w[i], w[j] = w[j], w[i]; w[i].index, w[j].index = i, j }
func (w *waiters) Push(x any) {
	n := x.(*waiter)
	n.index = len(*w)
	*w = append(*w, n)
}
func (w *waiters) Pop() any {
	old := *w
	n := old[len(old)-1]
	old[len(old)-1] = nil
	*w = old[:len(old)-1]
	n.index = -1
	return n
}
