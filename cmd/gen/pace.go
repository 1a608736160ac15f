package main

import (
	"context"

	"hardneg/store"
)

// recentCalls is how many of the last calls the rate is taken from.
const recentCalls = 1000

// pace works out the present rate, and the time left at it.
func (s *status) pace(ctx context.Context, st *store.Store) error {
	n, first, last, err := st.Recent(ctx, recentCalls)
	if err != nil || n < 2 || last <= first {
		return err
	}
	s.Rate = float64(n-1) / (float64(last-first) / 1000)
	s.ETA = s.callsLeft() / s.Rate
	return nil
}

// callsLeft guesses how many calls are to come: every stage passes on the share of its items that it has passed on so far, and an item
// takes as many calls as the finished ones took.
func (s *status) callsLeft() float64 {
	var left, growth float64
	growth = 1
	for _, st := range s.Stages {
		finished := float64(st.Done + st.Rejected + st.Failed)
		if finished == 0 {
			continue
		}
		var calls float64
		for _, sp := range s.Spend {
			if sp.Stage == st.Stage {
				calls += float64(sp.OK)
			}
		}
		expected := float64(st.Planned) * growth
		left += max(0, expected-finished) * calls / finished
		if st.Planned > 0 {
			growth *= float64(st.Planned) / finished // what is pending here becomes planned in the stages after
		}
	}
	return left
}
