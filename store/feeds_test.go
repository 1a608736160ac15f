package store

import (
	"fmt"
	"testing"

	"hardneg"
)

// passageFeed reads the pending passages n at a time, from a position on.
func (r *rig) passageFeed(after int64, b Bound, n int) (ids []string, last int64) {
	r.Helper()
	for {
		ps, err := r.s.PendingPassages(ctx, r.c.Queries, after, b, n)
		must(r, err)
		for _, p := range ps {
			ids = append(ids, p.ID)
			after = p.Seq
		}
		if len(ps) < n {
			return ids, after
		}
	}
}

// queryFeed reads the pending queries two at a time and names them by their text.
func (r *rig) queryFeed(recipe int64, up Upstream, after int64, b Bound) (texts []string, last int64) {
	r.Helper()
	for {
		qs, err := r.s.PendingQueries(ctx, recipe, up, after, b, 2)
		must(r, err)
		for _, q := range qs {
			texts = append(texts, q.Text)
			after = q.Seq
		}
		if len(qs) < 2 {
			return texts, after
		}
	}
}

func TestPendingPassagesGivesEachOnceInOrderOfArrival(t *testing.T) {
	r := newRig(t)
	r.importFile("one", "c", "a", "e", "b")
	first, last := r.passageFeed(0, Bound{}, 2)
	wantEqual(t, first, []string{"c", "a", "e", "b"})
	r.importFile("two", "d")
	more, _ := r.passageFeed(last, Bound{}, 2)
	wantEqual(t, more, []string{"d"})
	r.saveQueries(r.passageRow("a"), done)
	r.saveQueries(r.passageRow("b"), refused, broken)
	r.saveQueries(r.passageRow("c")) // no query at all is an outcome too
	left, _ := r.passageFeed(0, Bound{}, 2)
	wantEqual(t, left, []string{"e", "d"})
	other, err := r.s.PendingPassages(ctx, r.c.Queries+100, 0, Bound{}, 10)
	must(t, err)
	if len(other) != 5 {
		t.Errorf("under another recipe %d passages are pending, want all 5", len(other))
	}
	if it := other[0]; it.Passage != passage("c") || it.Row != r.passageRow("c") || it.Retries != 0 || it.Have != nil {
		t.Errorf("item %+v", it)
	}
}

func TestBoundTakesTheFirstPassagesByKey(t *testing.T) {
	r := newRig(t)
	r.importFile("one", "d", "b", "c", "a")
	b, err := r.s.FirstPassages(ctx, 2)
	must(t, err)
	if b != (Bound{LastKey: "b", Set: true}) {
		t.Errorf("bound %+v", b)
	}
	got, _ := r.passageFeed(0, b, 10)
	wantEqual(t, got, []string{"b", "a"})
	for _, id := range []string{"a", "b", "c"} {
		r.saveQueries(r.passageRow(id), done)
	}
	texts, _ := r.queryFeed(r.c.Verify, Upstream{Recipe: r.c.Queries}, 0, b)
	if len(texts) != 2 {
		t.Errorf("queries %v, want those of a and b", texts)
	}
	r.importOwn("beir", "b0")
	within, err := r.s.PlannedWithin(ctx, Bound{LastKey: "b0", Set: true})
	must(t, err)
	wantEqual(t, []int64{within["passages"], within["own_passages"], within["own_queries"], within["own_duplicates"]}, []int64{3, 1, 1, 0})
	within, err = r.s.PlannedWithin(ctx, b)
	must(t, err)
	wantEqual(t, []int64{within["passages"], within["own_passages"], within["own_queries"], within["own_duplicates"]}, []int64{2, 0, 0, 0})
	if b, err := r.s.FirstPassages(ctx, 100); err != nil || b.Set {
		t.Errorf("fewer passages than asked for: %+v, %v", b, err)
	}
}

func TestPendingQueriesFollowsTheQueriesThatAreDone(t *testing.T) {
	r := newRig(t)
	r.importFile("one", "a", "b")
	r.importOwn("beir", "o")
	up := Upstream{Recipe: r.c.Queries}
	got, last := r.queryFeed(r.c.Verify, up, 0, Bound{})
	wantEqual(t, got, []string{"what is o"})
	r.saveQueries(r.passageRow("b"), done, refused, broken, done)
	b := r.passageRow("b")
	got, last = r.queryFeed(r.c.Verify, up, last, Bound{})
	wantEqual(t, got, []string{fmt.Sprintf("query 0 of %d", b), fmt.Sprintf("query 3 of %d", b)})
	r.saveVerify(r.queryRow(queryKey(b, 3)), result{hardneg.Rejected, "not_answered"}, verdict(0, 0))
	got, _ = r.queryFeed(r.c.Verify, up, 0, Bound{})
	wantEqual(t, got, []string{"what is o", fmt.Sprintf("query 0 of %d", b)})
	got, _ = r.queryFeed(r.c.Verify, up, last, Bound{})
	wantEqual(t, got, nil)
	got, _ = r.queryFeed(r.c.Verify, Upstream{Recipe: r.c.Queries + 100}, 0, Bound{})
	wantEqual(t, got, []string{"what is o"}) // not what another recipe wrote
	qs, err := r.s.PendingQueries(ctx, r.c.Verify, up, 0, Bound{}, 10)
	must(t, err)
	if q := qs[1]; q.Passage != passage("b") || q.PassageID != "b" || q.Key != queryKey(b, 0) || q.Row != r.queryRow(q.Key) || q.Retries != 0 {
		t.Errorf("item %+v", q)
	}
}

