package generate

import (
	"context"
	"sync"
	"time"
)

// Together lets queries that are written at the same time be asked about together for their vectors. One waits until a request is full, or
// until every other query that is being written waits too.
type Together struct {
	mu      sync.Mutex
	writing int // queries that are being written, and do not wait
	sending int // requests under way, after which others are written
	next    *joint
}

// joint is a request that is filled.
type joint struct {
	queries []Shown
	waits   int
	ended   chan struct{}
	err     error // what it ended with, once it has
}

// linger is how long nothing is being written before a request that is not full is sent: who feeds the writers may be about to.
const linger = 20 * time.Millisecond

// begin and end stand around the writing of a query.
func (t *Together) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writing++
}

func (t *Together) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writing--
}

// ask waits for a request with a query, which send makes for all that are in it.
func (t *Together) ask(ctx context.Context, query Shown, full int, send func(context.Context, []Shown) error) error {
	j, first, filled := t.join(query, full)
	if filled {
		t.send(ctx, j, send)
	}
	var look <-chan time.Time
	if first {
		ticker := time.NewTicker(linger)
		defer ticker.Stop()
		look = ticker.C
	}
	for {
		select {
		case <-j.ended:
			return j.err
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-look:
			if t.take(j) {
				t.send(ctx, j, send)
			}
		}
	}
}

// join puts a query into the next request, and says whether it is the first there, and whether the request is full.
func (t *Together) join(query Shown, full int) (j *joint, first, filled bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next == nil {
		t.next, first = &joint{ended: make(chan struct{})}, true
	}
	j = t.next
	known := false
	for _, q := range j.queries {
		known = known || q.Key == query.Key
	}
	if !known {
		j.queries = append(j.queries, query)
	}
	j.waits++
	t.writing--
	if filled = len(j.queries) >= full; filled {
		t.next = nil
		t.sending++
	}
	return j, first, filled
}

// take takes a request that is not full to send it, if nothing is being written that could fill it.
func (t *Together) take(j *joint) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next != j || t.writing > 0 || t.sending > 0 {
		return false
	}
	t.next = nil
	t.sending++
	return true
}

// send makes a request, after which those that waited go on.
func (t *Together) send(ctx context.Context, j *joint, send func(context.Context, []Shown) error) {
	defer close(j.ended)
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.writing, t.sending = t.writing+j.waits, t.sending-1
	}()
	j.err = send(ctx, j.queries)
}
