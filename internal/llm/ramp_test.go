package llm

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"hardneg"
)

// N17: a server that says "slow down" above a million tokens a minute wants a rise of no more than a half in a quarter of an hour.
func TestN17ARiseAfterSlowDown(t *testing.T) {
	const each = 100_000 // tokens of a call
	for name, c := range map[string]struct {
		takes  time.Duration // a call, before the server complains
		steady float64       // million tokens a minute after it, 0: as many as there are calls
	}{
		"steep":   {time.Second, 0.7 * 6},
		"shallow": {10 * time.Second, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := NewGovernor(GovernorOptions{Concurrency: 4})
			call := func(takes time.Duration, err error) {
				ticket, failed := g.acquire(t.Context(), 0, hardneg.Usage{Prompt: each})
				if failed != nil {
					t.Fatal(failed)
				}
				time.Sleep(takes)
				_ = ticket.release(&Response{Usage: hardneg.Usage{Prompt: each}}, err)
			}
			for range 3 * time.Minute / c.takes {
				call(c.takes, nil)
			}
			slow := refusal(503, nil, []byte(`{"error":{"message":"Slow down","code":"slow_down"}}`))
			if slow.Class != Overload || !slow.slow {
				t.Fatalf("%+v", slow)
			}
			call(c.takes, slow)
			began := time.Now()
			perMinute := map[int]float64{}
			for time.Since(began) < 31*time.Minute {
				perMinute[int(time.Since(began).Minutes())] += each / 1e6
				call(100*time.Millisecond, nil)
			}
			for minute, want := range map[int]float64{1: 1, 16: rampTimes, 30: math.Pow(rampTimes, 29./15)} {
				got := perMinute[minute]
				if c.steady == 0 {
					if got < 59 {
						t.Errorf("%s: %.1f million in minute %d, though there were few before", name, got, minute)
					}
					continue
				}
				if want *= c.steady; got > 1.1*want || got < 0.9*want {
					t.Errorf("%s: %.1f million in minute %d, want about %.1f", name, got, minute, want)
				}
			}
		})
	}
}

func TestOverloadWithoutAWordOfSlowDownLimitsNoRise(t *testing.T) {
	if e := refusal(429, nil, []byte(`{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}`)); e.slow {
		t.Errorf("%+v", e)
	}
}
