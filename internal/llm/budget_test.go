package llm

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"hardneg"
)

func TestSpentAndReservedNeverExceedABudget(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		limits := Limits{USD: hardneg.USD(rapid.IntRange(0, 500).Draw(rt, "usd")), Calls: rapid.Int64Range(0, 20).Draw(rt, "calls"),
			Tokens: rapid.Int64Range(0, 500).Draw(rt, "tokens")}
		worsts := rapid.SliceOfN(rapid.Int64Range(1, 60), 1, 40).Draw(rt, "worsts")
		synctest.Test(t, func(t *testing.T) {
			b := NewBudget(limits, Spent{})
			var wg sync.WaitGroup
			var total Spent
			for i, w := range worsts {
				wg.Go(func() {
					settle, err := b.take(t.Context(), hardneg.Usage{Prompt: w / 2, Completion: w - w/2}, hardneg.USD(w))
					var reached *BudgetReached
					if err != nil {
						if !errors.As(err, &reached) {
							t.Error(err)
						}
						return
					}
					b.mu.Lock()
					sum := b.spent
					sum.add(b.reserved, 1)
					b.mu.Unlock()
					if limits.USD > 0 && sum.USD > limits.USD || limits.Calls > 0 && sum.Calls > limits.Calls || limits.Tokens > 0 && sum.Tokens > limits.Tokens {
						t.Errorf("%+v with limits %+v", sum, limits)
					}
					time.Sleep(time.Duration(i%7) * time.Second)
					used := w * int64(i%3) / 2
					settle(hardneg.Usage{Prompt: used}, hardneg.USD(used), i%5 != 0)
					b.mu.Lock()
					defer b.mu.Unlock()
					if i%5 != 0 {
						total.add(Spent{USD: hardneg.USD(used), Calls: 1, Tokens: used}, 1)
					}
				})
			}
			wg.Wait()
			if limits != (Limits{}) && (b.reserved != (Spent{}) || b.spent != total) {
				t.Errorf("spent %+v, want %+v; reserved %+v", b.spent, total, b.reserved)
			}
		})
	})
}

func TestEachLimitRefusesWhatDoesNotFitAlone(t *testing.T) {
	worst := hardneg.Usage{Prompt: 60, Completion: 40}
	for name, c := range map[string]struct {
		limits Limits
		spent  Spent
		what   string // "": allowed
	}{
		"no limit":                 {Limits{}, Spent{USD: 1 << 50, Calls: 1 << 50, Tokens: 1 << 50}, ""},
		"exactly fits":             {Limits{USD: 10, Calls: 1, Tokens: 100}, Spent{}, ""},
		"usd":                      {Limits{USD: 9}, Spent{}, "usd"},
		"calls":                    {Limits{Calls: 5}, Spent{Calls: 5}, "calls"},
		"tokens":                   {Limits{Tokens: 99}, Spent{}, "tokens"},
		"usd spent before":         {Limits{USD: 100}, Spent{USD: 91}, "usd"},
		"tokens spent before":      {Limits{Tokens: 1000}, Spent{Tokens: 901}, "tokens"},
		"what is left is enough":   {Limits{USD: 100, Calls: 7, Tokens: 1000}, Spent{90, 6, 900}, ""},
		"others do not limit this": {Limits{Calls: 2}, Spent{USD: 1 << 50, Tokens: 1 << 50}, ""},
	} {
		_, err := NewBudget(c.limits, c.spent).take(t.Context(), worst, 10)
		var reached *BudgetReached
		if errors.As(err, &reached) != (c.what != "") || reached != nil && reached.What != c.what {
			t.Errorf("%s: %v, want %q", name, err, c.what)
		}
		if _, item := ItemFailure(err); item {
			t.Errorf("%s: a budget fails no item", name)
		}
	}
}

func TestACallWaitsForOthersToSettle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(Limits{Calls: 10, Tokens: 100}, Spent{})
		take := func() func(hardneg.Usage, hardneg.USD, bool) {
			settle, err := b.take(t.Context(), hardneg.Usage{Prompt: 60}, 0)
			if err != nil {
				t.Fatal(err)
			}
			return settle
		}
		settle := take()
		start := time.Now()
		time.AfterFunc(time.Minute, func() { settle(hardneg.Usage{Prompt: 20}, 0, true) })
		take()(hardneg.Usage{Prompt: 60}, 0, true) // 20 + 60 fit, 60 + 60 did not
		if time.Since(start) != time.Minute {
			t.Errorf("it waited %s", time.Since(start))
		}
		var reached *BudgetReached
		if _, err := b.take(t.Context(), hardneg.Usage{Prompt: 60}, 0); !errors.As(err, &reached) {
			t.Errorf("80 of 100 spent, 60 more were allowed: %v", err)
		}
	})
}

// What does not fit even alone ends the run only when nothing else is on its way; cheaper calls go on until then.
func TestWhatDoesNotFitWaitsForThoseInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(Limits{Tokens: 100}, Spent{Tokens: 50})
		settle, err := b.take(t.Context(), hardneg.Usage{Prompt: 20}, 0)
		if err != nil {
			t.Fatal(err)
		}
		refused := make(chan error)
		go func() {
			_, err := b.take(t.Context(), hardneg.Usage{Prompt: 60}, 0)
			refused <- err
		}()
		synctest.Wait()
		select {
		case err := <-refused:
			t.Fatalf("refused while a call was in flight: %v", err)
		default:
		}
		cheap, err := b.take(t.Context(), hardneg.Usage{Prompt: 30}, 0)
		if err != nil {
			t.Fatalf("a cheaper call: %v", err)
		}
		settle(hardneg.Usage{Prompt: 10}, 0, true)
		cheap(hardneg.Usage{Prompt: 5}, 0, true)
		want := "run.budget.tokens has no room for another call: 65 of 100 are used, and the next call may take up to 60"
		if err := <-refused; err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	})
}

func TestAStopEndsTheWaitForABudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(Limits{Calls: 1}, Spent{})
		if _, err := b.take(t.Context(), small, 0); err != nil {
			t.Fatal(err)
		}
		stopped := errors.New("stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(stopped) })
		if _, err := b.take(ctx, small, 0); !errors.Is(err, stopped) {
			t.Error(err)
		}
	})
}

func TestACallThatWasNotSentCostsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := script(step{content: "x"})
	ps := parts(p, &memory{})
	ps.Budget = NewBudget(Limits{Calls: 5}, Spent{Calls: 2})
	if _, err := Wrap(ps).Complete(ctx, item(1)); !errors.Is(err, context.Canceled) || p.calls() != 0 {
		t.Errorf("%d calls: %v", p.calls(), err)
	}
	if ps.Budget.spent != (Spent{Calls: 2}) || ps.Budget.reserved != (Spent{}) {
		t.Errorf("spent %+v, reserved %+v", ps.Budget.spent, ps.Budget.reserved)
	}
}

func TestEveryTryCountsAsACall(t *testing.T) {
	p := script(step{err: failed(Temporary, "reset")})
	complete(t, p, func(ps *Parts) { ps.Retries, ps.Budget = 9, NewBudget(Limits{Calls: 4}, Spent{Calls: 1}) }, func(t *testing.T, err error, _ time.Duration) {
		var reached *BudgetReached
		if !errors.As(err, &reached) || reached.What != "calls" || p.calls() != 3 {
			t.Errorf("%d calls: %v", p.calls(), err)
		}
	})
}
