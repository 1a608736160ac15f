package main

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

// summedConcurrency of labConfig: at most so many calls are repeated after a kill.
const summedConcurrency = 4 + 4 + 2

// TestKilledAtAnyMoment kills runs again and again with calls on their way, and compares the export with that of an undisturbed
// run, byte by byte.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	undisturbed := newLab(t, 40, mockllm.Config{})
	undisturbed.must(0, "run")
	want := undisturbed.sums("run/export")
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))

	l := newLab(t, 40, mockllm.Config{Latency: 25 * time.Millisecond})
	landed := map[string]int{}
	kills := 0
	for complete := false; !complete; {
		complete = l.killOnce(t, dice, landed)
		if !complete {
			kills++
		}
		if kills > 200 {
			t.Fatal("200 kills and the run has not ended")
		}
	}
	sum := 0
	for _, n := range landed {
		sum += n
	}
	t.Logf("%d kills with a call on its way: %v", sum, landed)
	if sum < 10 || landed["w"] == 0 || landed["s"] == 0 {
		t.Errorf("only %d kills landed: %v", sum, landed)
	}
	repeated := 0
	for _, n := range l.server.CountByHash() {
		repeated += n - 1
	}
	if repeated > kills*summedConcurrency {
		t.Errorf("%d calls were repeated after %d kills", repeated, kills)
	}
	if repeated == 0 {
		t.Error("no call was repeated: no kill hit anything")
	}
	if !maps.Equal(want, l.sums("run/export")) {
		t.Error("the export differs from that of an undisturbed run")
	}
	l.must(0, "check")
	l.must(0, "check", "run/export")
	before := l.server.Count()
	l.must(0, "run")
	if l.server.Count() != before {
		t.Error("the finished run made a call")
	}
}

// killOnce starts a run and kills it when a call is on its way; it reports whether the run ended by itself before.
func (l *lab) killOnce(t *testing.T, dice *rand.Rand, landed map[string]int) (ended bool) {
	c := l.command("run")
	var errs bytes.Buffer
	c.Stderr = &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	before := l.server.Count()
	calls := 1 + dice.IntN(25)
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Fatalf("gen run: %v\n%s", err, errs.String())
			}
			return true
		default:
		}
		if l.server.Count()-before >= calls && l.server.InFlight() > 0 {
			break
		}
		time.Sleep(200 * time.Microsecond)
	}
	model := ""
	for _, r := range l.server.Requests()[before:] {
		if r.Finished.IsZero() {
			model = r.Model
		}
	}
	kill(t, c, syscall.SIGKILL)
	<-done
	if model != "" {
		landed[model]++
	}
	waitFor(t, "the server to see the connections go", func() bool { return l.server.InFlight() == 0 })
	return false
}

// TestKilledAfterEveryKindOfCall kills right after the answer to the n-th call was sent, for many n: between reply and commit,
// between commit and outcome, and between stages.
func TestKilledAfterEveryKindOfCall(t *testing.T) {
	t.Parallel()
	undisturbed := newLab(t, 4, mockllm.Config{})
	undisturbed.must(0, "run")
	want := undisturbed.sums("run/export")
	total := undisturbed.server.Count()
	for n := 1; n < total; n += 1 + total/12 {
		var victim atomic.Pointer[exec.Cmd]
		l := newLab(t, 4, mockllm.Config{Fault: func(i int, _ mockllm.Recorded) *mockllm.Fault {
			if c := victim.Load(); i == n && c != nil {
				time.AfterFunc(time.Duration(n%4)*time.Millisecond, func() { _ = c.Process.Kill() })
			}
			return nil
		}})
		c := l.command("run")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		victim.Store(c)
		_ = c.Wait() // killed, or ended before
		victim.Store(nil)
		l.must(0, "run")
		if !maps.Equal(want, l.sums("run/export")) {
			t.Errorf("killed after call %d of %d: another export", n, total)
		}
		l.must(0, "check")
	}
}

func TestASignalDrains(t *testing.T) {
	t.Parallel()
	for sig, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		l := newLab(t, 20, mockllm.Config{Latency: 400 * time.Millisecond})
		c := l.command("run")
		var errs bytes.Buffer
		c.Stderr = &errs
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "calls on their way", func() bool { return l.server.InFlight() >= 2 })
		kill(t, c, sig)
		time.Sleep(50 * time.Millisecond) // the signal has arrived; what is sent from now on is one call too many
		sent := l.server.Count()
		_ = c.Wait()
		if got := c.ProcessState.ExitCode(); got != code {
			t.Errorf("%v: exit %d, want %d\n%s", sig, got, code, errs.String())
		}
		if now := l.server.Count(); now != sent {
			t.Errorf("%v: %d calls were begun after the signal", sig, now-sent)
		}
		answered := 0
		for _, r := range l.server.Requests() {
			if r.Answered {
				answered++
			}
		}
		if s := l.status(); s.Calls.OK != int64(answered) || answered == 0 {
			t.Errorf("%v: %d answers, %d stored", sig, answered, s.Calls.OK)
		}
		if !strings.Contains(errs.String(), "go on with: gen run") {
			t.Errorf("%v: the last line does not say how to go on: %s", sig, errs.String())
		}
	}
}

func TestASecondSignalQuitsAtOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t, 8, mockllm.Config{Latency: time.Minute})
	c := l.command("run")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "a call on its way", func() bool { return l.server.InFlight() > 0 })
	kill(t, c, syscall.SIGINT)
	time.Sleep(100 * time.Millisecond)
	kill(t, c, syscall.SIGINT)
	done := make(chan struct{})
	go func() { _ = c.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		_ = c.Process.Kill()
		t.Fatal("it did not quit")
	}
	if got := c.ProcessState.ExitCode(); got != 130 {
		t.Errorf("exit %d", got)
	}
}

func TestADrainThatTakesTooLongIsCut(t *testing.T) {
	t.Parallel()
	l := newLab(t, 4, mockllm.Config{Latency: time.Minute})
	c := l.command("run", "--set", "run.drain=200ms")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "a call on its way", func() bool { return l.server.InFlight() > 0 })
	kill(t, c, syscall.SIGTERM)
	_ = c.Wait()
	if got := c.ProcessState.ExitCode(); got != 143 {
		t.Errorf("exit %d", got)
	}
	if s := l.status(); s.Calls.Failed == 0 || s.Unconfirmed == 0 {
		t.Errorf("calls that were cut off are not counted as possibly paid: %+v", s.Calls)
	}
}
