package main

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// stopped is the cause of a stop by a signal.
type stopped struct{ signal os.Signal }

func (s *stopped) Error() string { return "stopped by " + s.signal.String() }

func (s *stopped) code() int {
	if n, ok := s.signal.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return 130
}

// stopper turns signals into a clean stop: the first one lets no new call begin and gives those on their way time to end and be
// stored; the second one quits at once.
type stopper struct {
	a      *app
	cancel context.CancelCauseFunc
	abort  context.CancelFunc
	drain  atomic.Int64 // nanoseconds
	count  int
	timer  *time.Timer
}

const defaultDrain = 30 * time.Second

func (s *stopper) stop(sig os.Signal) {
	s.count++
	if s.count > 1 {
		fmt.Fprintln(s.a.err, "gen: stopped at once; everything that was saved is kept"+s.a.goOn())
		s.a.onQuit(&stopped{sig})
		os.Exit((&stopped{sig}).code())
	}
	drain := time.Duration(s.drain.Load())
	if drain == 0 {
		drain = defaultDrain
	}
	fmt.Fprintf(s.a.err, "gen: %s: no new calls; waiting up to %s for those on their way (again to quit at once)\n", sig, drain)
	s.cancel(&stopped{sig})
	s.timer = time.AfterFunc(drain, s.abort)
}

// setDrain says how long calls on their way may take after a signal.
func setDrain(ctx context.Context, d time.Duration) {
	if s, ok := ctx.Value(stopperKey{}).(*stopper); ok {
		s.drain.Store(int64(d))
	}
}
