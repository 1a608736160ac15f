package text

import (
	"testing"

	"pgregory.net/rapid"
)

func TestHashSetCountsWhatIsShared(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.SliceOf(rapid.Uint64Range(2, 40)) // many share a cell: the place is read off the high half
		a, b := few.Draw(t, "a"), few.Draw(t, "b")
		in := map[uint64]bool{}
		for _, h := range a {
			in[h] = true
		}
		both := map[uint64]bool{}
		for _, h := range b {
			if in[h] {
				both[h] = true
			}
		}
		x, y := newHashSet(a), newHashSet(b)
		if x.n != len(in) || len(a) > 0 && len(b) > 0 && (common(x, y) != len(both) || common(y, x) != len(both)) {
			t.Fatalf("%v and %v: %d and %d, %d shared, want %d", a, b, x.n, y.n, common(x, y), len(both))
		}
	})
}
