package work

import (
	"runtime/debug"
	"sync/atomic"
)

// Behind does something with what it is given, one after the other, while who gives goes on. It must be ended.
type Behind[T any] struct {
	todo     chan T
	done     chan struct{}
	panicked atomic.Pointer[Panic]
}

// NewBehind calls f in a goroutine of its own. So many wait for it before Give waits.
func NewBehind[T any](waiting int, f func(T)) *Behind[T] {
	b := &Behind[T]{todo: make(chan T, waiting), done: make(chan struct{})}
	go func() {
		defer close(b.done)
		for v := range b.todo {
			b.do(f, v)
		}
	}()
	return b
}

// do keeps the first panic. What comes after it is done too: somebody may wait for that.
func (b *Behind[T]) do(f func(T), v T) {
	defer func() {
		if p := recover(); p != nil {
			b.panicked.CompareAndSwap(nil, &Panic{p, debug.Stack()})
		}
	}()
	f(v)
}

// Give adds the next. A panic of the function is Give's, or End's.
func (b *Behind[T]) Give(v T) {
	b.failed()
	b.todo <- v
}

// End waits until all is done. Nothing can be given any more.
func (b *Behind[T]) End() {
	close(b.todo)
	<-b.done
	b.failed()
}

func (b *Behind[T]) failed() {
	if p := b.panicked.Load(); p != nil {
		panic(p)
	}
}
