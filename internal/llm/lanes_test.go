package llm

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// N39, N40: one that is dead is looked at now and then, and not more.
func TestADeadEndpointIsLeftToTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dead := &served{fails: func(Request) error { return failed(Unavailable, "unreachable") }}
		alive := &served{takes: time.Second}
		errs, _ := many(t, 2000, 20, nil, dead, alive)
		if len(errs) != 0 {
			t.Errorf("items were charged for an endpoint: %v", errs)
		}
		if dead.calls() > 40 || alive.calls() != 2000 {
			t.Errorf("the dead endpoint was asked %d times, the other one %d times", dead.calls(), alive.calls())
		}
	})
}

func TestASlowEndpointGetsLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, fast := &served{takes: 20 * time.Second}, &served{takes: time.Second}
		start := time.Now()
		many(t, 3000, 20, nil, slow, fast)
		if slow.calls() > 300 || slow.calls() == 0 || time.Since(start) > 4*time.Minute {
			t.Errorf("%d calls to the slow one, %d to the fast one in %s", slow.calls(), fast.calls(), time.Since(start))
		}
	})
}

func TestAnEndpointThatComesBackIsUsedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		flapping := &served{takes: time.Second, fails: func(Request) error {
			if since := time.Since(start); since > time.Minute && since < 61*time.Minute {
				return failed(Unavailable, "unreachable")
			}
			return nil
		}}
		other := &served{takes: time.Second}
		errs, _ := many(t, 60_000, 10, nil, flapping, other)
		if len(errs) != 0 {
			t.Errorf("charged: %v", errs)
		}
		if n := flapping.calls(); n < 5000 {
			t.Errorf("after its outage it got only %d calls of 60,000", n)
		}
	})
}

// N37, N40: an hour without any endpoint charges no item.
func TestAnOutageOfAllIsWaitedForWithFewLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		down := &served{takes: time.Second, fails: func(Request) error {
			if time.Since(start) < time.Hour {
				return failed(Unavailable, "unreachable")
			}
			return nil
		}}
		errs, _ := many(t, 500, 50, func(ps *Parts) {
			ps.Patience, ps.Governor.patience = 2*time.Hour, 2*time.Hour
			ps.Governor.lanes[0].patience = 2 * time.Hour
		}, down)
		if len(errs) != 0 || down.calls() > 500+50+40 {
			t.Errorf("%d calls, errors %v", down.calls(), errs)
		}
	})
}

func TestPatienceIsKeptToTheSecond(t *testing.T) {
	for _, patience := range []time.Duration{3 * time.Second, 10 * time.Second, 30 * time.Minute} {
		for _, class := range []Class{Unavailable, Overload} {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				errs, _ := many(t, 40, 40, func(ps *Parts) {
					ps.Patience = patience
					ps.Governor = NewGovernor(GovernorOptions{Concurrency: 40, Patience: patience})
				}, &served{fails: func(Request) error { return failed(class, "down") }})
				var first time.Duration
				for _, err := range errs {
					wantError(t, err, Down, "down")
					first = time.Since(start)
				}
				if first < patience || first > patience+patience/4+time.Minute {
					t.Errorf("%s with %s of patience: stopped after %s", class, patience, first)
				}
			})
		}
	}
}

// A short outage, or a slow one with few calls in flight, must not use up the tries of those who meet it.
func TestAnOutageThatAnswersWith500ChargesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := &served{takes: time.Second, fails: func(Request) error {
			if since := time.Since(start); since > 10*time.Second && since < 3*time.Minute {
				return failed(Temporary, "http_503")
			}
			return nil
		}}
		errs, _ := many(t, 100, 2, nil, s)
		if len(errs) != 0 {
			t.Errorf("charged: %v", errs)
		}
	})
}

func TestIdleTimeIsNoOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script(step{content: "x"}, step{err: failed(Unavailable, "unreachable")}, step{content: "x"})
		ps := parts(p, &memory{})
		c := Wrap(ps)
		if _, err := c.Complete(t.Context(), item(1)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * ps.Patience) // nothing was to be asked
		if _, err := c.Complete(t.Context(), item(2)); err != nil {
			t.Errorf("the idle time was taken for silence: %v", err)
		}
	})
}

// What one item meets again and again, while others are answered, is its own.
func TestAPoisonedItemFailsAndTheRunGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		e      *Error
		reason string
	}{
		"a page from a gateway": {failed(Unavailable, "not_json"), "not_json"},
		"a refusal":             {failed(Down, "refused"), Forbidden},
	} {
		synctest.Test(t, func(t *testing.T) {
			errs, _ := many(t, 2000, 8, nil, &served{takes: time.Second, fails: func(r Request) error {
				if r.Sample == 40 {
					return c.e
				}
				return nil
			}})
			if len(errs) != 1 {
				t.Fatalf("%s: errors %v", name, errs)
			}
			wantError(t, errs[40], Item, c.reason)
		})
	}
}

