package store

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"hardneg"
)

// allJudged reads all queries with all that became of them.
func allJudged(t tester, s *Store, c Chain, snapshot int64) (all []QueryState) {
	t.Helper()
	for _, qs := range collect(t, s.Judged(ctx, c, snapshot)) {
		must(t, s.Fill(ctx, qs, c))
		all = append(all, qs...)
	}
	return all
}

func TestJudgedIsInKeyOrderWithAllThatBecameOfAQuery(t *testing.T) {
	r := newScene(newRig(t))
	seq, err := r.s.Snapshot(ctx)
	must(t, err)
	got := allJudged(t, r.s, r.c, seq)
	if len(got) != 2 || bytes.Compare(got[0].Key[:], got[1].Key[:]) >= 0 {
		t.Fatalf("got %d queries", len(got))
	}
	first := got[slices.IndexFunc(got, func(q QueryState) bool { return q.Row == r.first })]
	if first.PassageID != "a" || first.Passage != passage("a") || first.Given != "" || first.Origin.Prompt != "p@1" || first.Origin.Call.IsZero() {
		t.Errorf("query %+v", first)
	}
	if len(first.Source) != 2 || first.Source[1].Grade != hardneg.Answers || first.Source[1].Judge != "judge1" || first.Source[1].Score != 0.75 {
		t.Errorf("verdicts on its passage %+v", first.Source)
	}
	if len(first.Candidates) != 4 || !slices.IsSortedFunc(first.Candidates, func(a, b CandidateRow) int { return bytes.Compare(a.Key[:], b.Key[:]) }) {
		t.Errorf("candidates %+v", first.Candidates)
	}
	for _, c := range first.Candidates {
		if c.DocID != c.Key.String() || !c.Made || c.Strategy != "query-only" || c.Was != hardneg.LabelNegative {
			t.Errorf("candidate %+v", c)
		}
		for i, v := range c.Verdicts {
			if v.Step != i || v.Candidate != c.Key || v.Validate() != nil {
				t.Errorf("verdict %d is %+v", i, v)
			}
		}
	}
	own := got[slices.IndexFunc(got, func(q QueryState) bool { return q.Row == r.own })]
	if own.Given != "own o" || len(own.Candidates) != 3 || !own.Origin.Call.IsZero() || own.Origin.Method != "imported" {
		t.Errorf("own query %+v", own)
	}
	off := r.c
	off.Verify = 0
	for _, q := range allJudged(t, r.s, off, seq) {
		if q.Source != nil {
			t.Error("verdicts on the passage though that stage is off")
		}
	}
}

func TestSnapshotExcludesLaterTasks(t *testing.T) {
	r := newScene(newRig(t))
	seq, err := r.s.Snapshot(ctx)
	must(t, err)
	r.saveSlots(r.second, done)
	r.saveVerdicts(r.second, judged(r.slotRow(r.second, 1, 0), verdict(0, 0)))
	if n := len(allJudged(t, r.s, r.c, seq)); n != 2 {
		t.Errorf("%d queries under the old snapshot, want 2", n)
	}
	seq, err = r.s.Snapshot(ctx)
	must(t, err)
	if n := len(allJudged(t, r.s, r.c, seq)); n != 3 {
		t.Errorf("%d queries under a new snapshot, want 3", n)
	}
}

func TestJudgedYieldsEachRowOnceOverChunksAndDuplicateKeys(t *testing.T) {
	r := newRig(t)
	im := r.begin("beir")
	must(t, im.Add(lines("p", "p2")))
	var qs []OwnQuery
	var js []OwnJudgement
	const n = 2*chunk + 7
	for i := range n {
		id := fmt.Sprintf("%04d", i)
		text := "same text" // one key for many more rows than a chunk holds
		if i >= chunk+50 {
			text = "text " + id
		}
		qs = append(qs, OwnQuery{ID: id, Text: text, Norm: uint64(i)})
		js = append(js, OwnJudgement{id, "p", 1})
	}
	must(t, im.StageOwn(qs, js))
	must(t, im.AddOwn(hardneg.Origin{}))
	must(t, im.Finish(2, 0, nil, nil))
	rows, err := r.s.rows(ctx, "SELECT id FROM queries ORDER BY random()")
	must(t, err)
	must(t, r.s.write(func(x *Tx) error {
		for _, row := range rows {
			if _, err := x.finish(Task{Recipe: r.c.Judge, Input: row}, hardneg.Done, ""); err != nil {
				return err
			}
		}
		return nil
	}))
	seq, err := r.s.Snapshot(ctx)
	must(t, err)
	got := allJudged(t, r.s, r.c, seq)
	if len(got) != n {
		t.Fatalf("%d queries, want %d", len(got), n)
	}
	for i, q := range got[1:] {
		if c := bytes.Compare(got[i].Key[:], q.Key[:]); c > 0 || c == 0 && got[i].Row >= q.Row {
			t.Fatalf("query %d is out of order or there twice", i+1)
		}
	}
	for qs, err := range r.s.Judged(ctx, r.c, seq) { // a reader may stop
		must(t, err)
		if qs[0].Row != got[0].Row {
			t.Error("another order")
		}
		break
	}
}

