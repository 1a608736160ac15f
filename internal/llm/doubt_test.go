package llm

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// N49: after a server was not reached it is asked whether it is the same one, until it says so, and no more after that.
func TestAServerIsAskedWhetherItIsTheSameAfterALostConnection(t *testing.T) {
	other := errors.New("other weights")
	for name, c := range map[string]struct {
		down  error
		says  []bool // whether it can be asked, time after time; the last one for ever
		fails bool
		want  int // times it is asked, 0: none
	}{
		"not reached":         {failed(Unavailable, "unreachable"), []bool{true}, false, 1},
		"connection lost":     {failed(Temporary, "connection"), []bool{true}, false, 1},
		"asked until it says": {failed(Unavailable, "unreachable"), []bool{false, false, true}, false, 3},
		"another one":         {failed(Unavailable, "unreachable"), []bool{true}, true, 1},
		"an error of its own": {&Error{Class: Temporary, Reason: "http_500", Status: 500, Err: errors.New("x")}, []bool{true}, false, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			start, asked, first := time.Now(), 0, true
			s := &served{takes: time.Second, fails: func(Request) error {
				if time.Since(start) > 30*time.Second && first {
					first = false
					return c.down
				}
				return nil
			}}
			errs, g := many(t, 100, 1, func(ps *Parts) {
				ps.Same = func(_ context.Context, lane int) (bool, error) {
					asked++
					if c.fails {
						return true, other
					}
					return c.says[min(asked, len(c.says))-1], nil
				}
			}, s)
			switch {
			case c.fails:
				for _, err := range errs {
					if !errors.Is(err, other) {
						t.Errorf("%s: %v", name, err)
					}
				}
				if len(errs) == 0 || asked != len(errs) {
					t.Errorf("%s: asked %d times, %d errors", name, asked, len(errs))
				}
			case asked != c.want || len(errs) > 0:
				t.Errorf("%s: asked %d times, want %d; %v", name, asked, c.want, errs)
			}
			if n, _ := g.InFlight(); n != 0 {
				t.Errorf("%s: %d slots are left", name, n)
			}
		})
	}
}