// The last item of a run has no others beside it, so the endpoint is asked.
func TestAPoisonedItemFailsAlsoWhenItIsTheLast(t *testing.T) {
	page, denied := failed(Unavailable, "not_json"), failed(Down, "refused")
	page.Status, denied.Status = 200, 403
	for name, e := range map[string]*Error{"a page": page, "a refusal": denied} {
		synctest.Test(t, func(t *testing.T) {
			s := &served{takes: time.Second, fails: func(r Request) error {
				if r.Prompt != "probe" {
					return e
				}
				return nil
			}}
			errs, _ := many(t, 1, 1, nil, s)
			wantError(t, errs[0], Item, map[string]string{"a page": "not_json", "a refusal": Forbidden}[name])
			if name == "a refusal" && s.calls() != 2 {
				t.Errorf("%d calls", s.calls())
			}
			down := &served{fails: func(Request) error { return e }}
			errs, _ = many(t, 20, 4, nil, down)
			for i := range errs {
				wantError(t, errs[i], Down, e.Reason)
			}
		})
	}
}

func TestTheFirstCallsAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		now, most := 0, 0
		s := &served{takes: 10 * time.Second}
		s.fails = func(Request) error {
			mu.Lock()
			defer mu.Unlock()
			now++
			most = max(most, now)
			return nil
		}
		go func() { // look before the first answer
			time.Sleep(5 * time.Second)
			mu.Lock()
			defer mu.Unlock()
			if most != slowStart {
				t.Errorf("%d calls before the first answer", most)
			}
		}()
		_, g := many(t, 20_000, 1000, nil, s)
		if _, limit := g.InFlight(); limit != 1000 {
			t.Errorf("the limit ends at %d, though more calls always brought more", limit)
		}
	})
}

// A server that bears all it is asked is climbed in one latency a step: 64, 128, 256, 512, 1024.
func TestTheClimbTakesOneLatencyAStep(t *testing.T) {
	for _, latency := range []time.Duration{100 * time.Millisecond, 10 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			start, now, full := time.Now(), atomic.Int64{}, atomic.Int64{}
			s := &served{takes: latency}
			s.fails = func(Request) error {
				if now.Add(1) == 64+128+256+512+1024 { // calls until the last slot of the ceiling is taken
					full.Store(int64(time.Since(start)))
				}
				return nil
			}
			many(t, 8000, 1024, nil, s)
			if took := time.Duration(full.Load()); took > 9*latency/2 {
				t.Errorf("latency %s: the ceiling was reached after %s", latency, took)
			}
		})
	}
}

// Calls differ in length, and a server that does 400 at a time must not be flooded because the first answers are the short ones.
func TestAClimbIsNotDeceivedByShortCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &uneven{served{places: make(chan struct{}, 400)}, &atomic.Int64{}, &atomic.Int64{}}
		_, g := many(t, 16_000, 2000, nil, s)
		if _, limit := g.InFlight(); limit < 300 || limit > 1000 || s.most.Load() > 1700 {
			t.Errorf("%d calls in flight, at most %d, at a server that does 400 at a time", limit, s.most.Load())
		}
	})
}

// N43: no refusal, only latency says that a server has enough.
func TestAServerThatQueuesIsNotDrowned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &served{takes: time.Second, places: make(chan struct{}, 100)}
		start := time.Now()
		_, g := many(t, 60_000, 2000, nil, s)
		_, limit := g.InFlight()
		if limit > 250 || limit < 100 {
			t.Errorf("%d calls in flight at a server that does 100 at a time", limit)
		}
		if took := time.Since(start); took > 11*time.Minute+30*time.Second {
			t.Errorf("it took %s, of which 10 minutes are needed", took)
		}
	})
}

// Stages take turns, and the calls of one take ten times as long as another's: that is not the limit's doing.
func TestAChangeOfStagesIsNoSaturation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ps := parts(&staged{}, forgetful{})
		ps.Rank = map[string]int{"queries": 0, "negatives": 2, "judge": 3}
		ps.Governor = NewGovernor(GovernorOptions{Concurrency: 256})
		c := Wrap(ps)
		for turn, stage := range []string{"queries", "negatives", "judge", "negatives", "queries", "judge"} {
			var wg sync.WaitGroup
			for w := range 256 {
				wg.Go(func() {
					for i := range 40 {
						r := item(turn<<20 + w<<10 + i)
						r.Stage = stage
						if _, err := c.Complete(t.Context(), r); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			if _, limit := ps.Governor.InFlight(); limit != 256 {
				t.Errorf("after %s (turn %d) the limit is %d", stage, turn, limit)
			}
		}
	})
}
