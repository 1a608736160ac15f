package work

import "runtime/debug"

// Job is something that is done while who began it goes on. It must be waited for.
type Job[T any] struct {
	done     chan struct{}
	result   T
	panicked *Panic
}

// Begin calls f in a goroutine of its own.
func Begin[T any](f func() T) *Job[T] {
	j := &Job[T]{done: make(chan struct{})}
	go func() {
		defer close(j.done)
		defer func() {
			if p := recover(); p != nil {
				j.panicked = &Panic{p, debug.Stack()}
			}
		}()
		j.result = f()
	}()
	return j
}

// Ended reports whether Wait returns at once.
func (j *Job[T]) Ended() bool {
	select {
	case <-j.done:
		return true
	default:
		return false
	}
}

// Wait returns what f returned. A panic of f is Wait's.
func (j *Job[T]) Wait() T {
	<-j.done
	if j.panicked != nil {
		panic(j.panicked)
	}
	return j.result
}
