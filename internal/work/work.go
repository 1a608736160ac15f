// Package work runs stages: each takes pending items from a feed and does them with a bounded number of workers, all stages at
// the same time or one after another.
//
// It is the only place with goroutines. It knows nothing of what an item is: a feed names pending items, a function does one and
// returns when its outcome is saved. There is no queue of results; an item whose outcome is not saved is pending again.
package work

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Stage is one step of the pipeline.
type Stage struct {
	Name    string
	Workers int
	// Next returns the n items after the last ones it returned, fewer if there are no more now. When the stage before is finished and
	// Next returns none, this one is finished, too.
	Next func(ctx context.Context, n int) ([]Item, error)
	// Changed returns a channel that is closed when there may be more items. It is taken before Next is called. Nil: there are none
	// until the stage before is finished.
	Changed func() <-chan struct{}
}

// Item is one unit of work: it is done when Do returns without an error, and its outcome is saved then.
type Item interface {
	Do(ctx context.Context) error
}

// Panic is the error of an item whose code panicked.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// The least time between two looks for new items while the stage before is at work, so that a burst of commits is one look. A
// stage that has nothing to do looks soon; one that is at work has no hurry, and looks cost.
const (
	lookIdle = 5 * time.Millisecond
	lookBusy = 100 * time.Millisecond
)

// Stream runs the stages at the same time, each following the one before. The first error stops all of them: no item is begun
// after it, those under way end, and Stream returns when they have.
func Stream(ctx context.Context, stages ...Stage) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	before := closed()
	for i := range stages {
		done := make(chan struct{})
		r := &runner{stage: stages[i], upstream: before, cancel: cancel}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer close(done)
			r.run(ctx)
		}()
		before = done
	}
	wg.Wait()
	return cause(ctx)
}

// Stage by stage is Stream with one stage at a time.
func Staged(ctx context.Context, stages ...Stage) error {
	for _, s := range stages {
		if err := Stream(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func closed() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// cause is the first error, nil if there was none.
func cause(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}

type runner struct {
	stage    Stage
	upstream <-chan struct{} // closed when the stage before is finished
	cancel   context.CancelCauseFunc
	busy     atomic.Int64 // items under way
}

// run feeds the workers until there is nothing left.
func (r *runner) run(ctx context.Context) {
	items := make(chan Item)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer close(items)
	started := 0
	r.feed(ctx, func(it Item) bool {
		select { // a free worker, or a new one up to the bound
		case items <- it:
			return true
		default:
		}
		if started < r.stage.Workers {
			started++
			wg.Add(1)
			go func() {
				defer wg.Done()
				r.work(ctx, items)
			}()
		}
		select {
		case items <- it:
			return true
		case <-ctx.Done():
			return false
		}
	})
}

func (r *runner) feed(ctx context.Context, give func(Item) bool) {
	for ctx.Err() == nil {
		changed := r.changed()
		last := r.upstreamFinished() // before Next: what was saved until now is seen by it
		most := max(64, r.stage.Workers)
		batch, err := r.stage.Next(ctx, most)
		if err != nil {
			r.fail(ctx, fmt.Errorf("stage %s: %w", r.stage.Name, err))
			return
		}
		for _, it := range batch {
			if !give(it) {
				return
			}
		}
		if len(batch) == most || len(batch) > 0 && last {
			continue // a batch that is not full was all there is now, and a look for the rest would find nothing
		}
		if last || !r.wait(ctx, changed) {
			return
		}
	}
}

func (r *runner) changed() <-chan struct{} {
	if r.stage.Changed == nil {
		return nil
	}
	return r.stage.Changed()
}

func (r *runner) upstreamFinished() bool {
	select {
	case <-r.upstream:
		return true
	default:
		return false
	}
}

// wait returns when there may be more items, false when the run stops.
func (r *runner) wait(ctx context.Context, changed <-chan struct{}) bool {
	pause := lookBusy
	if r.busy.Load() == 0 {
		pause = lookIdle
	}
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-changed:
	case <-r.upstream:
		return true
	case <-ctx.Done():
		return false
	}
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (r *runner) work(ctx context.Context, items <-chan Item) {
	for it := range items {
		if ctx.Err() != nil {
			continue // drain: the feed must not hang
		}
		r.busy.Add(1)
		err := do(ctx, it)
		r.busy.Add(-1)
		if err != nil {
			r.fail(ctx, err)
		}
	}
}

// fail stops everything. An item that ended because everything stops is no cause of its own.
func (r *runner) fail(ctx context.Context, err error) {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return
	}
	r.cancel(err)
}

func do(ctx context.Context, it Item) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	return it.Do(ctx)
}

// Every calls f every d until the returned stop function is called, which waits for a call under way.
func Every(d time.Duration, f func()) (stop func()) {
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		t := time.NewTicker(d)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				f()
			case <-quit:
				return
			}
		}
	}()
	var once sync.Once
	return func() { once.Do(func() { close(quit); <-ended }) }
}

// Watch calls f with each value of a channel until the returned stop function is called.
func Watch[T any](c <-chan T, f func(T)) (stop func()) {
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case v := <-c:
				f(v)
			case <-quit:
				return
			}
		}
	}()
	var once sync.Once
	return func() { once.Do(func() { close(quit); <-ended }) }
}

// Each calls f for 0 to n-1 on all cores and returns when all calls have ended.
func Each(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		}()
	}
	wg.Wait()
}
