package llm

import (
	"context"
	"errors"
	"time"

	"hardneg"
)

// ErrPlanned says that a request was not sent: it stands in the plan, and the answer comes with a later batch; or it is the turn of
// another model of its server. The item that asked for it stays pending and is not charged.
var ErrPlanned = errors.New("the request is asked later")

// Planner keeps requests that are to be asked through files. A request that failed for good gives its failure back, and true.
type Planner interface {
	Plan(c hardneg.Call, body []byte, worst hardneg.Usage) (failed hardneg.Call, isFailed bool, err error)
}

// Bodies renders requests as the provider sends them.
type Bodies interface {
	Body(req Request) ([]byte, error)
}

// WrapPlanned puts a client together that sends nothing: cache( plan ). Answers come from the store alone; what has none is
// planned. With a nil planner it is not even planned.
func WrapPlanned(p Parts, plan Planner) Client {
	return &cached{p: p, next: &planning{p: p, plan: plan}}
}

type planning struct {
	p    Parts
	plan Planner
}

func (c *planning) send(_ context.Context, req *Request) (*Response, error) {
	bodies, ok := c.p.Provider.(Bodies)
	if c.plan == nil || !ok {
		return nil, ErrPlanned
	}
	body, err := bodies.Body(*req)
	if err != nil {
		return nil, &Error{Class: Down, Reason: "bad_request", Endpoint: c.p.Provider.Endpoint(), Err: err}
	}
	call := callOf(c.p, req)
	call.Usage = hardneg.Usage{Prompt: estimatePromptOf(req), Estimated: true}
	failed, isFailed, err := c.plan.Plan(call, body, upperBound(req))
	switch {
	case err != nil:
		return nil, err
	case isFailed:
		return nil, &Error{Class: Item, Reason: failed.Failure, Status: failed.HTTPStatus, Endpoint: call.Endpoint, Err: errors.New("its batch brought no answer")}
	}
	return nil, ErrPlanned
}

// callOf is what is known of a call before it is made.
func callOf(p Parts, req *Request) hardneg.Call {
	req = req.sealed()
	return hardneg.Call{
		Texts: req.textKeys(),
		Key:   req.key, Stage: req.Stage, Input: req.Input, Role: req.Role, Model: req.Model, Provider: p.Kind, Endpoint: p.Provider.Endpoint(),
		Prompt: req.Prompt, Sample: req.Sample, Attempt: req.Attempt, System: req.static().text, Request: req.stored, At: time.Now(),
	}
}
