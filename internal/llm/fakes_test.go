package llm

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"hardneg"
)

// step is one answer of a scripted provider: content, or an error.
type step struct {
	content string
	finish  string // "": stop
	thought string
	usage   hardneg.Usage
	err     error
}

// scripted answers with its steps in turn, the last one again and again, and keeps what it was asked and when.
type scripted struct {
	takes time.Duration // of a call; cut short by the context
	steps []step
	begin func(Request) // called first; may be nil

	mu    sync.Mutex
	asked []Request
	at    []time.Time
	ended int
}

func script(steps ...step) *scripted { return &scripted{steps: steps} }

func (p *scripted) Complete(ctx context.Context, req Request) (Response, error) {
	if req.Prompt == "probe" { // alive, whatever it does with the rest
		return Response{Content: "ok", FinishReason: "stop", Raw: []byte(`{"content":"ok","finish_reason":"stop"}`)}, nil
	}
	p.mu.Lock()
	s := p.steps[min(len(p.asked), len(p.steps)-1)]
	p.asked, p.at = append(p.asked, req), append(p.at, time.Now())
	p.mu.Unlock()
	if p.begin != nil {
		p.begin(req)
	}
	if p.takes > 0 {
		if err := Sleep(ctx, p.takes); err != nil {
			return Response{}, &Error{Class: Temporary, Reason: "cancelled", PossiblyPaid: true, Err: err}
		}
	}
	p.mu.Lock()
	p.ended++
	p.mu.Unlock()
	if s.err != nil {
		return Response{}, s.err
	}
	r := Response{Content: s.content, Thinking: s.thought, FinishReason: s.finish, Usage: s.usage}
	if r.FinishReason == "" {
		r.FinishReason = "stop"
	}
	r.Raw, _ = json.Marshal(r)
	return r, nil
}

func (p *scripted) Decode(raw []byte) (Response, error) { return decodePlain(raw) }
func (p *scripted) Endpoint() string                    { return "scripted" }

func (p *scripted) calls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.asked)
}

// waits are the times between the calls.
func (p *scripted) waits() []time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []time.Duration
	for i := 1; i < len(p.at); i++ {
		out = append(out, p.at[i].Sub(p.at[i-1]))
	}
	return out
}

// memory is a recorder that keeps calls in memory.
type memory struct {
	takes  time.Duration      // of a commit
	record func(hardneg.Call) // called in the middle of a commit; may be nil
	err    error              // of both methods

	mu    sync.Mutex
	calls []hardneg.Call

	unreadable []hardneg.Key
}

func (m *memory) Lookup(_ context.Context, key hardneg.Key) (hardneg.Call, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.calls {
		if c.Key == key && c.Failure == "" {
			return c, true, nil
		}
	}
	return hardneg.Call{}, false, nil
}

func (m *memory) Unreadable(k hardneg.Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unreadable = append(m.unreadable, k)
	return nil
}

func (m *memory) Record(c hardneg.Call) error {
	time.Sleep(m.takes)
	if m.record != nil {
		m.record(c)
	}
	if m.err != nil {
		return m.err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, c)
	return nil
}

func (m *memory) kept() []hardneg.Call {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]hardneg.Call(nil), m.calls...)
}

// parts are a whole stack around a provider, generous unless a test says otherwise.
func parts(p Provider, calls Recorder) Parts {
	return Parts{Provider: p, Kind: "offline", Role: "writer", Calls: calls, Governor: NewGovernor(GovernorOptions{Concurrency: 8}),
		Timeout: time.Minute, Patience: time.Hour, Retries: 2}
}

// item is the request of one item; different numbers are different requests.
func item(n int) Request {
	return Request{Stage: "queries", Model: "m", System: "be brief", User: "say x", MaxTokens: 100, Sample: n}
}

func failed(c Class, reason string) *Error {
	return &Error{Class: c, Reason: reason, Err: context.DeadlineExceeded}
}

func wantError(t *testing.T, err error, class Class, reason string) *Error {
	t.Helper()
	e, ok := AsError(err)
	if !ok || e.Class != class || e.Reason != reason {
		t.Fatalf("got error %v (%+v), want %s %s", err, e, class, reason)
	}
	return e
}
