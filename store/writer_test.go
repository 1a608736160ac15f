package store

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"hardneg"
)

func TestEveryAcknowledgedWriteIsThereAfterReopening(t *testing.T) {
	r := newRig(t)
	const workers, each = 64, 5
	bad := errors.New("bad write")
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				k := hardneg.KeyOf(fmt.Sprint(w, "/", i))
				if w%8 == 0 {
					if err := r.s.write(func(*Tx) error { return bad }); !errors.Is(err, bad) {
						t.Errorf("a failing write returned %v", err)
					}
				}
				c := aCall(k)
				c.Cost = hardneg.USD(w*each + i)
				if err := r.s.Record(c); err != nil {
					t.Errorf("a write failed with another one of its group: %v", err)
				}
				if _, ok, err := r.s.Lookup(ctx, k); !ok || err != nil {
					t.Errorf("acknowledged, but not readable: %v", err)
				}
			}
		})
	}
	wg.Wait()
	r.reopen()
	r.wantNumber(workers*each, "SELECT count(*) FROM calls WHERE ok = 1")
	sp, err := r.s.Spending(ctx)
	must(t, err)
	n := workers * each
	if len(sp) != 1 || sp[0].OK != int64(n) || sp[0].Failed != 0 || sp[0].Cost != hardneg.USD(n*(n-1)/2) || sp[0].Usage.Cached != int64(40*n) {
		t.Errorf("spending %+v", sp)
	}
	r.wantClean()
}

// inOneGroup runs writes together: they queue up in their order while another write is under way.
func inOneGroup(t tester, s *Store, writes ...func() error) []error {
	t.Helper()
	started, release := make(chan bool), make(chan bool)
	errs := make([]error, len(writes)+1)
	var wg sync.WaitGroup
	wg.Go(func() {
		errs[len(writes)] = s.write(func(*Tx) error { close(started); <-release; return nil })
	})
	<-started
	for i, w := range writes {
		wg.Go(func() { errs[i] = w() })
		for queued := 0; queued < i+1; runtime.Gosched() {
			s.w.mu.Lock()
			queued = len(s.w.queue)
			s.w.mu.Unlock()
		}
	}
	close(release)
	wg.Wait()
	must(t, errs[len(writes)])
	return errs[:len(writes)]
}

func TestWritesThatWaitCommitTogether(t *testing.T) {
	r := newRig(t)
	var together []*Tx
	note := func() error { return r.s.write(func(x *Tx) error { together = append(together, x); return nil }) }
	for _, err := range inOneGroup(t, r.s, note, note, note) {
		must(t, err)
	}
	if len(together) != 3 || together[0] != together[1] || together[1] != together[2] {
		t.Errorf("three waiting writes ran in transactions %v", together)
	}
}

func TestFailingWriteFailsAloneAndCountsNothingTwice(t *testing.T) {
	r := newRig(t)
	r.importFile("a", "a", "b")
	bad := errors.New("bad")
	save := func(id string) func() error {
		p := r.passageRow(id)
		return func() error {
			return r.s.SaveQueries(Task{Recipe: r.c.Queries, Input: p}, []QueryOutcome{{Query: hardneg.Query{Key: queryKey(p, 0)}, Outcome: hardneg.Done}})
		}
	}
	k := hardneg.KeyOf("k")
	errs := inOneGroup(t, r.s, save("a"), func() error { return r.s.Record(aCall(k)) },
		func() error { return r.s.write(func(*Tx) error { return bad }) },
		func() error { return r.s.write(func(*Tx) error { panic("oh") }) }, save("b"))
	if errs[0] != nil || errs[1] != nil || errs[4] != nil {
		t.Errorf("good writes failed: %v", errs)
	}
	if !errors.Is(errs[2], bad) || errs[3] == nil {
		t.Errorf("bad writes returned %v and %v", errs[2], errs[3])
	}
	r.wantTally(2, r.c.Queries, hardneg.Done, "")
	sp, err := r.s.Spending(ctx)
	must(t, err)
	if len(sp) != 1 || sp[0].OK != 1 || sp[0].Cost != 1234 {
		t.Errorf("spending %+v", sp)
	}
	r.wantClean()
}

