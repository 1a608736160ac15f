package llm

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// retrying is the one retry layer. It is driven by the class of an error alone.
type retrying struct {
	p    Parts
	next sender
	told once
	dead atomic.Bool // it was asked whether it is alive, and was not
}

// maxAdaptations bounds how often a provider may change the form of its requests for one call.
const maxAdaptations = 4

// send tries until there is a reply or an error that trying again can't mend. Every try is the same attempt of the same
// request. An endpoint that is down or overloaded is waited for, up to its patience, and no item is charged.
func (c *retrying) send(ctx context.Context, req *Request) (*Response, error) {
	t := tries{c: c}
	for {
		resp, err := c.next.send(ctx, req)
		req.again = true
		e, ok := AsError(err)
		if err == nil || !ok || ctx.Err() != nil {
			return resp, err
		}
		wait, err := t.next(e)
		switch given, ok := AsError(err); {
		case ok && given.Class == Item && t.alone() && !c.alive(ctx, req):
			wait, err = t.outage(e)
		case err == nil && c.items(ctx, req, &t, e):
			wait, err = t.charge(e)
		}
		if stop, ok := AsError(err); ok && stop.Class == Down {
			return resp, c.blamed(ctx, req, stop)
		}
		if err == nil {
			err = Sleep(ctx, wait)
		}
		if err != nil {
			return resp, err
		}
	}
}

// tries are the tries of one request.
type tries struct {
	c           *retrying
	adaptations int
	charged     int // to the request
	waits       int // for the endpoint
	passed      int // times that others were answered while this one met an endpoint that was down
	answers     int // of the endpoints, when this one was last refused
	earlier     int // the same, a refusal before
	now         int // the same, at the last refusal
	spared      int // times that it was not charged, because others failed too
	trouble     time.Time
}

// spare reports whether a failure is not charged to the request because it is that of many, as long as the endpoint may be down.
func (t *tries) spare(e *Error) bool {
	if !e.shared {
		return false
	}
	if t.spared++; t.spared == 1 {
		t.trouble = time.Now()
	}
	return time.Since(t.trouble) < t.c.p.Patience
}

// alone reports whether nobody was answered between the last two refusals of this request: then it may be the endpoint that fails,
// and only asking it tells.
func (t *tries) alone() bool {
	return t.charged > 1 && t.now == t.earlier && t.c.p.Hard.Err() == nil
}

// outage takes back what a request was charged while its endpoint answered nobody.
func (t *tries) outage(e *Error) (time.Duration, error) {
	t.charged = 0
	again := *e
	again.Class = Overload // waited for like a busy server; a dead one gets its rest from the governor
	return t.wait(&again)
}

// next says how long to wait after an error before the next try, or with which error to give up.
func (t *tries) next(e *Error) (time.Duration, error) {
	if e.adapts() && t.adaptations < maxAdaptations {
		t.adaptations++
		return 0, nil
	}
	t.earlier = t.now
	_, t.now = t.c.p.Governor.silence()
	switch e.Class {
	case Temporary:
		if e.RetryAfter > t.c.p.Patience {
			return t.wait(e)
		}
		if t.spare(e) {
			return max(e.RetryAfter, jitter(500*time.Millisecond, t.spared, 30*time.Second)), nil
		}
		return t.charge(e)
	case Overload, Unavailable:
		return t.wait(e)
	}
	return 0, e
}

// charge counts a failure against the request.
func (t *tries) charge(e *Error) (time.Duration, error) {
	t.charged++
	return max(e.RetryAfter, jitter(500*time.Millisecond, t.charged-1, 30*time.Second)), t.tooMany(e, t.charged)
}

func (t *tries) tooMany(e *Error, n int) error {
	if n <= t.c.p.Retries {
		return nil
	}
	return &Error{Class: Item, Reason: e.Reason, Status: e.Status, Endpoint: e.Endpoint, Err: fmt.Errorf("after %d tries: %w", n, e.Err)}
}

// morePasses is how much oftener than it may fail a request may meet an endpoint that answers others: it may be chance.
const morePasses = 4

// wait is for an endpoint that is busy or down. How long it has answered nobody counts, not how long this request has waited; where
// others are answered again and again in between, it is the request.
func (t *tries) wait(e *Error) (time.Duration, error) {
	p := t.c.p
	silent, answers := p.Governor.silence()
	tooLong := e.RetryAfter > p.Patience
	if tooLong && e.Class != Temporary && p.Governor.opensWithin(p.Patience) {
		t.c.tell(e)
		return 0, nil // the governor leaves it to the other endpoints
	}
	if silent >= p.Patience || tooLong {
		why := fmt.Errorf("no answer within models.%s.patience (%s): %w", p.Role, p.Patience, e.Err)
		if tooLong {
			why = fmt.Errorf("the server asks to wait %s, which is more than models.%s.patience (%s): %w", e.RetryAfter, p.Role, p.Patience, e.Err)
		}
		return 0, &Error{Class: Down, Reason: e.Reason, Status: e.Status, Endpoint: e.Endpoint, waited: !tooLong, Err: why}
	}
	if e.Class == Unavailable {
		if t.waits++; t.waits > 1 && answers > t.answers && !t.spare(e) {
			t.passed++
		}
		t.answers = answers
		t.c.tell(e)
		return 0, t.tooMany(e, t.passed-morePasses) // the governor lets the endpoint rest
	}
	wait := max(e.RetryAfter, jitter(time.Second, t.waits, time.Minute))
	t.waits++
	if silent > 0 {
		wait = min(wait, p.Patience-silent)
	}
	return wait, nil
}

// tell says once that an endpoint is waited for, and once of each endpoint that is left out while others serve. As long as it is not
// known whether there are such, it says nothing: it is called again.
func (c *retrying) tell(e *Error) {
	switch others, untried := c.p.Governor.serving(); {
	case others == 0 && untried > 0:
	case others == 0 && c.told.first(e.Reason):
		c.p.Notify(fmt.Sprintf("models.%s: %v; waiting for it up to %s, nothing is lost", c.p.Role, e, c.p.Patience))
	case others > 0 && c.told.first(e.Endpoint+" "+e.Reason):
		c.p.Notify(fmt.Sprintf("models.%s: %v; the work goes on with %s, and this one is tried again after rests of up to %s, nothing is lost",
			c.p.Role, e, otherEndpoints(others), longestRest))
	}
}

func otherEndpoints(n int) string {
	if n == 1 {
		return "the other endpoint"
	}
	return fmt.Sprintf("the %d other endpoints", n)
}

// jitter is a random part of a delay that doubles with every try (full jitter), at least a tenth of it.
func jitter(base time.Duration, n int, most time.Duration) time.Duration {
	d := min(base<<min(n, 16), most)
	return d/10 + rand.N(d-d/10)
}

// Sleep waits, or returns the cause of a stop.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
