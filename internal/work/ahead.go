package work

import (
	"iter"
	"runtime/debug"
)

// Ahead reads a sequence in the background, at most n values and the one that is being made ahead of who takes them, so that making
// and using take place at the same time. When it is left early it waits until the sequence has noticed. A panic of the sequence is an
// error of type *[Panic].
func Ahead[T any](n int, seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	type made struct {
		v   T
		err error
	}
	return func(yield func(T, error) bool) {
		values, quit := make(chan made, n), make(chan struct{})
		go func() {
			defer close(values)
			defer func() {
				if v := recover(); v != nil {
					select {
					case values <- made{err: &Panic{Value: v, Stack: debug.Stack()}}:
					case <-quit:
					}
				}
			}()
			for v, err := range seq {
				select {
				case values <- made{v, err}:
				case <-quit:
					return
				}
			}
		}()
		defer func() {
			close(quit)
			for range values { // until it has ended
			}
		}()
		for m := range values {
			if !yield(m.v, m.err) {
				return
			}
		}
	}
}
