package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"hardneg/internal/mockllm"
	"hardneg/store"
)

// pooledWith are the settings of a run with generated and mined negatives, and their pools.
func pooledWith(written, found int, args ...string) []string {
	return append(args, "--set", fmt.Sprintf("generate.negatives=[{strategy: query-only, model: writer, count: 2, pool: %d}, {strategy: bm25, count: 2, pool: %d}]", written, found))
}

// slotsIn reads in which slot each text of a run was made, by query and docid.
func (l *lab) slotsIn(dir string) map[[2]string]int {
	l.t.Helper()
	st, err := store.Open(filepath.Join(l.dir, dir), store.Options{ReadOnly: true})
	if err != nil {
		l.t.Fatal(err)
	}
	defer st.Close()
	_, rs, _, err := storedPlan(context.Background(), st)
	if err != nil {
		l.t.Fatal(err)
	}
	out := map[[2]string]int{}
	for batch, err := range st.Judged(context.Background(), chainOf(rs), 1<<40) {
		if err != nil {
			l.t.Fatal(err)
		}
		for _, q := range batch {
			cs, err := st.Slots(context.Background(), q.Row, chainOf(rs).Negatives)
			if err != nil {
				l.t.Fatal(err)
			}
			for _, c := range cs {
				out[[2]string{q.Key.String(), c.DocID}] = c.Slot
			}
		}
	}
	return out
}

// wantSeated checks that of each strategy the texts of the lowest slots are the negatives of a row, as many as its count says if there are
// enough, and the others its spares. It returns how many spares took the place of another text, and how many are left over.
func (l *lab) wantSeated(rows []row, count int) (seated, left int) {
	l.t.Helper()
	slots := l.slotsIn("run")
	for _, r := range rows {
		in, over := map[string][]int{}, map[string][]int{}
		for _, n := range r.Negatives {
			slot := slots[[2]string{r.QueryID, n.DocID}]
			in[n.Strategy] = append(in[n.Strategy], slot)
			if slot >= count {
				seated++
			}
		}
		for _, n := range r.Spares {
			over[n.Strategy] = append(over[n.Strategy], slots[[2]string{r.QueryID, n.DocID}])
			if n.Grade == nil || *n.Grade > 1 || n.DocID == r.PassageID {
				l.t.Errorf("spare %+v", n)
			}
			left++
		}
		if !slices.IsSortedFunc(r.Spares, func(a, b labText) int { return cmp.Compare(*b.Score, *a.Score) }) {
			l.t.Errorf("the spares of %s are not by falling score", r.QueryID)
		}
		for s := range over {
			if len(in[s]) != count || slices.Max(in[s]) > slices.Min(over[s]) {
				l.t.Errorf("row %s, %s: negatives of slots %v, spares of %v", r.QueryID, s, in[s], over[s])
			}
		}
	}
	return seated, left
}

// dataOf are the hashes of the data files of an export, without card and manifest, which tell of all that was made.
func (l *lab) dataOf(dir string) map[string]string {
	out := l.sums(dir)
	maps.DeleteFunc(out, func(name, _ string) bool { return !strings.Contains(name, "data/") })
	return out
}