func TestUnfinishedImportGivesNoQueries(t *testing.T) {
	r := newRig(t)
	im := r.begin("beir")
	must(t, im.Add(lines("p")))
	must(t, im.StageOwn([]OwnQuery{{ID: "q", Text: "q"}}, []OwnJudgement{{"q", "p", 1}}))
	must(t, im.AddOwn(hardneg.Origin{}))
	got, _ := r.queryFeed(r.c.Verify, Upstream{Recipe: r.c.Queries}, 0, Bound{})
	wantEqual(t, got, nil)
	if n, err := r.s.PlannedWithin(ctx, Bound{}); n["own_queries"] != 0 || err != nil {
		t.Errorf("planned %v (%v)", n, err)
	}
	must(t, im.Finish(1, 0, nil, nil))
	got, _ = r.queryFeed(r.c.Verify, Upstream{Recipe: r.c.Queries}, 0, Bound{})
	wantEqual(t, got, []string{"q"})
}

func TestPendingQueriesFollowsTheTasksThatAreDoneInTheirOrder(t *testing.T) {
	r := newRig(t)
	r.importFile("one", "a")
	a := r.passageRow("a")
	r.saveQueries(a, done, done, done, done, done)
	row := func(i int) int64 { return r.queryRow(queryKey(a, i)) }
	name := func(i int) string { return fmt.Sprintf("query %d of %d", i, a) }
	r.saveVerify(row(4), done, verdict(0, 3))
	r.saveVerify(row(1), result{hardneg.Rejected, "not_answered"}, verdict(0, 0))
	r.saveVerify(row(2), result{hardneg.Failed, "timeout"}, verdict(0, "timeout"))
	r.saveVerify(row(0), done, verdict(0, 3))
	up := Upstream{Recipe: r.c.Verify, Tasks: true}
	got, last := r.queryFeed(r.c.Negatives, up, 0, Bound{})
	wantEqual(t, got, []string{name(4), name(0)}) // as they became ready
	r.saveVerify(row(3), done, verdict(0, 3))
	got, last = r.queryFeed(r.c.Negatives, up, last, Bound{})
	wantEqual(t, got, []string{name(3)})
	r.saveSlots(row(0), broken) // the task is done, whatever became of its slots
	got, _ = r.queryFeed(r.c.Negatives, up, 0, Bound{})
	wantEqual(t, got, []string{name(4), name(3)})
	got, _ = r.queryFeed(r.c.Judge, Upstream{Recipe: r.c.Negatives, Tasks: true}, 0, Bound{})
	wantEqual(t, got, []string{name(0)})
	got, _ = r.queryFeed(r.c.Negatives, up, last, Bound{})
	wantEqual(t, got, nil)
	got, _ = r.queryFeed(r.c.Negatives, up, 0, Bound{LastKey: "0", Set: true})
	wantEqual(t, got, nil)
}

func TestRetriedItemsComeAgainWithWhatTheyHave(t *testing.T) {
	r := newRig(t)
	r.importFile("one", "a", "b")
	a, b := r.passageRow("a"), r.passageRow("b")
	r.saveQueries(a, done, broken, refused)
	r.saveQueries(b, done)
	for retry := 1; retry <= 2; retry++ {
		n, err := r.s.Retry(r.c, map[string]bool{"queries": true}, "")
		must(t, err)
		if n["queries"] != 1 {
			t.Fatalf("retried %v", n)
		}
		ps, err := r.s.PendingPassages(ctx, r.c.Queries, 0, Bound{}, 10)
		must(t, err)
		if len(ps) != 1 || ps[0].ID != "a" || ps[0].Retries != retry || len(ps[0].Have) != 2 {
			t.Fatalf("pending %+v", ps)
		}
		for sample, want := range map[int]result{0: done, 2: refused} {
			q := ps[0].Have[sample]
			if q.Query.Key != queryKey(a, sample) || q.Query.Text != fmt.Sprintf("query %d of %d", sample, a) || q.Query.Sample != sample || q.Outcome != want.o || q.Reason != want.reason {
				t.Errorf("sample %d is %+v", sample, q)
			}
		}
		r.saveQueries(a, refused, broken, done) // the ends of samples that stand do not change
		r.wantTally(2, r.c.Queries, hardneg.Done, "")
		r.wantTally(1, r.c.Queries, hardneg.Rejected, "too_short")
		r.wantTally(1, r.c.Queries, hardneg.Failed, "not_json")
		r.wantClean()
	}
	q := r.queryRow(queryKey(b, 0))
	r.saveVerify(q, broken, verdict(0, "not_json"))
	_, last := r.queryFeed(r.c.Verify, Upstream{Recipe: r.c.Queries}, 0, Bound{})
	if last == 0 {
		t.Fatal("the query of a is not pending")
	}
	_, err := r.s.Retry(r.c, map[string]bool{"verify": true}, "")
	must(t, err)
	qs, err := r.s.PendingQueries(ctx, r.c.Verify, Upstream{Recipe: r.c.Queries}, 0, Bound{}, 10)
	must(t, err)
	if len(qs) != 2 || qs[0].Retries != 0 || qs[1].Row != q || qs[1].Retries != 1 {
		t.Errorf("pending %+v", qs)
	}
}
