package work

import (
	"iter"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func count(n int, taken *atomic.Int64) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			taken.Add(1)
			if !yield(i) {
				return
			}
		}
	}
}

func TestAheadKeepsTheOrder(t *testing.T) {
	for _, n := range []int{0, 1, 3, 4, 1000} {
		var taken atomic.Int64
		at := 0
		for r := range Ahead(count(n, &taken), 4, func(i int) int {
			if i%7 == 0 {
				time.Sleep(time.Millisecond)
			}
			return i * i
		}) {
			if r != at*at {
				t.Fatalf("%d of %d is %d", at, n, r)
			}
			at++
		}
		if at != n || taken.Load() != int64(n) {
			t.Errorf("%d results of %d, %d taken", at, n, taken.Load())
		}
	}
}

func TestAheadIsBoundedAndEndsWithTheLoop(t *testing.T) {
	before := runtime.NumGoroutine()
	var taken atomic.Int64
	for r := range Ahead(count(1e6, &taken), 10, func(i int) int { return i }) {
		time.Sleep(10 * time.Millisecond)
		if r == 3 {
			break
		}
	}
	if most := int64(10 * (5*runtime.GOMAXPROCS(0) + 3)); taken.Load() > most {
		t.Errorf("%d were taken for 4, at most %d are wanted", taken.Load(), most)
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines are left", n-before)
	}
}

func TestAPanicAheadIsTheLoops(t *testing.T) {
	var taken atomic.Int64
	for name, seq := range map[string]iter.Seq[int]{
		"of the function": count(100, &taken),
		"of the sequence": func(yield func(int) bool) {
			for i := 0; yield(i); i++ {
				if i == 37 {
					blowUp()
				}
			}
		},
	} {
		got := 0
		func() {
			defer func() {
				p, ok := recover().(*Panic)
				if !ok || p.Value != "no such label" || !strings.Contains(string(p.Stack), "blowUp") {
					t.Errorf("%s: %v", name, p)
				}
			}()
			for range Ahead(seq, 1, func(i int) int {
				if name == "of the function" && i == 37 {
					blowUp()
				}
				return i
			}) {
				got++
			}
		}()
		if got < 37 || got > 38 {
			t.Errorf("%s: %d results came before it", name, got)
		}
	}
}
