package llm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"hardneg"
)

// Recorder keeps calls. Record returns when the call is on disk.
type Recorder interface {
	Lookup(ctx context.Context, key hardneg.Key) (hardneg.Call, bool, error)
	Record(c hardneg.Call) error
	Unreadable(key hardneg.Key) error // the reply to a key came, and was none
}

// Parts are what a client for one role is put together from.
type Parts struct {
	Provider Provider
	Others   []Provider // further endpoints of the same model; lane n of the governor is the n-th of all
	Kind     string     // name of the provider in the config; stored replies are decoded by it
	Role     string     // name of the model in the config
	Calls    Recorder
	Governor *Governor // shared by the roles that use one model on the same endpoints
	Budget   *Budget   // shared by all roles; may be nil
	Context  int       // tokens that prompt and reply have together; 0: not known
	Timeout  time.Duration
	Patience time.Duration
	Retries  int
	Price    hardneg.Price
	Turns    *Turns          // of the models of one server; nil: all are asked at once
	Same     Same            // nil: whether a server has other weights than before is not asked
	Hard     context.Context // bounds a call that is on its way; the caller's context only bounds waiting before it
	Notify   func(string)    // told of what a person should know; may be nil
	Rank     map[string]int  // stage → place in the pipeline; later stages get a slot first
}

// Wrap puts a client together: cache( fit( turn( retry( limit( record( provider )))))). What can't fit is not sent. A reply is committed before anybody reads it, a slot
// is held until that commit, and a request that was answered once is never sent again.
func Wrap(p Parts) Client {
	if p.Notify == nil {
		p.Notify = func(string) {}
	}
	if p.Hard == nil {
		p.Hard = context.Background()
	}
	var next sender = &retrying{p: p, next: &limited{p: p, next: &recording{p: p}}}
	if p.Turns != nil {
		next = &turning{p.Turns, next}
	}
	return &cached{p: p, next: &fitting{p.Context, next}}
}

// cached answers from the store, and sends equal requests that are asked for at the same time once.
type cached struct {
	p      Parts
	next   sender
	flight singleflight.Group
}

// sender is what is behind the cache. Request and response are pointers there, and only read by all but who makes them: a run has
// a thousand goroutines this deep, and copies at each layer would double their stacks. The response may be nil where there is an error.
type sender interface {
	send(ctx context.Context, req *Request) (*Response, error)
}

func (c *cached) Complete(ctx context.Context, req Request) (Response, error) {
	req.Role = c.p.Role
	resp, err := c.answer(ctx, &req)
	if resp == nil {
		return Response{}, err
	}
	return *resp, err
}

func (c *cached) answer(ctx context.Context, req *Request) (*Response, error) {
	req.seal()
	v, err, _ := c.flight.Do(string(req.key[:]), func() (any, error) {
		if resp, ok, err := stored(ctx, c.p.Calls, req.key); ok || err != nil {
			return resp, err
		}
		return c.next.send(ctx, req)
	})
	return v.(*Response), err
}

// Unreadable implements Marker.
func (c *cached) Unreadable(key hardneg.Key) error { return c.p.Calls.Unreadable(key) }

// stored reads the reply that a store has to a key.
func stored(ctx context.Context, calls Recorder, key hardneg.Key) (_ *Response, ok bool, err error) {
	call, ok, err := calls.Lookup(ctx, key)
	if err != nil || !ok {
		return nil, false, err
	}
	resp, err := Decode(call.Provider, call.Reply)
	if err != nil {
		return nil, true, &Error{Class: Item, Reason: "stored_reply", Err: fmt.Errorf("reply to %s: %w", key, err)}
	}
	resp.Call, resp.Cached, resp.Latency = key, true, call.Latency
	return &resp, true, nil
}

// NotStored is the reason of a request that [Stored] has no reply to.
const NotStored = "not_stored"

// Stored completes requests from a store alone, as the client of [Wrap] would without sending any. One that it has no reply to
// fails for its item.
type Stored struct{ Calls Recorder }

// Complete implements Client.
func (c Stored) Complete(ctx context.Context, req Request) (Response, error) {
	resp, ok, err := stored(ctx, c.Calls, req.Key())
	if err == nil && !ok {
		err = &Error{Class: Item, Reason: NotStored, Err: errors.New("the store has no reply to this request")}
	}
	if err != nil {
		return Response{}, err
	}
	return *resp, nil
}

// decoders read stored replies by the kind of provider that they came from.
var decoders = map[string]func([]byte) (Response, error){
	"openai": DecodeOpenAI, "ollama": DecodeOllama, "offline": decodePlain, "recorded": decodePlain,
}

