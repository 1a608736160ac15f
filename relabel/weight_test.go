package relabel

import (
	"math"
	"testing"
)

func TestWeights(t *testing.T) {
	for _, c := range []struct{ score, gamma, want float64 }{
		{0, 1, 1}, {1, 1, 0}, {.25, 1, .75}, {.5, 2, .25}, {.9, 2, .01}, {.75, .5, .5}, {.3, 0, 1}, {1, 0, 1},
		{1.0000001, 2, 0}, {-.0000001, 2, 1}, // what rounding makes of a probability
	} {
		if got := Weight(c.score, c.gamma); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("score %v, gamma %v: %v, want %v", c.score, c.gamma, got, c.want)
		}
	}
}
