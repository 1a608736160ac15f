package work

import (
	"slices"
	"testing"
	"time"
)

func TestBehindDoesAllInOrder(t *testing.T) {
	var got, want []int
	b := NewBehind(2, func(n int) {
		if n%10 == 0 {
			time.Sleep(time.Millisecond)
		}
		got = append(got, n)
	})
	for n := range 100 {
		b.Give(n)
		want = append(want, n)
	}
	if b.End(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestAPanicBehindIsThatOfWhoGives(t *testing.T) {
	for name, give := range map[string]int{"at the end": 1, "before": 100} {
		b := NewBehind(1, func(n int) { panic("broken") })
		func() {
			defer func() {
				defer func() { _ = recover() }() // it tells of it again
				if give > 1 {
					b.End()
				}
			}()
			defer func() {
				if p, ok := recover().(*Panic); !ok || p.Value != "broken" || len(p.Stack) == 0 {
					t.Errorf("%s: %v", name, p)
				}
			}()
			for n := range give {
				b.Give(n)
			}
			b.End()
			t.Errorf("%s: it came back", name)
		}()
	}
}
