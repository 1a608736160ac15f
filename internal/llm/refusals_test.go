package llm

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestAKeyThatIsWithdrawnStopsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := &served{takes: time.Second, fails: func(r Request) error {
			if r.Sample >= 100 {
				return failed(Down, "refused")
			}
			return nil
		}}
		const workers = 4
		errs, _ := many(t, 140, workers, nil, gone)
		stops := 0
		for _, err := range errs {
			if e, _ := AsError(err); e.Class == Down {
				stops++
			}
		}
		// An answer that was on its way when the key went ends a row of refusals, once for each worker.
		if charged := len(errs) - stops; charged > workers*(refusedAfter-1) || len(errs) != 40 {
			t.Errorf("%d of %d errors charge an item", charged, len(errs))
		}
		never := &served{fails: func(Request) error { return failed(Down, "refused") }}
		errs, _ = many(t, 1, 1, nil, never)
		wantError(t, errs[0], Down, "refused") // the key was never good
	})
}

// A probe is answered, and nothing that the run asks: a gateway can let a model answer short requests only.
func TestAModelThatRefusesEverythingButAProbeStopsTheRun(t *testing.T) {
	for _, worked := range []int{0, 50} {
		synctest.Test(t, func(t *testing.T) {
			denied := failed(Down, "refused")
			denied.Status = 403
			s := &served{takes: time.Second, fails: func(r Request) error {
				if r.Prompt == probePrompt || r.Sample < worked {
					return nil
				}
				return denied
			}}
			errs, _ := many(t, worked+40, 2, nil, s)
			charged := 0
			for _, err := range errs {
				if e, _ := AsError(err); e.Class == Item {
					charged++
				} else if !RefusesAll(err) {
					t.Errorf("%v", err)
				}
			}
			if charged > refusesAllAfter+2 || len(errs) != 40 {
				t.Errorf("%d worked: %d items charged, %d errors", worked, charged, len(errs))
			}
		})
	}
}

// Items that a gateway does not like are charged, as long as others are answered between them.
func TestManyRefusedItemsAmongOthersStopNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		denied := failed(Down, "refused")
		denied.Status = 403
		errs, _ := many(t, 400, 4, nil, &served{takes: time.Second, fails: func(r Request) error {
			if r.Prompt != probePrompt && r.Sample%3 > 0 {
				return denied
			}
			return nil
		}})
		for i, err := range errs {
			if e, _ := AsError(err); e.Class != Item || i%3 == 0 {
				t.Fatalf("%d: %v", i, err)
			}
		}
	})
}

func TestWhatIsSaidOfAnEndpointThatIsDown(t *testing.T) {
	for name, c := range map[string]struct {
		live       bool
		want, miss string
	}{
		"the only one":      {false, "waiting for it up to 1h0m0s", "goes on"},
		"beside a live one": {true, "the work goes on with the other endpoint", "waiting for it"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var said []string
			var mu sync.Mutex
			start := time.Now()
			down := &served{fails: func(Request) error {
				if time.Since(start) > time.Minute {
					return nil
				}
				return failed(Unavailable, "unreachable")
			}}
			endpoints := []Provider{down}
			if c.live {
				endpoints = append(endpoints, &served{takes: time.Second})
			}
			many(t, 200, 4, func(ps *Parts) {
				ps.Notify = func(s string) { mu.Lock(); said = append(said, s); mu.Unlock() }
			}, endpoints...)
			if len(said) != 1 || !strings.Contains(said[0], c.want) || strings.Contains(said[0], c.miss) {
				t.Errorf("%s: %q", name, said)
			}
		})
	}
}

// Two endpoints that are both dead have no other one to go on with.
func TestWhatIsSaidWhereAllEndpointsAreDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said []string
		var mu sync.Mutex
		start := time.Now()
		down := func() Provider {
			return &served{fails: func(Request) error {
				if time.Since(start) > time.Minute {
					return nil
				}
				return failed(Unavailable, "unreachable")
			}}
		}
		many(t, 50, 4, func(ps *Parts) {
			ps.Notify = func(s string) { mu.Lock(); said = append(said, s); mu.Unlock() }
		}, down(), down())
		if len(said) == 0 || !strings.Contains(said[0], "waiting for it up to") {
			t.Errorf("%q", said)
		}
		for _, s := range said {
			if strings.Contains(s, "goes on") {
				t.Errorf("%q", s)
			}
		}
	})
}
