package llm

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"hardneg"
)

var small = hardneg.Usage{Prompt: 1}

// take acquires a slot, failing the test if it can't.
func take(t *testing.T, g *Governor, rank int) func(hardneg.Usage, error) {
	t.Helper()
	ticket, err := g.acquire(t.Context(), rank, small)
	if err != nil {
		t.Fatal(err)
	}
	return func(used hardneg.Usage, err error) { _ = ticket.release(&Response{Usage: used}, err) }
}

func TestTheCeilingIsNeverExceeded(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ceiling := rapid.IntRange(1, 6).Draw(rt, "ceiling")
		ends := rapid.SliceOfN(rapid.SampledFrom([]error{nil, nil, failed(Overload, "busy"), failed(Temporary, "reset")}), 1, 60).Draw(rt, "ends")
		synctest.Test(t, func(t *testing.T) {
			g := NewGovernor(GovernorOptions{Concurrency: ceiling})
			var mu sync.Mutex
			now, most := 0, 0
			var wg sync.WaitGroup
			for i, end := range ends {
				wg.Go(func() {
					release := take(t, g, i%4)
					mu.Lock()
					now++
					most = max(most, now)
					mu.Unlock()
					time.Sleep(time.Duration(1+i%5) * time.Second)
					mu.Lock()
					now--
					mu.Unlock()
					release(small, end)
				})
			}
			wg.Wait()
			if n, _ := g.InFlight(); most > ceiling || n != 0 || g.waiters.Len() != 0 {
				t.Errorf("%d in flight at most with ceiling %d; %d slots and %d waiters left", most, ceiling, n, g.waiters.Len())
			}
		})
	})
}

func TestLaterStagesGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGovernor(GovernorOptions{Concurrency: 1})
		release := take(t, g, 0)
		var order []string
		var wg sync.WaitGroup
		for _, w := range []struct {
			name string
			rank int
		}{{"query 1", 0}, {"judge 1", 3}, {"query 2", 0}, {"negative", 2}, {"judge 2", 3}} {
			wg.Go(func() {
				r := take(t, g, w.rank)
				order = append(order, w.name)
				r(small, nil)
			})
			synctest.Wait()
		}
		release(small, nil)
		wg.Wait()
		if want := []string{"judge 1", "judge 2", "negative", "query 1", "query 2"}; !slices.Equal(order, want) {
			t.Errorf("got %q, want %q", order, want)
		}
	})
}

func TestTheConcurrencyIsCutOncePerWindowAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGovernor(GovernorOptions{Concurrency: 10})
		end := func(err error) { take(t, g, 0)(small, err) }
		limit := func() int { _, n := g.InFlight(); return n }
		time.Sleep(time.Minute)
		for range 5 { // refused together: one overload
			end(failed(Overload, "busy"))
		}
		if limit() != 7 {
			t.Errorf("limit %d after one overload, want 7", limit())
		}
		time.Sleep(time.Minute)
		end(failed(Overload, "busy"))
		if limit() != 4 {
			t.Errorf("limit %d after the second, want 4", limit())
		}
		for range 20 {
			time.Sleep(time.Minute)
			end(failed(Overload, "busy"))
		}
		if limit() != 1 {
			t.Errorf("limit %d after many: it must not fall below 1", limit())
		}
		for last := 1; limit() < 10; last = limit() {
			if end(nil); limit() > last+1 {
				t.Fatalf("the limit jumped from %d to %d", last, limit())
			}
		}
		for range 100 {
			end(nil)
		}
		if limit() != 10 {
			t.Errorf("limit %d above the ceiling", limit())
		}
	})
}

func TestAPauseHoldsForEverybody(t *testing.T) {
	for name, ceiling := range map[string]int{"with free slots": 10, "for those who queue for a slot": 2} {
		synctest.Test(t, func(t *testing.T) {
			g := NewGovernor(GovernorOptions{Concurrency: ceiling})
			start := time.Now()
			held := []func(hardneg.Usage, error){take(t, g, 0), take(t, g, 0)}
			var sent []time.Duration
			var mu sync.Mutex
			var wg sync.WaitGroup
			begin := func() {
				wg.Go(func() {
					release := take(t, g, 0)
					mu.Lock()
					sent = append(sent, time.Since(start))
					mu.Unlock()
					release(small, nil)
				})
				synctest.Wait()
			}
			if ceiling == 2 {
				begin()
				begin()
			}
			asked, asked2 := failed(Overload, "busy"), failed(Overload, "busy")
			asked.RetryAfter, asked2.RetryAfter = 7*time.Second, 3*time.Second
			held[0](small, asked)
			held[1](small, asked2) // a shorter one does not end the longer one
			begin()
			begin()
			wg.Wait()
			for _, s := range sent {
				if s != 7*time.Second {
					t.Errorf("%s: sent after %s, the server asked for 7s", name, s)
				}
			}
			if n, _ := g.InFlight(); n != 0 {
				t.Errorf("%s: %d slots left", name, n)
			}
		})
	}
}

func TestAnAbandonedWaitGivesItsSlotBack(t *testing.T) {
	stopped := errors.New("stopped")
	for name, rig := range map[string]func(g *Governor, stop func()){
		"while it queues":                         func(_ *Governor, stop func()) { stop() },
		"as it is given a slot":                   func(g *Governor, stop func()) { stop(); g.mu.Lock(); g.lanes[0].limit++; g.grant(); g.mu.Unlock() },
		"after it is given a slot, before it ran": func(g *Governor, stop func()) { g.mu.Lock(); g.lanes[0].limit++; g.grant(); stop(); g.mu.Unlock() },
		"in a pause": func(g *Governor, stop func()) {
			g.mu.Lock()
			g.lanes[0].pause = time.Now().Add(time.Hour)
			g.lanes[0].limit++
			g.grant()
			g.mu.Unlock()
			synctest.Wait()
			stop()
		},
	} {
		for range 20 { // which of two ready channels is seen first is chance
			synctest.Test(t, func(t *testing.T) {
				g := NewGovernor(GovernorOptions{Concurrency: 2})
				g.lanes[0].limit = 1
				release := take(t, g, 0)
				ctx, cancel := context.WithCancelCause(t.Context())
				got := make(chan error, 1)
				var wg sync.WaitGroup
				wg.Go(func() { _, err := g.acquire(ctx, 0, small); got <- err })
				synctest.Wait()
				rig(g, func() { cancel(stopped) })
				if err := <-got; !errors.Is(err, stopped) {
					t.Fatalf("%s: got %v, want the cause of the stop", name, err)
				}
				release(small, nil)
				if n, _ := g.InFlight(); n != 0 || g.waiters.Len() != 0 {
					t.Fatalf("%s: %d slots and %d waiters left", name, n, g.waiters.Len())
				}
			})
		}
	}
}

func TestASlotThatIsGivenBackGoesToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGovernor(GovernorOptions{Concurrency: 1})
		release := take(t, g, 0)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := g.acquire(ctx, 1, small); err == nil {
				t.Error("it got a slot after the stop")
			}
		})
		wg.Go(func() { take(t, g, 0)(small, nil) })
		synctest.Wait()
		busy := failed(Overload, "busy")
		busy.RetryAfter = time.Minute
		release(small, busy) // the first one has the slot now and waits for the end of the pause
		synctest.Wait()
		cancel()
		wg.Wait()
	})
}

// Any minute, wherever it begins, has at most the allowed requests and not many fewer, and no second has two seconds' share.