func TestUngradableVerdictIsAnErrorAndBlocksNobody(t *testing.T) {
	r := newRig(t)
	r.importFile("a", "a")
	r.saveQueries(r.passageRow("a"), done)
	v := verdict(0, 3)
	v.Grade = 77
	q := r.queryRow(queryKey(r.passageRow("a"), 0))
	if err := r.s.SaveVerify(Task{Recipe: r.c.Verify, Input: q}, []hardneg.Verdict{v}, nil, hardneg.Done, ""); err == nil {
		t.Error("grade 77 was saved")
	}
	r.saveVerify(q, done, verdict(0, 3))
	r.wantClean()
}

func TestReplyIsUsableWhereTheOneBeforeItWasRolledBack(t *testing.T) {
	r := newRig(t)
	k := hardneg.KeyOf("k")
	first := true
	errs := inOneGroup(t, r.s,
		func() error { // stands when the group is tried, but fails when it is tried alone
			return r.s.write(func(x *Tx) error {
				if !first {
					return errors.New("gone")
				}
				first = false
				c := aCall(k)
				p, err := x.profile(c)
				must(t, err)
				st, err := x.static(c.System)
				must(t, err)
				_, err = x.insertCall(c, p, st, pack(c.Request), pack(c.Reply))
				return err
			})
		},
		func() error { return r.s.Record(aCall(k)) },
		func() error { return r.s.write(func(*Tx) error { return errors.New("bad") }) })
	must(t, errs[1])
	if _, ok, err := r.s.Lookup(ctx, k); !ok || err != nil {
		t.Errorf("the only reply does not answer its key: %v", err)
	}
	r.wantClean()
}

func TestInternedNamesSurviveRollback(t *testing.T) {
	r := newRig(t)
	origin := hardneg.Origin{Method: "m", Model: "x", Prompt: "p"}
	bad := errors.New("bad")
	var lost, kept, again int64
	save := func(id *int64, err error) error {
		return r.s.write(func(x *Tx) (e error) {
			if *id, e = x.origin(origin); e != nil {
				return e
			}
			return err
		})
	}
	if err := save(&lost, bad); !errors.Is(err, bad) {
		t.Fatal(err)
	}
	r.wantNumber(0, "SELECT count(*) FROM origins")
	must(t, r.s.write(func(x *Tx) error { // takes the id that was rolled back
		_, err := x.origin(hardneg.Origin{Method: "other"})
		return err
	}))
	must(t, save(&kept, nil))
	must(t, save(&again, nil))
	r.wantNumber(kept, "SELECT id FROM origins WHERE method = 'm'")
	if again != kept {
		t.Errorf("ids %d and %d of one name", kept, again)
	}
	r.reopen()
	must(t, save(&again, nil))
	if again != kept {
		t.Errorf("after reopening the id is %d, was %d", again, kept)
	}
}

// A stage looks for new items when a task before it has ended; a commit of calls alone must not make it look.
func TestChangedIsClosedByTheCommitOfATask(t *testing.T) {
	r := newRig(t)
	r.importFile("a.jsonl", "a")
	a := r.passageRow("a")
	ch := r.s.Changed()
	open := func() bool {
		select {
		case <-ch:
			return false
		default:
			return true
		}
	}
	must(t, r.s.SetMeta(map[string][]byte{"a": []byte("1")}))
	must(t, r.s.Record(aCall(hardneg.KeyOf("a call"))))
	if !open() {
		t.Error("closed by commits that finished no task")
	}
	r.saveQueries(a, done)
	if open() {
		t.Error("still open after the commit of a task")
	}
	b, err := r.s.Meta(ctx, "a")
	must(t, err)
	if string(b) != "1" {
		t.Errorf("meta %q", b)
	}
	if b, err := r.s.Meta(ctx, "none"); b != nil || err != nil {
		t.Errorf("%q, %v", b, err)
	}
}
