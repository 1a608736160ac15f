package llm

import (
	"context"
	"fmt"
	"time"

	"hardneg"
)

// probePrompt is the prompt of a request that only asks whether an endpoint is alive.
const probePrompt = "probe"

// A probe that fails is sent again: a neighbour may have ended the runner of a server that starts another at once.
const (
	probes   = 3
	probeGap = time.Second
)

// refusesAllAfter is how many refusals in a row, without a success of the model in between, mean that it refuses everything that the
// run asks, whatever it says to a probe. Items that a gateway does not like are rarely that many in a row.
const refusesAllAfter = 10

// RefusesAll reports that a run stopped because a model refuses the key, or all that is asked with it. Requests that were refused
// before that was seen failed as [Forbidden]; they were not at fault.
func RefusesAll(err error) bool {
	e, ok := AsError(err)
	return ok && e.Class == Down && e.Reason == refusedReason
}

// alive asks the endpoint that a request failed at for a completion of next to nothing. It is asked when one request is about to
// stop the run, because only that tells a server that is down from one that does not like what it was asked: gateways answer such
// with a page of their own.
func (c *retrying) alive(ctx context.Context, req *Request) bool {
	probe := &Request{Stage: req.Stage, Input: probePrompt, Prompt: probePrompt, Role: req.Role, Model: req.Model, Extra: req.Extra,
		User: "Reply with the word ok.", MaxTokens: 16, Temperature: req.Temperature, TopP: req.TopP,
		lane: req.lane, Sample: int(time.Now().UnixNano())} // never the same: what it answered before says nothing of now
	if len(req.Texts) > 0 {
		probe.User, probe.MaxTokens, probe.Texts, probe.Dimensions = "", 0, []string{"ok"}, req.Dimensions
	}
	for range probes {
		_, err := c.next.send(ctx, probe)
		if err == nil {
			return true
		}
		e, ok := AsError(err)
		if !ok || e.Status == 0 || e.Class != Temporary && e.Class != Unavailable || Sleep(ctx, probeGap) != nil {
			break
		}
		probe.Sample++
	}
	return false
}

// probe is a slot for a request that asks whether the endpoint of a lane is alive. It waits for nothing but the lane's rate: a rest
// would be over, and something else may have mended the endpoint, before it is known why it failed.
func (g *Governor) probe(ctx context.Context, lane, rank int, worst hardneg.Usage) (*ticket, error) {
	g.mu.Lock()
	g.inFlight++
	g.lanes[lane].inFlight++
	g.mu.Unlock()
	t := &ticket{g: g, lane: lane, rank: rank, probe: true}
	var err error
	if t.reserved, err = g.lanes[lane].waitRate(ctx, worst); err != nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.giveBack(lane)
		return nil, err
	}
	t.start = time.Now()
	return t, nil
}

// items reports that an endpoint which answers nobody is alive, and fails because of what it is asked: a few requests are left, and
// it answers none of them.
func (c *retrying) items(ctx context.Context, req *Request, t *tries, e *Error) bool {
	return e.failing && (t.waits > 1 || e.repeated) && t.now == t.earlier && c.alive(ctx, req)
}

// blamed decides between the item and the endpoint before an error of one request stops the run.
func (c *retrying) blamed(ctx context.Context, req *Request, e *Error) error {
	suspect := e.Class == Down && !e.Unsent && e.Status > 0 && (e.Reason == refusedReason && e.Status == 403 || e.waited)
	if !suspect || ctx.Err() != nil || c.dead.Load() {
		return e
	}
	if n := c.p.Governor.refusals(); e.Reason == refusedReason && n >= refusesAllAfter {
		again := *e
		again.Err = fmt.Errorf("the last %d requests were refused, each of them, though a probe is answered: %w", n, e.Err)
		return &again
	}
	if !c.alive(ctx, req) {
		c.dead.Store(true)
		return e
	}
	reason := e.Reason
	if reason == refusedReason {
		reason = Forbidden
	}
	return &Error{Class: Item, Reason: reason, Status: e.Status, Endpoint: e.Endpoint, Raw: e.Raw,
		Err: fmt.Errorf("this request alone, others are answered: %w", e.Err)}
}
