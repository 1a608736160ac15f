package llm

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// complete runs one request through the whole stack in a bubble of fake time.
func complete(t *testing.T, p *scripted, change func(*Parts), check func(t *testing.T, err error, took time.Duration)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ps := parts(p, &memory{})
		if change != nil {
			change(&ps)
		}
		start := time.Now()
		_, err := Wrap(ps).Complete(t.Context(), item(1))
		check(t, err, time.Since(start))
	})
}

func TestTemporaryErrorsAreTriedAgainUpToTheCap(t *testing.T) {
	down := step{err: failed(Temporary, "http_500")}
	for name, c := range map[string]struct {
		steps []step
		calls int
		ok    bool
	}{
		"works at once":         {[]step{{content: "x"}}, 1, true},
		"works at the last try": {[]step{down, down, {content: "x"}}, 3, true},
		"never works":           {[]step{down}, 3, false},
	} {
		p := script(c.steps...)
		complete(t, p, nil, func(t *testing.T, err error, _ time.Duration) {
			if p.calls() != c.calls || c.ok != (err == nil) {
				t.Errorf("%s: %d calls, want %d: %v", name, p.calls(), c.calls, err)
			}
			if !c.ok { // the item fails, the run goes on
				wantError(t, err, Item, "http_500")
			}
		})
	}
}

func TestTriesAreOneAttempt(t *testing.T) {
	p := script(step{err: failed(Temporary, "reset")}, step{err: failed(Temporary, "reset")}, step{content: "x"})
	complete(t, p, nil, func(t *testing.T, _ error, _ time.Duration) {
		for _, r := range p.asked {
			if r.Key() != item(1).Key() || r.Attempt != 0 {
				t.Errorf("a retry of the transport is the same request: %+v", r)
			}
		}
	})
}

func TestJitterIsFullAndBounded(t *testing.T) {
	for n := range 40 {
		most := min(500*time.Millisecond<<min(n, 16), 30*time.Second)
		var low, high int
		for range 200 {
			d := jitter(500*time.Millisecond, n, 30*time.Second)
			if d < most/10 || d > most {
				t.Fatalf("try %d: %s is outside %s to %s", n, d, most/10, most)
			}
			if d < most/3 {
				low++
			}
			if d > most*2/3 {
				high++
			}
		}
		if low == 0 || high == 0 {
			t.Errorf("try %d: the delay does not vary over its whole range", n)
		}
	}
}

func TestTemporaryErrorsAreSpacedOut(t *testing.T) {
	p := script(step{err: failed(Temporary, "reset")})
	complete(t, p, func(ps *Parts) { ps.Retries = 4 }, func(t *testing.T, _ error, _ time.Duration) {
		for i, w := range p.waits() {
			if most := 500 * time.Millisecond << i; w < most/10 || w > most {
				t.Errorf("wait %d is %s, want a part of %s", i, w, most)
			}
		}
	})
}

func TestRetryAfterIsKeptTo(t *testing.T) {
	for _, class := range []Class{Temporary, Overload, Unavailable} {
		e := failed(class, "asked")
		e.RetryAfter = 40 * time.Second
		p := script(step{err: e}, step{content: "x"})
		complete(t, p, nil, func(t *testing.T, err error, took time.Duration) {
			if err != nil || took < 40*time.Second || took > 101*time.Second {
				t.Errorf("%s: %s, %v", class, took, err)
			}
		})
	}
}

func TestAnAdaptedRequestIsRepeatedAtOnce(t *testing.T) {
	adapt := step{err: failed(Temporary, "adapt_json_object")}
	p := script(adapt, adapt, step{content: "x"})
	complete(t, p, func(ps *Parts) { ps.Retries = 0 }, func(t *testing.T, err error, took time.Duration) {
		if err != nil || took != 0 || p.calls() != 3 {
			t.Errorf("%s, %d calls, %v", took, p.calls(), err)
		}
	})
	endless := script(adapt)
	complete(t, endless, nil, func(t *testing.T, err error, _ time.Duration) {
		wantError(t, err, Item, "adapt_json_object")
		if want := 1 + maxAdaptations + 2; endless.calls() != want {
			t.Errorf("%d calls, want %d", endless.calls(), want)
		}
	})
}

