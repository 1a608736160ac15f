package llm

import (
	"context"
	"sync"
)

// Turns let the models of one server answer one after the other, where it has room for one: whoever asks first in a look at the
// pending items has the turn, and what another model is asked for waits for the next look.
type Turns struct {
	mu      sync.Mutex
	model   string
	waiting bool
}

// Begin begins the next look.
func (t *Turns) Begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.model, t.waiting = "", false
}

// Waiting reports whether another model was asked for since the look began.
func (t *Turns) Waiting() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.waiting
}

func (t *Turns) take(model string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.model == "" {
		t.model = model
	}
	if t.model != model {
		t.waiting = true
	}
	return t.model == model
}

// turning sends what is of the model whose turn it is.
type turning struct {
	turns *Turns
	next  sender
}

func (c *turning) send(ctx context.Context, req *Request) (*Response, error) {
	if !c.turns.take(req.Model) {
		return nil, ErrPlanned
	}
	return c.next.send(ctx, req)
}
