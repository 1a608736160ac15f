//go:build unix

package store

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"

	"hardneg"
)

func TestKillLosesNothingThatWasAcknowledged(t *testing.T) {
	dir := t.TempDir()
	for round := range 3 {
		c, out := child(t, "write", dir)
		var acknowledged []string
		for out.Scan() {
			if _, err := strconv.Atoi(out.Text()); err != nil {
				t.Fatalf("the child said %q", out.Text())
			}
			acknowledged = append(acknowledged, out.Text())
			if len(acknowledged) == 150*(round+1) {
				must(t, c.Process.Kill())
			}
		}
		_ = c.Wait()
		ro, err := Open(dir, Options{ReadOnly: true})
		must(t, err)
		if vs, err := ro.Check(ctx); len(vs) > 0 || err != nil {
			t.Errorf("after a kill: %v, %v", vs, err)
		}
		must(t, ro.Close())
		r := rigAt(t, dir)
		for _, i := range acknowledged {
			if _, ok, err := r.s.Lookup(ctx, hardneg.KeyOf("acknowledged", i)); !ok || err != nil {
				t.Fatalf("call %s was acknowledged and is lost (%v)", i, err)
			}
		}
		r.wantNumber(0, "SELECT count(*) FROM passages")
		r.wantNumber(0, "SELECT count(*) FROM imports")
		r.wantClean()
		must(t, r.s.Close())
	}
}

func TestReadOnlyDirectoryIsRefused(t *testing.T) {
	for _, withRun := range []bool{false, true} {
		dir, err := os.MkdirTemp("", "store")
		must(t, err)
		defer os.RemoveAll(dir)
		if withRun {
			r := rigAt(t, dir)
			must(t, r.s.Close())
		}
		must(t, os.Chmod(dir, 0o555))
		defer os.Chmod(dir, 0o700)
		for _, place := range []string{dir, filepath.Join(dir, "below")} {
			_, out := child(t, "nobody", place)
			if !out.Scan() || !strings.HasPrefix(out.Text(), "storage error: true") || !strings.Contains(out.Text(), "permission denied") {
				t.Errorf("with a run %v: the child said %q", withRun, out.Text())
			}
		}
	}
}

// fill makes the file full: it may not grow by more than a few pages.
func (r *rig) fill(pages int64) {
	r.Helper()
	r.limit(r.number("PRAGMA page_count") + pages)
}

func (r *rig) limit(pages int64) {
	r.Helper()
	_, err := r.s.w.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
	must(r, err)
}

func bigCall(i int) hardneg.Call {
	c := aCall(hardneg.KeyOf("big", fmt.Sprint(i)))
	b := make([]byte, 0, 60_000)
	for n := 0; len(b) < 60_000; n++ { // does not compress
		k := hardneg.KeyOf(fmt.Sprint(i), fmt.Sprint(n))
		b = append(b, k[:]...)
	}
	c.Reply = b
	return c
}

func TestFullDiskIsAStorageErrorAfterTheGraceAndKeepsEarlierRows(t *testing.T) {
	r := newRig(t)
	must(t, r.s.Record(aCall(hardneg.KeyOf("before"))))
	var told []string
	r.s.w.notify = func(s string) { told = append(told, s) }
	r.fill(3)
	e := wantStorageError(t, r.s.Record(bigCall(1)))
	var se sqlite3.Error
	if !errors.As(e, &se) || se.Code != sqlite3.ErrFull {
		t.Errorf("got %v", e)
	}
	if len(told) != 1 || !strings.Contains(told[0], "1 answers are kept in memory") {
		t.Errorf("told %q, want one notice", told)
	}
	if _, ok, err := r.s.Lookup(ctx, hardneg.KeyOf("before")); !ok || err != nil {
		t.Errorf("the earlier row is gone (%v)", err)
	}
	r.wantClean()
	r.limit(1 << 20)
	must(t, r.s.Record(bigCall(1)))
	r.reopen()
	r.wantNumber(2, "SELECT count(*) FROM calls")
	r.wantClean()
}