func TestManyAdaptationsAtOnceAreNoOutage(t *testing.T) {
	steps := slices.Repeat([]step{{err: failed(Temporary, "adapt_json_object")}}, 2*failingAfter)
	p := script(append(steps, step{content: "x"})...)
	p.takes = time.Second // so that all are on their way at once
	synctest.Test(t, func(t *testing.T) {
		ps := parts(p, &memory{})
		ps.Governor = NewGovernor(GovernorOptions{Concurrency: 2 * failingAfter})
		c := Wrap(ps)
		start := time.Now()
		var wg sync.WaitGroup
		for i := range 2 * failingAfter {
			wg.Go(func() {
				if _, err := c.Complete(t.Context(), item(i)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if time.Since(start) != 2*time.Second {
			t.Errorf("it took %s, want two calls each without a wait", time.Since(start))
		}
	})
}

func TestSomeErrorsAreNeverTriedAgain(t *testing.T) {
	for _, class := range []Class{Item, Down, Unsupported} {
		p := script(step{err: failed(class, "said")})
		complete(t, p, nil, func(t *testing.T, err error, took time.Duration) {
			wantError(t, err, class, "said")
			if took != 0 || p.calls() != 1 {
				t.Errorf("%s: %d calls in %s", class, p.calls(), took)
			}
		})
	}
}

func TestAnEndpointIsWaitedForUpToItsPatience(t *testing.T) {
	for _, class := range []Class{Overload, Unavailable} {
		p := script(step{err: failed(class, "refused")})
		complete(t, p, func(ps *Parts) {
			ps.Patience, ps.Retries = 30*time.Minute, 1
			ps.Governor = NewGovernor(GovernorOptions{Concurrency: 8, Patience: ps.Patience})
		}, func(t *testing.T, err error, took time.Duration) {
			e := wantError(t, err, Down, "refused")
			if took > 30*time.Minute+time.Second || took < 30*time.Minute || p.calls() < 10 {
				t.Errorf("%s: gave up after %s and %d calls", class, took, p.calls())
			}
			if !strings.Contains(e.Error(), "models.writer.patience") {
				t.Errorf("the error does not say what to change: %v", e)
			}
		})
	}
}

func TestARetryAfterBeyondThePatienceStopsAtOnce(t *testing.T) {
	e := failed(Overload, "rate_limit")
	e.RetryAfter = 2 * time.Hour
	p := script(step{err: e})
	complete(t, p, nil, func(t *testing.T, err error, took time.Duration) {
		wantError(t, err, Down, "rate_limit")
		if took != 0 || p.calls() != 1 {
			t.Errorf("%d calls in %s", p.calls(), took)
		}
	})
}

func TestARecoveredEndpointChargesNoItem(t *testing.T) {
	steps := slices.Repeat([]step{{err: failed(Unavailable, "refused")}}, 12)
	p := script(append(steps, step{content: "x"})...)
	var said []string
	complete(t, p, func(ps *Parts) { ps.Retries, ps.Notify = 0, func(s string) { said = append(said, s) } }, func(t *testing.T, err error, _ time.Duration) {
		if err != nil || p.calls() != 13 {
			t.Errorf("%d calls: %v", p.calls(), err)
		}
		if len(said) != 1 || !strings.Contains(said[0], "waiting for it") {
			t.Errorf("said %q, want it once", said)
		}
	})
}

// N25: so many failures in a row, over all items, are not charged to them.
func TestFailuresOfAllItemsAreTheEndpointsFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const workers = 8
		steps := slices.Repeat([]step{{err: failed(Temporary, "http_502")}}, 30)
		p := script(append(steps, step{content: "x"})...)
		ps := parts(p, &memory{})
		ps.Retries = 4 // a worker's own tries end after 5: 20 failures come first
		c := Wrap(ps)
		var wg sync.WaitGroup
		for i := range workers {
			wg.Go(func() {
				if _, err := c.Complete(t.Context(), item(i)); err != nil {
					t.Errorf("item %d was charged for the endpoint: %v", i, err)
				}
			})
		}
		wg.Wait()
		if p.calls() != 30+workers {
			t.Errorf("%d calls", p.calls())
		}
	})
}

func TestAnAnswerInBetweenMeansThatItIsTheItem(t *testing.T) {
	for _, err := range []error{nil, failed(Item, "too_long"), failed(Temporary, "adapt_max_tokens")} {
		g := NewGovernor(GovernorOptions{Concurrency: 1})
		for range failingAfter - 1 {
			take(t, g, 0)(small, failed(Temporary, "reset"))
		}
		take(t, g, 0)(small, err)
		take(t, g, 0)(small, failed(Temporary, "reset"))
		if l := g.lanes[0]; l.failures != 1 || l.rested != 0 {
			t.Errorf("failing although %v came in between", err)
		}
	}
}

func TestAStopEndsTheWaitForARetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancelCause(t.Context())
		stopped := errors.New("stopped")
		time.AfterFunc(time.Minute, func() { stop(stopped) })
		e := failed(Overload, "rate_limit")
		e.RetryAfter = 10 * time.Minute
		p := script(step{err: e})
		start := time.Now()
		_, err := Wrap(parts(p, &memory{})).Complete(ctx, item(1))
		if !errors.Is(err, stopped) || time.Since(start) != time.Minute || p.calls() != 1 {
			t.Errorf("%v after %s and %d calls", err, time.Since(start), p.calls())
		}
	})
}