func TestSparesTakeThePlacesOfWhatFellAway(t *testing.T) {
	t.Parallel()
	l := newLab(t, 40, mockllm.Config{})
	all, planned := l.objects(pooledWith(3, 5, "plan")...)
	if items, calls := ofStage(all, stageNegatives); items != 80*12 || calls != 80 {
		t.Errorf("%d slots in %d calls are planned, want 960 in 80: spares are asked for with the others", items, calls)
	}
	l.must(0, pooledWith(3, 5, "run")...)
	near(t, "calls", int64(l.server.Count()), planned.Calls, 0.25)
	if s := l.status().stage(stageNegatives); s.Planned != 12*l.status().stage(stageVerify).Done || s.Pending != 0 {
		t.Errorf("%+v", s)
	}
	r := l.must(0, pooledWith(3, 5, "export", "--format", "jsonl,hf,st-triplet", "--out", "x", "--spares")...)
	rows := l.rows("x")
	seated, left := l.wantSeated(rows, 2)
	if len(rows) < 40 || seated < 10 || left < 50 {
		t.Fatalf("%d rows, %d spares in the place of other texts, %d left over", len(rows), seated, left)
	}
	for name, n := range map[string]int{countSeated: seated, countSpares: left} {
		if !strings.Contains(strings.Join(strings.Fields(r.out), " "), fmt.Sprint(name, " ", n)) {
			t.Errorf("lacks %q %d:\n%s", name, n, r.out)
		}
	}
	l.must(0, pooledWith(3, 5, "check")...)
	l.must(0, "check", "x")
	short := func(rows []row) (n int) {
		for _, r := range rows {
			n += 4 - len(r.Negatives)
		}
		return n + 4*(80-len(rows))
	}
	l.must(0, pooledWith(0, 0, "export", "--format", "jsonl", "--out", "y")...)
	if with, without := short(rows), short(l.rows("y")); with >= without {
		t.Errorf("%d places are empty with spares, %d without", with, without)
	}
	card, err := os.ReadFile(filepath.Join(l.dir, "x", "jsonl", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"query-only, 2 per query and 3 spares", "| spares per query, beside these |", "`spares`", countSpares} {
		if !strings.Contains(string(card), want) {
			t.Errorf("the card lacks %q", want)
		}
	}
}

// Without export.spares nothing tells of them but the places they took.
func TestSparesAreExportedOnDemandAlone(t *testing.T) {
	t.Parallel()
	l := newLab(t, 30, mockllm.Config{})
	l.must(0, pooledWith(2, 3, "run")...)
	for _, r := range l.rows("run/export") {
		if r.Spares != nil {
			t.Fatalf("a run's own export has spares: %+v", r)
		}
	}
	l.must(0, pooledWith(2, 3, "run", "--set", "export.spares=true")...)
	if rows := l.rows("run/export"); rows[0].Spares == nil {
		t.Error("export.spares: true left the export as it was")
	}
	l.must(0, pooledWith(2, 3, "export", "--format", "st-triplet", "--out", "plain")...)
	l.must(0, pooledWith(2, 3, "export", "--format", "st-triplet", "--out", "asked", "--set", "export.spares=true")...)
	if !maps.Equal(l.dataOf("plain"), l.dataOf("asked")) {
		t.Error("a format without a place for spares has another content with them")
	}
	for want, args := range map[string][]string{
		"no entry of generate.negatives has a pool":                         pooledWith(0, 0, "export", "--format", "jsonl", "--out", "z", "--spares"),
		"format st-pair, beir has no place for them":                        pooledWith(2, 3, "export", "--format", "st-pair,beir", "--out", "z", "--spares"),
		"generate.negatives.1.pool is 4, and the run has made 3":            pooledWith(2, 4, "export", "--format", "jsonl", "--out", "z"),
		"export.spares: there are no spares: no entry of generate.negative": pooledWith(0, 0, "run", "--set", "export.spares=true"),
	} {
		if r := l.must(2, args...); !strings.Contains(r.err, want) || !strings.Contains(r.err, "pool") && !strings.Contains(r.err, "hf or jsonl") {
			t.Errorf("want %q:\n%s", want, r.err)
		}
	}
}

// A pool that is raised costs what is new in it: a request for its texts, and judges for these. What stood stays, so that an export without
// the pool is the one of before.
func TestARaisedPoolPaysForWhatIsNew(t *testing.T) {
	t.Parallel()
	l := newLab(t, 40, mockllm.Config{})
	l.must(0, pooledWith(0, 0, "run")...)
	before, sent := l.dataOf("run/export"), l.server.Count()
	queries := l.status().stage(stageVerify).Done
	_, sum := l.objects(pooledWith(0, 4, "plan")...)
	l.must(0, pooledWith(0, 4, "run")...)
	near(t, "calls for what is found", int64(l.server.Count()-sent), sum.Calls, 0.05)
	sent = l.server.Count()
	all, _ := l.objects(pooledWith(2, 4, "plan")...)
	if items, calls := ofStage(all, stageNegatives); items != queries*2 || calls != queries {
		t.Errorf("%d slots in %d calls are planned for %d queries, want 2 in 1 for each", items, calls, queries)
	}
	if r := l.must(0, pooledWith(2, 4, "run")...); !strings.Contains(r.err, fmt.Sprintf("a pool was raised: %d queries", queries)) {
		t.Error(r.err)
	}
	for hash, n := range l.server.CountByHash() {
		if n != 1 {
			t.Errorf("request %s was sent %d times", hash, n)
		}
	}
	seen := map[string]int{}
	for _, r := range l.server.Requests()[sent:] {
		seen[r.Model]++
	}
	if seen["w"] != int(queries) {
		t.Errorf("the writer was asked %d times for %d queries", seen["w"], queries)
	}
	if s := l.status(); s.pending() != 0 || s.stage(stageNegatives).Planned != queries*10 {
		t.Errorf("%+v", s.Stages)
	}
	l.must(0, pooledWith(2, 4, "export", "--format", "jsonl", "--out", "x", "--spares")...)
	if seated, left := l.wantSeated(l.rows("x"), 2); seated == 0 || left == 0 {
		t.Errorf("%d spares in the place of others, %d left over", seated, left)
	}
	l.must(0, pooledWith(0, 0, "export", "--format", "jsonl", "--out", "y")...)
	if !maps.Equal(before, l.dataOf("y")) {
		t.Error("without the pool, the export is not the one of before")
	}
	l.must(0, pooledWith(2, 4, "check")...)
	sent = l.server.Count()
	l.must(0, pooledWith(2, 4, "run")...)
	l.must(0, pooledWith(1, 0, "run")...)
	if l.server.Count() != sent {
		t.Error("a finished run, or a lowered pool, made calls")
	}
	l.must(0, pooledWith(3, 4, "run")...)
	if got := l.server.Count() - sent; got == 0 || got > int(queries)*3 {
		t.Errorf("%d calls for one spare more of %d queries", got, queries)
	}
	l.must(0, pooledWith(3, 4, "check")...)
}

// The queries that are left when a pool is lowered get as many texts as those before them: planned is what is done, at the end.
func TestAPoolThatIsLoweredInTheMiddle(t *testing.T) {
	t.Parallel()
	l := newLab(t, 20, mockllm.Config{})
	l.must(0, pooledWith(2, 2, "run", "--limit", "8")...)
	l.status()
	if r := l.must(0, pooledWith(1, 2, "run")...); !strings.Contains(r.err, "generate.negatives.0.pool is 1: exports take so many; the run has begun with 2") {
		t.Error(r.err)
	}
	if s := l.status(); s.State != "complete" || s.stage(stageNegatives).Planned != s.stage(stageVerify).Done*8 {
		t.Errorf("%+v", s)
	}
	l.must(0, pooledWith(1, 2, "export", "--format", "jsonl", "--out", "x", "--spares")...)
	slots := l.slotsIn("run")
	for _, r := range l.rows("x") {
		for _, n := range append(r.Negatives, r.Spares...) {
			if slots[[2]string{r.QueryID, n.DocID}] > 2 && n.Strategy == "query-only" {
				t.Errorf("%+v is of the fourth slot, and count and pool are 3", n)
			}
		}
	}
}

// Whenever it is killed, a run that raises its pool goes on with it, and ends as one that was left alone.
func TestARaisedPoolKilledAndResumed(t *testing.T) {
	t.Parallel()
	whole := newLab(t, 40, mockllm.Config{})
	whole.must(0, pooledWith(1, 1, "run")...)
	whole.must(0, pooledWith(3, 4, "run", "--set", "export.spares=true")...)
	want := whole.sums("run/export")
	l := newLab(t, 40, mockllm.Config{Latency: 15 * time.Millisecond})
	l.must(0, pooledWith(1, 1, "run")...)
	kills := 0
	for kills < 8 {
		c := l.command(pooledWith(3, 4, "run", "--set", "export.spares=true")...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(100+rand.IntN(700)) * time.Millisecond)
		_ = c.Process.Signal(syscall.SIGKILL) // it may have ended
		if err := c.Wait(); err == nil {
			break
		}
		kills++
		l.status()
	}
	if kills == 0 {
		t.Error("nothing was killed")
	}
	l.must(0, pooledWith(3, 4, "run", "--set", "export.spares=true")...)
	if !maps.Equal(want, l.sums("run/export")) {
		t.Error("the export is another one")
	}
	twice := 0
	for _, n := range l.server.CountByHash() {
		twice += n - 1
	}
	if twice > kills*summedConcurrency {
		t.Errorf("%d requests were sent again after %d kills", twice, kills)
	}
	l.must(0, pooledWith(3, 4, "check")...)
}
