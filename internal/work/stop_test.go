package work

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheFirstErrorStopsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := errors.New("first")
		var begun, ended atomic.Int64
		item := func(err error, takes time.Duration) Item {
			return doFunc(func(context.Context) error {
				begun.Add(1)
				time.Sleep(takes)
				ended.Add(1)
				return err
			})
		}
		a := newQueue(append([]Item{item(first, time.Second), item(errors.New("later"), 2*time.Second), item(nil, 5*time.Second)}, slices.Repeat([]Item{item(nil, time.Minute)}, 50)...)...)
		b := newQueue(slices.Repeat([]Item{item(nil, 10*time.Second)}, 50)...)
		start := time.Now()
		err := Stream(t.Context(), a.stage("a", 3), b.stage("b", 2))
		if err != first {
			t.Errorf("got %v, want the first error as it is", err)
		}
		if begun.Load() != 5 || ended.Load() != 5 || time.Since(start) != 10*time.Second {
			t.Errorf("%d begun and %d ended in %s: those under way end, and no other is begun", begun.Load(), ended.Load(), time.Since(start))
		}
	})
}

func TestAnErrorOfTheFeedStops(t *testing.T) {
	broken := errors.New("disk full")
	s := newQueue().stage("judge", 2)
	s.Next = func(context.Context, int) ([]Item, error) { return nil, broken }
	if err := Stream(t.Context(), s, newQueue().stage("relabel", 1)); !errors.Is(err, broken) || !strings.Contains(err.Error(), "judge") {
		t.Errorf("%v", err)
	}
}

func TestACancelEndsWithItsCause(t *testing.T) {
	for name, item := range map[string]doFunc{
		"items that end": func(context.Context) error { time.Sleep(time.Minute); return nil },
		"items that stop, and say no more than that": func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("item: %w", ctx.Err()) },
		"items that stop with the cause":             func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) },
	} {
		synctest.Test(t, func(t *testing.T) {
			stopped := errors.New("stopped by a signal")
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Second, func() { cancel(stopped) })
			var begun atomic.Int64
			counting := doFunc(func(ctx context.Context) error { begun.Add(1); return item(ctx) })
			q := newQueue(slices.Repeat([]Item{counting}, 200)...)
			idle := newQueue() // waits for the stage before when the stop comes
			if err := Stream(ctx, q.stage("a", 4), idle.stage("b", 1)); err != stopped || begun.Load() != 4 {
				t.Errorf("%s: %v, %d begun", name, err, begun.Load())
			}
		})
	}
}

func TestACanceledErrorOfAnItemAloneIsAnError(t *testing.T) {
	q := newQueue(doFunc(func(context.Context) error { return fmt.Errorf("item: %w", context.Canceled) }))
	if err := Stream(t.Context(), q.stage("a", 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v: nobody stopped the run, so it is the item's", err)
	}
}

func blowUp() { panic("no such label") }

func TestAPanicIsAnErrorWithItsStack(t *testing.T) {
	q := newQueue(doFunc(func(context.Context) error { blowUp(); return nil }))
	err := Stream(t.Context(), q.stage("a", 2))
	var p *Panic
	if !errors.As(err, &p) || p.Value != "no such label" || !strings.Contains(string(p.Stack), "blowUp") || !strings.Contains(err.Error(), "no such label") {
		t.Errorf("%v", err)
	}
}

func TestEveryCallsUntilItIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int64
		stop := Every(10*time.Second, func() { time.Sleep(time.Second); n.Add(1) })
		time.Sleep(30*time.Second + time.Millisecond)
		stop()
		if n.Load() != 3 {
			t.Errorf("%d calls have ended: it must wait for the one under way", n.Load())
		}
		stop()
		if time.Sleep(time.Minute); n.Load() != 3 {
			t.Errorf("%d calls: it goes on", n.Load())
		}
	})
}

func TestWatchPassesOnUntilItIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := make(chan int)
		var got []int
		stop := Watch(c, func(v int) { got = append(got, v) })
		c <- 1
		c <- 2
		stop()
		stop()
		select {
		case c <- 3:
			t.Error("somebody still listens")
		default:
		}
		if !slices.Equal(got, []int{1, 2}) {
			t.Errorf("%v", got)
		}
	})
}

func TestAnIdleWorkerBeginsNothingAfterTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		stopped := errors.New("stopped")
		late := doFunc(func(context.Context) error { t.Error("an item was begun after the stop"); return nil })
		s := newQueue().stage("a", 2)
		looks := 0
		s.Next = func(context.Context, int) ([]Item, error) {
			if looks++; looks == 1 {
				return []Item{doFunc(func(context.Context) error { return nil })}, nil
			}
			synctest.Wait() // the worker is idle
			cancel(stopped)
			return []Item{late}, nil
		}
		if err := Stream(ctx, s); err != stopped {
			t.Error(err)
		}
	})
}
