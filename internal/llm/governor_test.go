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
func TestRequestsPerMinute(t *testing.T) {
	for _, rpm := range []int{1, 7, 60, 600, 6000, 60_000} {
		synctest.Test(t, func(t *testing.T) {
			g := NewGovernor(GovernorOptions{Concurrency: 100, RPM: rpm})
			var sent []time.Time
			for range 2*rpm + 2 {
				take(t, g, 0)(small, nil)
				sent = append(sent, time.Now())
			}
			first, second := 0, 0
			for i, at := range sent {
				for at.Sub(sent[first]) >= time.Minute {
					first++
				}
				for at.Sub(sent[second]) >= time.Second {
					second++
				}
				if n := i - first + 1; n > rpm || i == rpm && n < rpm*98/100 {
					t.Fatalf("%d requests in a minute at %d", n, rpm)
				}
				if n := i - second + 1; n > rpm/60+rpm/500+1 {
					t.Fatalf("%d requests in a second at %d a minute", n, rpm)
				}
			}
		})
	}
}

func TestTokensPerMinute(t *testing.T) {
	worst := hardneg.Usage{Prompt: 300, Completion: 300}
	for name, c := range map[string]struct {
		used hardneg.Usage
		want time.Duration // for 101 calls at 6,000 tokens a minute, one after the other
	}{
		"as reserved":            {worst, 10 * time.Minute},
		"what is not used":       {hardneg.Usage{Prompt: 60}, time.Minute},
		"more than can be taken": {hardneg.Usage{Prompt: 1200}, 20 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := NewGovernor(GovernorOptions{Concurrency: 100, TPM: 6000})
			start := time.Now()
			for range 101 {
				ticket, err := g.acquire(t.Context(), 0, worst)
				if err != nil {
					t.Fatal(err)
				}
				_ = ticket.release(&Response{Usage: c.used}, nil)
			}
			if took := time.Since(start); took < c.want*9/10 || took > c.want*11/10+6*time.Second { // the first one waits for what it reserves
				t.Errorf("%s: %s, want about %s", name, took, c.want)
			}
		})
	}
}

// Any minute, wherever it begins, has at most the allowed tokens and not many fewer, also where a call takes more than a burst has,
// and what calls give back of a busy minute is not there for one an hour later.
func TestNoMinuteHasMoreTokensThanAllowed(t *testing.T) {
	for _, tpm := range []int{100, 6000, 60_000} {
		for _, worst := range []int64{7, 50, 600} {
			synctest.Test(t, func(t *testing.T) {
				g := NewGovernor(GovernorOptions{Concurrency: 100, TPM: tpm})
				var sent []time.Time
				for range 2*tpm/int(worst) + 2 {
					ticket, err := g.acquire(t.Context(), 0, hardneg.Usage{Prompt: worst})
					if err != nil {
						t.Fatal(err)
					}
					_ = ticket.release(&Response{Usage: hardneg.Usage{Prompt: worst}}, nil)
					sent = append(sent, time.Now())
				}
				first := 0
				for i, at := range sent {
					for at.Sub(sent[first]) >= time.Minute {
						first++
					}
					if n := int64(i-first+1) * worst; n > int64(tpm)+worst || n > int64(tpm) && worst < int64(tpm)/50 {
						t.Fatalf("calls of %d tokens: %d tokens in a minute at %d", worst, n, tpm)
					}
				}
				if took, want := sent[len(sent)-1].Sub(sent[0]), 2*time.Minute; took > want*11/10+time.Duration(worst)*time.Minute/time.Duration(tpm) {
					t.Errorf("calls of %d tokens at %d a minute: %s for two minutes' tokens", worst, tpm, took)
				}
				b := g.lanes[0].tpm
				b.give(tpm)
				time.Sleep(time.Hour)
				start := time.Now()
				if err := b.take(t.Context(), tpm); err != nil || time.Since(start) < 50*time.Second {
					t.Errorf("%v after %s", err, time.Since(start))
				}
			})
		}
	}
}

func TestAWaitForRateKnowsNoDeadlineButTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reached := errors.New("wall budget")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Second, reached)
		defer cancel()
		g := NewGovernor(GovernorOptions{Concurrency: 1, RPM: 1})
		start := time.Now()
		take(t, g, 0)(small, nil)
		_, err := g.acquire(ctx, 0, small)
		if !errors.Is(err, reached) || time.Since(start) != 10*time.Second {
			t.Errorf("%v after %s: the cause of the end must come out, at the end", err, time.Since(start))
		}
	})
}
