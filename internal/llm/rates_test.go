package llm

import (
	"context"
	"errors"
	"hardneg"
	"testing"
	"testing/synctest"
	"time"
)

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
