package llm

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hardneg"
)

func TestReplyIsCommittedBeforeItIsReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		p := script(step{content: `{"q":"a"}`, usage: hardneg.Usage{Prompt: 10, Completion: 5}})
		p.begin = func(Request) { log = append(log, "sent") }
		m := &memory{takes: time.Second, record: func(hardneg.Call) { log = append(log, "committed") }}
		ps := parts(p, m)
		ps.Price = hardneg.Price{Input: 1, Output: 2}
		resp, err := Wrap(ps).Complete(t.Context(), item(1))
		log = append(log, "returned")
		if err != nil || !slices.Equal(log, []string{"sent", "committed", "returned"}) {
			t.Fatalf("%v: %v", log, err)
		}
		c := m.kept()[0]
		if c.Key != item(1).Key() || resp.Call != c.Key || string(c.Reply) != string(resp.Raw) || c.Failure != "" {
			t.Errorf("stored %+v for reply %+v", c, resp)
		}
		if c.Role != "writer" || c.Stage != "queries" || c.Usage.Prompt != 10 || c.Cost != 20_000 || c.Unconfirmed != 0 {
			t.Errorf("stored %+v", c)
		}
	})
}

// N57: another answer to the same request would be possible; the stored one is the truth.
func TestAnAnsweredRequestIsNeverSentAgain(t *testing.T) {
	p := script(step{content: "first"}, step{content: "second"})
	c := Wrap(parts(p, &memory{}))
	one, _ := c.Complete(t.Context(), item(1))
	again, err := c.Complete(t.Context(), item(1))
	if err != nil || one.Cached || !again.Cached || again.Content != "first" || again.Call != one.Call || p.calls() != 1 {
		t.Errorf("%+v after %+v, %d calls: %v", again, one, p.calls(), err)
	}
	// the same with a new client on the same store: what counts is what is stored
	fresh := script(step{content: "third"})
	ps := parts(fresh, &memory{calls: []hardneg.Call{{Key: item(1).Key(), Provider: "offline", Reply: one.Raw}}})
	if again, err = Wrap(ps).Complete(t.Context(), item(1)); err != nil || again.Content != "first" || fresh.calls() != 0 {
		t.Errorf("%+v, %d calls: %v", again, fresh.calls(), err)
	}
	if other, _ := c.Complete(t.Context(), item(2)); other.Cached || p.calls() != 2 {
		t.Error("another sample is another request")
	}
}

func TestAFailedCallAnswersNothing(t *testing.T) {
	p := script(step{err: failed(Item, "too_long")}, step{content: "now"})
	m := &memory{}
	c := Wrap(parts(p, m))
	_, err := c.Complete(t.Context(), item(1))
	wantError(t, err, Item, "too_long")
	if kept := m.kept(); len(kept) != 1 || kept[0].Failure != "too_long" || kept[0].Class != "item" {
		t.Fatalf("a failed call must be stored too: %+v", kept)
	}
	if resp, err := c.Complete(t.Context(), item(1)); err != nil || resp.Content != "now" || resp.Cached {
		t.Errorf("%+v: %v", resp, err)
	}
}

func TestAStoredReplyOfAnUnknownKindFailsItsItem(t *testing.T) {
	p := script(step{content: "x"})
	m := &memory{calls: []hardneg.Call{{Key: item(1).Key(), Provider: "retired", Reply: []byte("{}")}}}
	_, err := Wrap(parts(p, m)).Complete(t.Context(), item(1))
	wantError(t, err, Item, "stored_reply")
	if p.calls() != 0 {
		t.Error("it was paid for again")
	}
}

func TestEqualConcurrentRequestsAreSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script(step{content: "only"}, step{content: "other"})
		p.takes = time.Second
		c := Wrap(parts(p, &memory{}))
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if r, err := c.Complete(t.Context(), item(1)); err != nil || r.Content != "only" {
					t.Errorf("%q: %v", r.Content, err)
				}
			})
		}
		wg.Wait()
		if p.calls() != 1 {
			t.Errorf("%d calls", p.calls())
		}
	})
}

func TestAStorageErrorStops(t *testing.T) {
	full := errors.New("disk full")
	for name, s := range map[string]step{"after a reply": {content: "x"}, "after a failure": {err: failed(Temporary, "reset")}} {
		p := script(s)
		_, err := Wrap(parts(p, &memory{err: full})).Complete(t.Context(), item(1))
		if _, isItem := ItemFailure(err); !errors.Is(err, full) || isItem {
			t.Errorf("%s: %v must stop the run", name, err)
		}
	}
}

func TestASlotIsHeldUntilTheCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		p := script(step{content: "x"})
		p.takes = time.Second
		p.begin = func(Request) {
			n := now.Add(1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
		}
		m := &memory{takes: 5 * time.Second, record: func(hardneg.Call) { now.Add(-1) }} // still in flight for all of the commit
		ps := parts(p, m)
		ps.Governor = NewGovernor(GovernorOptions{Concurrency: 3})
		c := Wrap(ps)
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() { _, _ = c.Complete(t.Context(), item(i)) })
		}
		wg.Wait()
		if most.Load() != 3 || p.calls() != 12 {
			t.Errorf("%d in flight at most, %d calls; want 3 and 12", most.Load(), p.calls())
		}
	})
}

// N36: a server may complete and bill what nobody waits for any more.
func TestACallThatMayHaveBeenPaidForCostsItsUpperBound(t *testing.T) {
	for name, c := range map[string]struct {
		paid bool
		want hardneg.USD
	}{"sent, no answer": {true, 100 * 2000}, "never sent": {false, 0}} {
		e := failed(Item, "timeout")
		e.PossiblyPaid = c.paid
		m := &memory{}
		ps := parts(script(step{err: e}), m)
		ps.Price = hardneg.Price{Output: 2} // 2,000 nano-dollars a token
		ps.Budget = NewBudget(Limits{USD: 1 << 40}, Spent{})
		_, _ = Wrap(ps).Complete(t.Context(), item(1))
		if got := m.kept()[0]; got.Unconfirmed != c.want || got.Cost != 0 {
			t.Errorf("%s: cost %v, unconfirmed %v, want 0 and %v", name, got.Cost, got.Unconfirmed, c.want)
		}
		if ps.Budget.spent.USD != c.want || ps.Budget.reserved != (Spent{}) {
			t.Errorf("%s: spent %+v, reserved %+v", name, ps.Budget.spent, ps.Budget.reserved)
		}
	}
}

func TestAStopSendsNothingNewAndLetsCallsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		soft, stop := context.WithCancelCause(t.Context())
		p := script(step{content: "x"})
		p.takes = 10 * time.Second
		m := &memory{}
		ps := parts(p, m)
		ps.Governor, ps.Hard = NewGovernor(GovernorOptions{Concurrency: 1}), t.Context()
		c := Wrap(ps)
		var errs [3]error
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { _, errs[i] = c.Complete(soft, item(i)) })
			synctest.Wait()
		}
		time.Sleep(time.Second)
		stopped := errors.New("stopped")
		stop(stopped)
		wg.Wait()
		if errs[0] != nil || !errors.Is(errs[1], stopped) || !errors.Is(errs[2], stopped) {
			t.Errorf("%v", errs)
		}
		if _, err := c.Complete(soft, item(9)); !errors.Is(err, stopped) {
			t.Errorf("after the stop: %v", err)
		}
		if kept := m.kept(); p.calls() != 1 || len(kept) != 1 || kept[0].Failure != "" {
			t.Errorf("%d calls sent, stored %+v", p.calls(), kept)
		}
		if n, _ := ps.Governor.InFlight(); n != 0 {
			t.Errorf("%d slots are lost", n)
		}
	})
}

func TestTheHardStopEndsACallAndStoresIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hard, abort := context.WithCancel(t.Context())
		p := script(step{content: "x"})
		p.takes = time.Hour
		m := &memory{}
		ps := parts(p, m)
		ps.Hard, ps.Timeout, ps.Retries = hard, 2*time.Hour, 0
		time.AfterFunc(time.Minute, abort)
		start := time.Now()
		_, err := Wrap(ps).Complete(t.Context(), item(1))
		if err == nil || time.Since(start) != time.Minute || len(m.kept()) != 1 || m.kept()[0].Failure == "" {
			t.Errorf("after %s: %v, stored %+v", time.Since(start), err, m.kept())
		}
	})
}

func TestTheTimeoutIsThatOfOneCallWithoutTheWaitForASlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script(step{content: "x"})
		p.takes = 50 * time.Second
		ps := parts(p, &memory{})
		ps.Governor, ps.Timeout = NewGovernor(GovernorOptions{Concurrency: 1}), time.Minute
		c := Wrap(ps)
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				if _, err := c.Complete(t.Context(), item(i)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if p.calls() != 4 {
			t.Errorf("%d calls", p.calls())
		}
	})
}
