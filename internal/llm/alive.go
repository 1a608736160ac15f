package llm

import (
	"context"
	"fmt"
	"time"
)

// alive asks an endpoint for a completion of next to nothing. It is asked when one request is about to stop the run, because only
// that tells a server that is down from one that does not like what it was asked: gateways answer such with a page of their own.
func (c *retrying) alive(ctx context.Context, req Request) bool {
	probe := Request{Stage: req.Stage, Input: "probe", Prompt: "probe", Role: req.Role, Model: req.Model, Extra: req.Extra,
		User: "Reply with the word ok.", MaxTokens: 16, Temperature: req.Temperature, TopP: req.TopP,
		Sample: int(time.Now().UnixNano())} // never the same: what it answered before says nothing of now
	_, err := c.next.Complete(ctx, probe)
	return err == nil
}

// blamed decides between the item and the endpoint before an error of one request stops the run.
func (c *retrying) blamed(ctx context.Context, req Request, e *Error) error {
	suspect := e.Class == Down && !e.Unsent && e.Status > 0 && (e.Reason == "refused" && e.Status == 403 || e.waited)
	if !suspect || ctx.Err() != nil || c.dead.Load() {
		return e
	}
	if !c.alive(ctx, req) {
		c.dead.Store(true)
		return e
	}
	reason := e.Reason
	if reason == "refused" {
		reason = forbidden
	}
	return &Error{Class: Item, Reason: reason, Status: e.Status, Endpoint: e.Endpoint, Raw: e.Raw,
		Err: fmt.Errorf("this request alone, others are answered: %w", e.Err)}
}
