package llm

import (
	"context"
	"fmt"
	"time"
)

// Patience says how long a step of the Batch API is tried.
type Patience struct {
	Retries int           // of failures that may be the step's own
	Wait    time.Duration // for an endpoint that is down or overloaded
	Notify  func(string)
}

// Try repeats a step of the Batch API with growing pauses. try counts from 0; after a failure that says nothing of what became of
// the step (a lost connection, a timeout), the step has to find out before it is done again.
func (p Patience) Try(ctx context.Context, step func(try int) error) error {
	since := time.Now()
	for try, tries := 0, 0; ; try++ {
		err := step(try)
		e, ok := AsError(err)
		if err == nil || !ok {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		switch {
		case e.Reason == TooMuchWaiting:
			return err
		case e.Class == Temporary && tries < p.Retries:
			tries++
		case (e.Class == Overload || e.Class == Unavailable) && time.Since(since) < p.Wait && e.RetryAfter <= p.Wait:
			if try == 0 && p.Notify != nil {
				p.Notify(fmt.Sprintf("%v; trying again for up to %s, nothing is lost", e, p.Wait))
			}
		case e.Class == Down || e.Class == Unsupported:
			return err
		default:
			return p.giveUp(e, try+1)
		}
		if err := Sleep(ctx, max(e.RetryAfter, jitter(500*time.Millisecond, try, 30*time.Second))); err != nil {
			return err
		}
	}
}

// giveUp is the error that ends a run, with what could not be waited for.
func (p Patience) giveUp(e *Error, tries int) error {
	why := fmt.Errorf("the Batch API gave no answer after %d tries: %w", tries, e.Err)
	switch {
	case e.Class == Item:
		why = fmt.Errorf("the Batch API refuses this step: %w", e.Err)
	case e.RetryAfter > p.Wait:
		why = fmt.Errorf("the Batch API asks to wait %s, which is more than models.*.patience (%s): %w", e.RetryAfter, p.Wait, e.Err)
	}
	return &Error{Class: Down, Reason: e.Reason, Status: e.Status, Endpoint: e.Endpoint, Err: why}
}
