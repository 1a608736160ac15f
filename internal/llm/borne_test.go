package llm

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"
)

// A run that is started again neither doubles what a server refused before, nor asks it before the time that it named.
func TestWhatAServerBearsSurvivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGovernor(GovernorOptions{Concurrency: 1000, Patience: time.Hour})
		busy := failed(Overload, "busy")
		busy.RetryAfter = 10 * time.Minute
		take(t, g, 0)(small, busy)
		b, err := json.Marshal(g.Limits())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		var found []Borne
		if err := json.Unmarshal(b, &found); err != nil {
			t.Fatal(err)
		}
		g = NewGovernor(GovernorOptions{Concurrency: 1000, Patience: time.Hour})
		g.Restore(found)
		_, limit := g.InFlight()
		start := time.Now()
		for range 200 {
			take(t, g, 0)(small, nil)
		}
		if waited := time.Since(start); waited != 9*time.Minute {
			t.Errorf("it was asked after %s, and had asked for 9 minutes more", waited)
		}
		if _, now := g.InFlight(); limit != 44 || now > limit+5 {
			t.Errorf("%d calls in flight at first, %d after 200 answers: a limit of 44 grows by one a latency", limit, now)
		}
		g.Restore([]Borne{{Calls: 5, Pause: time.Now().Add(2 * time.Hour)}})
		if wait := time.Until(g.lanes[0].pause); wait > 0 {
			t.Errorf("a pause of %s is longer than the patience", wait)
		}
	})
}
