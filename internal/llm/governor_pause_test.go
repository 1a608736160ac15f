package llm

import (
	"testing"
	"testing/synctest"
	"time"
)

// Who has a slot of an endpoint, and waits for its rate, does not wait for the day that its server asks for meanwhile.
func TestWhoWaitsForTheRateOfAPausedEndpointGoesToAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGovernor(GovernorOptions{Concurrency: 8, RPM: 60, Endpoints: 2})
		start := time.Now()
		var first [2]*ticket
		for range first { // one at each
			ticket, err := g.acquire(t.Context(), 0, small)
			if err != nil {
				t.Fatal(err)
			}
			first[ticket.lane] = ticket
		}
		got := make(chan *ticket)
		for range 4 {
			go func() {
				ticket, err := g.acquire(t.Context(), 0, small)
				if err != nil {
					t.Error(err)
				}
				got <- ticket
			}()
		}
		synctest.Wait() // two at each wait for their rate
		if n := g.lanes[0].inFlight; n != 3 {
			t.Fatalf("%d at the first endpoint", n)
		}
		spent := failed(Overload, "http_429")
		spent.RetryAfter = 24 * time.Hour
		_ = first[0].release(nil, spent)
		for range 4 {
			if ticket := <-got; ticket == nil || ticket.lane != 1 {
				t.Errorf("sent to %v", ticket)
			}
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("it took %s", took)
		}
		if n := g.lanes[0].inFlight; n != 0 {
			t.Errorf("%d are left at the first endpoint", n)
		}
	})
}