// What was in flight when a disk filled up does not wait for it one after the other, and what is saved of a run that ends waits no more.
func TestAFullDiskIsWaitedForOnce(t *testing.T) {
	r := newRig(t)
	const grace = 1500 * time.Millisecond // in which all of them come
	r.s.w.grace = grace
	told := 0
	r.s.w.notify = func(string) { told++ }
	r.fill(3)
	start := time.Now()
	var answers sync.WaitGroup
	for i := range 40 {
		answers.Go(func() { wantStorageError(t, r.s.Record(bigCall(i))) })
	}
	answers.Wait()
	if took := time.Since(start); took < grace || told != 1 {
		t.Errorf("the answers were kept for %s, and it was told %d times", took, told)
	}
	if n := r.s.Lost(); n != 40 {
		t.Errorf("%d answers were lost", n)
	}
	r.s.Hurry()
	start = time.Now()
	wantStorageError(t, r.s.Record(bigCall(0)))
	if took := time.Since(start); took > grace {
		t.Errorf("in a hurry it was kept for %s", took)
	}
	r.limit(1 << 20)
	must(t, r.s.Record(bigCall(0)))
	r.wantClean()
}

func TestWriteSucceedsWhenSpaceReturnsWithinTheGrace(t *testing.T) {
	r := newRig(t)
	told := 0
	r.s.w.notify = func(string) { told++; r.limit(1 << 20) }
	r.fill(3)
	errs := inOneGroup(t, r.s, func() error { return r.s.Record(bigCall(1)) }, func() error { return r.s.Record(bigCall(2)) })
	must(t, errors.Join(errs...))
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	r.wantNumber(2, "SELECT count(*) FROM calls WHERE ok = 1")
	sp, err := r.s.Spending(ctx)
	must(t, err)
	if len(sp) != 1 || sp[0].OK != 2 || sp[0].Failed != 0 {
		t.Errorf("an attempt that was rolled back was counted: %+v", sp)
	}
	r.wantClean()
}

func TestForeignWriterIsWaitedFor(t *testing.T) {
	r := newRig(t)
	if _, err := r.s.w.conn.ExecContext(ctx, "PRAGMA busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite3", "file:"+filepath.Join(r.dir, FileName)+"?_busy_timeout=5000")
	must(t, err)
	defer other.Close()
	other.SetMaxOpenConns(1)
	lock := func() {
		_, err := other.Exec("BEGIN IMMEDIATE")
		must(t, err)
	}
	unlock := func() {
		_, err := other.Exec("ROLLBACK")
		must(t, err)
	}
	told := 0
	r.s.w.notify = func(string) { told++ }
	lock()
	wantStorageError(t, r.s.Record(aCall(hardneg.KeyOf("a"))))
	r.s.w.notify = func(string) { told++; unlock() }
	must(t, r.s.Record(aCall(hardneg.KeyOf("b"))))
	if told != 2 {
		t.Errorf("told %d times", told)
	}
	r.wantNumber(1, "SELECT count(*) FROM calls")
	r.wantClean()
}

func TestErrorOfTheDiskIsNotWaitedFor(t *testing.T) {
	dir := t.TempDir()
	_, out := child(t, "no-space", dir)
	acknowledged := 0
	for out.Scan() && out.Text() == strconv.Itoa(acknowledged) {
		acknowledged++
	}
	if out.Text() != "failed, waited false" || acknowledged == 0 {
		t.Fatalf("after %d calls the child said %q", acknowledged, out.Text())
	}
	if !out.Scan() || !strings.HasPrefix(out.Text(), "storage error: true") {
		t.Fatalf("the child said %q", out.Text())
	}
	r := rigAt(t, dir)
	defer r.s.Close()
	for i := range acknowledged {
		if _, ok, err := r.s.Lookup(ctx, hardneg.KeyOf("acknowledged", fmt.Sprint(i))); !ok || err != nil {
			t.Fatalf("call %d is lost (%v)", i, err)
		}
	}
	r.wantClean()
}
