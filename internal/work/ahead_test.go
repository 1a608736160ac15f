package work

import (
	"errors"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
)

func count(n int, end error) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
		if end != nil {
			yield(0, end)
		}
	}
}

func TestAheadGivesTheSameInTheSameOrder(t *testing.T) {
	bad := errors.New("bad")
	for _, end := range []error{nil, bad} {
		var got []int
		var last error
		for v, err := range Ahead(2, count(50, end)) {
			if last = err; err == nil {
				got = append(got, v)
			}
		}
		if len(got) != 50 || !slices.IsSorted(got) || last != end {
			t.Error(got, last)
		}
	}
}

func TestAheadIsNoFurtherAheadThanItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := 0
		seq := func(yield func(int, error) bool) {
			for made < 100 && yield(made, nil) {
				made++
			}
		}
		taken := 0
		for range Ahead(3, seq) {
			taken++
			synctest.Wait()
			if made > taken+3 {
				t.Fatalf("%d made, %d taken", made, taken)
			}
			if taken == 10 {
				break
			}
		}
		after := made
		synctest.Wait()
		if made != after || made < 10 {
			t.Errorf("it goes on after it was left: %d, %d", made, after)
		}
	})
}

func TestAPanicOfWhatIsReadAheadIsAnError(t *testing.T) {
	var last error
	for _, err := range Ahead(1, func(yield func(int, error) bool) { yield(1, nil); panic("oh") }) {
		last = err
	}
	var p *Panic
	if !errors.As(last, &p) || p.Value != "oh" {
		t.Error(last)
	}
}
