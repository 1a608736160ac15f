package llm

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// retrying is the one retry layer. It is driven by the class of an error alone.
type retrying struct {
	p    Parts
	next Client
	told once
}

// maxAdaptations bounds how often a provider may change the form of its requests for one call.
const maxAdaptations = 4

// Complete tries until there is a reply or an error that trying again can't mend. Every try is the same attempt of the same
// request. An endpoint that is down or overloaded is waited for, up to its patience, and no item is charged.
func (c *retrying) Complete(ctx context.Context, req Request) (Response, error) {
	var tries, adaptations, waits int
	var since time.Time
	for {
		resp, err := c.next.Complete(ctx, req)
		e, ok := AsError(err)
		if err == nil || !ok || ctx.Err() != nil {
			return resp, err
		}
		if e.adapts() && adaptations < maxAdaptations {
			adaptations++
			continue
		}
		class := e.Class
		if class == Temporary && c.p.Governor.failing() {
			class = Unavailable // nobody gets an answer: it is the endpoint, not the item
		}
		switch class {
		case Temporary:
			if tries++; tries > c.p.Retries {
				return resp, &Error{Class: Item, Reason: e.Reason, Status: e.Status, Endpoint: e.Endpoint, Err: fmt.Errorf("after %d tries: %w", tries, e.Err)}
			}
			err = sleep(ctx, max(e.RetryAfter, jitter(500*time.Millisecond, tries-1, 30*time.Second)))
		case Overload, Unavailable:
			if since.IsZero() {
				since = time.Now()
			}
			wait := max(e.RetryAfter, jitter(time.Second, waits, time.Minute))
			waits++
			if time.Since(since)+wait > c.p.Patience {
				return resp, &Error{Class: Down, Reason: e.Reason, Status: e.Status, Endpoint: e.Endpoint,
					Err: fmt.Errorf("no answer within models.%s.patience (%s): %w", c.p.Role, c.p.Patience, e.Err)}
			}
			c.tell(e, class)
			err = sleep(ctx, wait)
		default:
			return resp, err
		}
		if err != nil {
			return resp, err
		}
	}
}

// tell says once that an endpoint is waited for.
func (c *retrying) tell(e *Error, class Class) {
	if class == Unavailable && c.told.first(e.Reason) {
		c.p.Notify(fmt.Sprintf("models.%s: %v; waiting for it up to %s, nothing is lost", c.p.Role, e, c.p.Patience))
	}
}

// jitter is a random part of a delay that doubles with every try (full jitter), at least a tenth of it.
func jitter(base time.Duration, n int, most time.Duration) time.Duration {
	d := min(base<<min(n, 16), most)
	return d/10 + rand.N(d-d/10)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
