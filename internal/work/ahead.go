package work

import (
	"iter"
	"runtime"
	"runtime/debug"
	"sync"
)

// Ahead yields f of each element of a sequence, in the sequence's order. One goroutine takes the elements and as many as there are
// cores call f on them, some batches of n elements ahead of who reads the results, so that all three are done at the same time.
// All of them have ended when the loop over it has, however that ends. A panic of the sequence or of f is the loop's.
func Ahead[T, R any](seq iter.Seq[T], n int, f func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		cores := runtime.GOMAXPROCS(0)
		a := &ahead[T, R]{f: f, order: make(chan *batch[T, R], 2*cores), todo: make(chan *batch[T, R], 2*cores), stop: make(chan struct{})}
		var wg sync.WaitGroup
		defer wg.Wait()
		defer close(a.stop)
		wg.Go(func() { a.take(seq, n) })
		for range cores {
			wg.Go(a.work)
		}
		for b := range a.order {
			<-b.done
			if b.panicked != nil {
				panic(b.panicked)
			}
			for _, r := range b.out {
				if !yield(r) {
					return
				}
			}
		}
	}
}

type ahead[T, R any] struct {
	f     func(T) R
	order chan *batch[T, R] // as they came
	todo  chan *batch[T, R] // the same ones
	stop  chan struct{}     // closed when nobody reads any more
}

type batch[T, R any] struct {
	in       []T
	out      []R
	done     chan struct{}
	panicked *Panic
}

// take gives the elements to the workers.
func (a *ahead[T, R]) take(seq iter.Seq[T], n int) {
	defer close(a.order)
	defer close(a.todo)
	b := &batch[T, R]{done: make(chan struct{})}
	defer func() {
		if p := recover(); p != nil {
			b = &batch[T, R]{done: make(chan struct{}), panicked: &Panic{p, debug.Stack()}}
			close(b.done)
			a.put(a.order, b)
		}
	}()
	for v := range seq {
		if b.in = append(b.in, v); len(b.in) < n {
			continue
		}
		if !a.give(b) {
			return
		}
		b = &batch[T, R]{in: make([]T, 0, n), done: make(chan struct{})}
	}
	if len(b.in) > 0 {
		a.give(b)
	}
}

func (a *ahead[T, R]) give(b *batch[T, R]) bool { return a.put(a.order, b) && a.put(a.todo, b) }

// put reports false when nobody reads any more.
func (a *ahead[T, R]) put(to chan *batch[T, R], b *batch[T, R]) bool {
	select {
	case to <- b:
		return true
	case <-a.stop:
		return false
	}
}

func (a *ahead[T, R]) work() {
	for b := range a.todo {
		a.do(b)
	}
}

func (a *ahead[T, R]) do(b *batch[T, R]) {
	defer close(b.done)
	defer func() {
		if p := recover(); p != nil {
			b.panicked = &Panic{p, debug.Stack()}
		}
	}()
	b.out = make([]R, 0, len(b.in))
	for _, v := range b.in {
		select {
		case <-a.stop:
			return
		default:
		}
		b.out = append(b.out, a.f(v))
	}
	b.in = nil
}
