package generate

import (
	"fmt"
	"testing"
)

// The rules of NV-Retriever (arXiv 2407.15831) and of Enterprise hard negatives (arXiv 2505.18366), by hand.
func TestFiltersByHand(t *testing.T) {
	t.Parallel()
	cases := []struct {
		filter       string
		limit, floor float64
		n, p, np     float64 // cosines: query and negative, query and positive, negative and positive
		want         bool
	}{
		{PercPos, 0.95, 0, 0.75, 0.80, 0, true}, // 0.95 · 0.80 = 0.76
		{PercPos, 0.95, 0, 0.77, 0.80, 0, false},
		{PercPos, 0.95, 0, 0.76, 0.80, 0, false}, // not below, but at it
		{PercPos, 0.95, 0, 0.90, 0.80, 0, false},
		{PercPos, 0.90, 0, 0.75, 0.80, 0, false},  // 0.72
		{MarginPos, 0.05, 0, 0.74, 0.80, 0, true}, // 0.75
		{MarginPos, 0.05, 0, 0.76, 0.80, 0, false},
		{MarginPos, 0.20, 0, 0.61, 0.80, 0, false}, // 0.60
		{Absolute, 0.7, 0, 0.69, 0.50, 0, true},    // whatever the positive has
		{Absolute, 0.7, 0, 0.71, 0.99, 0, false},
		{Enterprise, 0, 0, 0.85, 0.80, 0.84, true},  // distances 0.15 < 0.20 and 0.15 < 0.16
		{Enterprise, 0, 0, 0.85, 0.80, 0.86, false}, // nearer to the positive: 0.15 > 0.14
		{Enterprise, 0, 0, 0.79, 0.80, 0.10, false}, // farther from the query than the positive
		{Enterprise, 0, 0, 0.80, 0.80, 0.10, false},
		{Unfiltered, 0, 0, 0.99, 0.10, 1, true},
		{Unfiltered, 0, 0.4, 0.40, 0.80, 0, true}, // at the floor
		{Unfiltered, 0, 0.4, 0.39, 0.80, 0, false},
		{PercPos, 0.95, 0.4, 0.39, 0.80, 0, false},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s limit %v floor %v: %v %v %v", c.filter, c.limit, c.floor, c.n, c.p, c.np), func(t *testing.T) {
			t.Parallel()
			got := Filter{c.filter, c.limit, c.floor}.Keep(c.n, c.p, func() float64 { return c.np })
			if got != c.want {
				t.Errorf("kept: %v", got)
			}
		})
	}
	if FilterLimits[PercPos] != 0.95 || FilterLimits[MarginPos] != 0.05 || FilterLimits[Absolute] != 0.7 {
		t.Errorf("limits of the papers: %v", FilterLimits)
	}
}