func TestAskersAreUsableQueriesOfTheChain(t *testing.T) {
	r := newRig(t)
	r.importFile("a", "a", "b", "c")
	r.importOwn("beir", "o") // norm 0
	save := func(recipe int64, id string, o hardneg.Outcome, norms ...uint64) {
		var out []QueryOutcome
		for i, n := range norms {
			out = append(out, QueryOutcome{Query: hardneg.Query{Key: queryKey(r.passageRow(id), i), Sample: i}, Norm: n, Outcome: o, Reason: "x"})
		}
		must(t, r.s.SaveQueries(Task{Recipe: recipe, Input: r.passageRow(id)}, out))
	}
	const high = uint64(1) << 63 // does not fit a signed number
	save(r.c.Queries, "a", hardneg.Done, 0, 1, high, 3)
	save(r.c.Queries, "b", hardneg.Done, high, 4, 5)
	save(r.c.Queries, "c", hardneg.Rejected, 3, 5)
	save(r.c.Verify, "c", hardneg.Done, 1) // of another recipe
	got, err := r.s.Askers(ctx, r.c.Queries)
	must(t, err)
	big := high
	for norm, want := range map[int64]int{0: 2, int64(big): 2, 1: 1, 3: 1, 4: 1, 5: 1, 6: 0} {
		if of := got.Of(norm); len(of) != want || got.Repeated(norm) != (want > 1) {
			t.Errorf("%d: %v, want %d", norm, of, want)
		}
	}
	given, err := r.s.Askers(ctx, 0)
	must(t, err)
	own := r.number("SELECT id FROM queries WHERE recipe = 0")
	if of := given.Of(0); len(of) != 1 || of[0].Row != own || given.Repeated(0) || len(given.Of(1)) != 0 {
		t.Errorf("of the imported ones: %v", given)
	}
}

// TestAskersAreAll: queries are read some at a time, and none is lost between.
func TestAskersAreAll(t *testing.T) {
	for _, n := range []int{askersAtOnce - 1, askersAtOnce, 2*askersAtOnce + 7} {
		r := newRig(t)
		tamper(t, r.dir, fmt.Sprintf(`WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < %d)
			INSERT INTO queries SELECT 3*k, %d, 1, k, randomblob(16), '', k/2, 1, '', 0, NULL, '', 0, 0, 0 FROM n`, n, r.c.Queries))
		got, err := r.s.Askers(ctx, r.c.Queries)
		must(t, err)
		if len(got.all) != n {
			t.Fatalf("%d of %d", len(got.all), n)
		}
		for k, q := range got.all { // by norm and row
			if want := (Asker{int64(k+1) / 2, int64(3 * (k + 1))}); q != want {
				t.Fatalf("%v, not %v", q, want)
			}
		}
	}
}

func TestGivenAnswersAreOwnPassagesAndFurtherPositives(t *testing.T) {
	r := newRig(t)
	r.importFile("a", "a", "b")
	r.importOwn("beir", "o")
	made := hardneg.Query{Key: queryKey(r.passageRow("a"), 0)}
	must(t, r.s.SaveQueries(Task{Recipe: r.c.Queries, Input: r.passageRow("a")}, []QueryOutcome{{Query: made, Outcome: hardneg.Done}}))
	all, err := r.s.Askers(ctx, r.c.Queries)
	must(t, err)
	var rows []int64
	for _, q := range all.Of(0) {
		rows = append(rows, q.Row)
	}
	if len(rows) != 2 {
		t.Fatal(rows)
	}
	got, err := r.s.GivenAnswers(ctx, rows)
	must(t, err)
	var ids []string
	for _, p := range got {
		ids = append(ids, p.ID)
	}
	want := []string{"o", "o-also"}
	if !slices.Equal(ids, want) {
		t.Errorf("got %v, want %v", ids, want)
	}
}

func TestStateOfARowThatDoesNotExistIsAStorageError(t *testing.T) {
	r := newRig(t)
	_, err := r.s.State(ctx, 7, r.c)
	wantStorageError(t, err)
}