// Decode reads a stored reply of a kind of provider.
func Decode(kind string, raw []byte) (Response, error) {
	if bytes.HasPrefix(raw, vectorsMark) {
		return decodeVectors(raw)
	}
	d, ok := decoders[kind]
	if !ok {
		return Response{}, fmt.Errorf("no provider %q", kind)
	}
	return d(raw)
}

// recording calls the provider and commits what came of it.
type recording struct{ p Parts }

func (c *recording) send(_ context.Context, req *Request) (*Response, error) {
	provider := c.p.Provider
	if req.lane > 0 {
		provider = c.p.Others[req.lane-1]
	}
	start := time.Now()
	resp, err := c.ask(provider, req)
	return resp, c.save(provider, req, resp, err, start)
}

// ask makes the call, in the time it has.
func (c *recording) ask(provider Provider, req *Request) (*Response, error) {
	ctx, cancel := context.WithTimeout(c.p.Hard, c.p.Timeout)
	defer cancel()
	resp, err := provider.Complete(ctx, *req)
	return &resp, err
}

// save commits a call, and returns the error that it ended with.
func (c *recording) save(provider Provider, req *Request, resp *Response, err error, start time.Time) error {
	call := callOf(c.p, req)
	call.Endpoint, call.At, call.Latency = provider.Endpoint(), start, time.Since(start)
	if err != nil {
		err = c.failure(&call, req, err)
		if e, ok := AsError(err); ok && e.Unsent {
			return err // nothing was asked of anybody
		}
	} else {
		call.Reply, call.FinishReason, call.Usage = resp.Raw, resp.FinishReason, resp.Usage
		call.Cost = c.p.Price.Cost(resp.Usage)
		resp.Call, resp.Latency = call.Key, call.Latency
	}
	if saveErr := c.p.Calls.Record(call); saveErr != nil {
		if err != nil {
			saveErr = fmt.Errorf("%w; the call that was to be stored failed too: %v", saveErr, err) // not %w: it must stop the run, whatever the call's class
		}
		return saveErr
	}
	return err
}

// failure fills in a call that got no usable reply. One whose answer never came may have been paid for, at most fully.
func (c *recording) failure(call *hardneg.Call, req *Request, err error) error {
	e, ok := AsError(err)
	if !ok {
		e = &Error{Class: Item, Reason: "client", Endpoint: call.Endpoint, Err: err}
		err = e
	}
	call.Failure, call.Class, call.HTTPStatus, call.Reply = e.Reason, e.Class.String(), e.Status, e.Raw
	if e.PossiblyPaid {
		call.Unconfirmed = c.p.Price.Most(upperBound(req))
	}
	return err
}

// upperBound is the most that a request can use: no token is shorter than a byte of ordinary text divided by two, and the reply
// is capped.
func upperBound(req *Request) hardneg.Usage {
	return hardneg.Usage{Prompt: int64(len(req.System)+req.said()+len(req.Schema.JSON)) / 2, Completion: int64(req.MaxTokens)}
}

// limited waits for budget, rate and a slot, in this order, and holds the slot until the call is committed.
type limited struct {
	p    Parts
	next sender
}

func (c *limited) send(ctx context.Context, req *Request) (*Response, error) {
	worst := upperBound(req)
	settle, err := c.p.Budget.take(ctx, worst, c.p.Price.Most(worst))
	if err != nil {
		return nil, err
	}
	ticket, err := c.slot(ctx, req, worst)
	if err == nil {
		err = ticket.same(ctx, c.p.Same)
	}
	if err != nil {
		settle(hardneg.Usage{}, 0, false)
		return nil, err
	}
	req.lane, ticket.again = ticket.lane, req.again
	resp, err := c.next.send(ctx, req)
	e, failed := AsError(err)
	switch {
	case failed && e.PossiblyPaid:
		settle(hardneg.Usage{}, c.p.Price.Most(worst), true)
	case failed && e.Unsent:
		settle(hardneg.Usage{}, 0, false)
	default:
		settle(resp.Usage, c.p.Price.Cost(resp.Usage), true)
	}
	err = ticket.release(resp, err)
	return resp, err
}

func (c *limited) slot(ctx context.Context, req *Request, worst hardneg.Usage) (*ticket, error) {
	if req.Prompt == probePrompt {
		return c.p.Governor.probe(ctx, req.lane, c.p.Rank[req.Stage], worst)
	}
	return c.p.Governor.acquire(ctx, c.p.Rank[req.Stage], worst)
}

// once says each message one time.
type once struct {
	mu   sync.Mutex
	said map[string]bool
}

func (o *once) first(key string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.said[key] {
		return false
	}
	if o.said == nil {
		o.said = map[string]bool{}
	}
	o.said[key] = true
	return true
}
