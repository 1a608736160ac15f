package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"hardneg/internal/work"
)

// panics lets a run go on when the code of one item panics. Nothing is saved of that item: it stays pending, and the run ends with
// exit 1 when all else is done. Many in a row mean that it is not the item, and stop the run.
type panics struct {
	say func(string)

	mu    sync.Mutex
	n     int
	inRow int
	first *work.Panic
}

// tooManyPanics in a row stop a run.
const tooManyPanics = 10

// guard wraps items.
func (p *panics) guard(items []work.Item) []work.Item {
	for i, it := range items {
		items[i] = guarded{it, p}
	}
	return items
}

type guarded struct {
	item   work.Item
	panics *panics
}

// Do does the item; see panics.
func (g guarded) Do(ctx context.Context) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = g.panics.add(&work.Panic{Value: v, Stack: debug.Stack()})
		}
	}()
	err = g.item.Do(ctx)
	g.panics.passed()
	return err
}

func (p *panics) passed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inRow = 0
}

func (p *panics) add(v *work.Panic) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	p.inRow++
	if p.first == nil {
		p.first = v
		p.say(fmt.Sprintf("a bug met one item, which stays pending; the run goes on: %v\n%s", v, v.Stack))
	}
	if p.inRow > tooManyPanics {
		return v
	}
	return nil
}

// err is the error that a run ends with if there was any.
func (p *panics) err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.n == 0 {
		return nil
	}
	return fmt.Errorf("%d items met a bug and are pending: %w", p.n, p.first)
}
