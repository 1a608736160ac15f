package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"hardneg"
)

// ownQueries describes the imported queries: id: passage | +positives -negatives.
func (r *rig) ownQueries() []string {
	r.Helper()
	rows, err := r.s.rows(ctx, "SELECT id FROM queries WHERE recipe = 0 ORDER BY given, passage")
	must(r, err)
	var out []string
	for _, row := range rows {
		q, err := r.s.State(ctx, row, r.c)
		must(r, err)
		slots, err := r.s.Slots(ctx, row, r.c.Negatives)
		must(r, err)
		var cs []string
		for i, c := range slots {
			sign := map[hardneg.Label]string{hardneg.LabelPositive: "+", hardneg.LabelNegative: "-"}[c.Was]
			if c.Made || c.Slot != i || c.Source != hardneg.SourceImported || c.Text != passage(c.DocID).Text || c.Title != passage(c.DocID).Title {
				r.Fatalf("imported candidate %+v", c)
			}
			cs = append(cs, sign+c.DocID)
		}
		out = append(out, fmt.Sprintf("%s: %s | %s", q.Given, q.PassageID, strings.Join(cs, " ")))
	}
	return out
}

func TestOwnQueryTakesTheLowestRelevantPassageAndTheOthersAsCandidates(t *testing.T) {
	r := newRig(t)
	r.importFile("old", "p1")
	im := r.begin("beir")
	must(t, im.Add(lines("p4", "p3", "p2", "p0")))
	must(t, im.StageOwn([]OwnQuery{{"q2", "second", 2}, {"q1", "first", 1}, {"q1", "first again", 1}, {"q3", "not judged", 3}, {"q4", "only bad", 4}, {"q5", "elsewhere", 5}}, nil))
	must(t, im.StageOwn(nil, []OwnJudgement{{"q1", "p3", 1}, {"q1", "p2", 2}, {"q1", "p0", 0}, {"q1", "p4", -1}, {"q1", "gone", 3}, {"q2", "p2", 1},
		{"q4", "p3", 0}, {"q5", "gone", 2}, {"q9", "p2", 1}, {"q1", "p3", 0}}))
	must(t, im.AddOwn(hardneg.Origin{Method: "imported"}))
	if i := im.Info; i.Queries != 2 || i.Unjudged != 3 || i.Candidates != 3 {
		t.Errorf("counted %+v", i)
	}
	r.wantTotals(map[string]int64{"passages": 1})
	must(t, im.Finish(5, 0, nil, nil))
	wantEqual(t, r.ownQueries(), []string{"q1: p2 | +p3 -p0 -p4", "q2: p2 | "})
	r.wantTotals(map[string]int64{"passages": 5, "own_passages": 2, "own_queries": 2, "imported_candidates": 3})
	within, err := r.s.PlannedWithin(ctx, Bound{})
	must(t, err)
	wantEqual(t, []int64{within["passages"], within["own_passages"], within["own_queries"], within["own_duplicates"]}, []int64{5, 2, 2, 0})
	ps, err := r.s.PendingPassages(ctx, r.c.Queries, 0, Bound{}, 10)
	must(t, err)
	for _, p := range ps {
		if p.ID == "p2" || p.ID == "p3" {
			t.Errorf("queries would be generated for %s, which answers an own one", p.ID)
		}
	}
	r.wantClean()
}

func TestOwnQueryWithTheTextOfAnotherOfItsPassageIsRejectedAtNoCost(t *testing.T) {
	r := newRig(t)
	im := r.begin("beir")
	must(t, im.Add(lines("p1", "p2", "p3")))
	must(t, im.StageOwn([]OwnQuery{{"q1", "same", 1}, {"q2", "same", 1}, {"q3", "Same!", 1}, {"q4", "same", 1}},
		[]OwnJudgement{{"q1", "p1", 1}, {"q2", "p1", 1}, {"q2", "p3", 0}, {"q3", "p1", 1}, {"q4", "p2", 1}}))
	must(t, im.AddOwn(hardneg.Origin{Method: "imported"}))
	if i := im.Info; i.Queries != 4 || i.Duplicates != 2 || i.Candidates != 0 {
		t.Errorf("counted %+v", i)
	}
	must(t, im.Finish(3, 0, nil, nil))
	r.wantTotals(map[string]int64{"passages": 3, "own_passages": 2, "own_queries": 4, "own_duplicates": 2})
	again := r.begin("more")
	must(t, again.StageOwn([]OwnQuery{{"q0", "same", 1}}, []OwnJudgement{{"q0", "p2", 1}}))
	must(t, again.AddOwn(hardneg.Origin{Method: "imported"}))
	must(t, again.Finish(0, 0, nil, nil))
	given, err := r.s.texts(ctx, "SELECT given || ' ' || outcome || ' ' || reason FROM queries ORDER BY given")
	must(t, err)
	wantEqual(t, given, []string{"q0 2 duplicate", "q1 1 ", "q2 2 duplicate", "q3 2 duplicate", "q4 1 "})
	r.wantNumber(5, "SELECT count(DISTINCT key) FROM queries")
	pending, err := r.s.PendingQueries(ctx, r.c.Verify, Upstream{Recipe: r.c.Queries}, 0, Bound{}, 10)
	must(t, err)
	if len(pending) != 2 {
		t.Errorf("%d own queries go on, want one for each passage", len(pending))
	}
	r.wantClean()
}

func TestOwnQueriesOfManyAreReadInBatches(t *testing.T) {
	r := newRig(t)
	im := r.begin("beir")
	must(t, im.Add(lines("p")))
	var qs []OwnQuery
	var js []OwnJudgement
	for i := range 1203 {
		qs = append(qs, OwnQuery{ID: fmt.Sprint(i), Text: fmt.Sprint(i), Norm: uint64(i)})
		if i%3 != 0 {
			js = append(js, OwnJudgement{fmt.Sprint(i), "p", 1})
		}
	}
	must(t, im.StageOwn(qs, js))
	must(t, im.AddOwn(hardneg.Origin{}))
	must(t, im.Finish(1, 0, nil, nil))
	if i := im.Info; i.Queries != 802 || i.Unjudged != 401 {
		t.Errorf("counted %+v", i)
	}
	r.wantNumber(802, "SELECT count(DISTINCT sample) FROM queries WHERE passage = 1")
	r.wantClean()
}

func TestOneImportDoesNotRepeatTheOwnQueriesOfAnother(t *testing.T) {
	r := newRig(t)
	r.importOwn("one", "a")
	aborted := r.begin("aborted")
	must(t, aborted.StageOwn([]OwnQuery{{ID: "own a", Text: "another"}}, []OwnJudgement{{"own a", "a", 1}}))
	must(t, aborted.Abort())
	im := r.importOwn("two", "b")
	if im.Info.Queries != 1 || im.Info.Candidates != 2 || im.Info.Unjudged != 0 {
		t.Errorf("the second import counted %+v", im.Info)
	}
	wantEqual(t, r.ownQueries(), []string{"own a: a | +a-also -a-not", "own b: b | +b-also -b-not"})
	r.wantTotals(map[string]int64{"passages": 6, "own_passages": 4, "own_queries": 2, "imported_candidates": 4})
	r.wantClean()
}

func TestOwnQueriesForAPassageWithGeneratedOnesAreRefused(t *testing.T) {
	r := newRig(t)
	r.importFile("a", "a", "b")
	r.saveQueries(r.passageRow("a"), refused)
	im := r.begin("beir")
	must(t, im.StageOwn([]OwnQuery{{ID: "q", Text: "q"}, {ID: "r", Text: "r"}}, []OwnJudgement{{"q", "b", 1}, {"r", "a", 1}}))
	err := im.AddOwn(hardneg.Origin{})
	var c *Conflict
	if !errors.As(err, &c) || c.ID != "a" || !c.HasGeneratedQueries || !strings.Contains(c.Error(), `"a" has generated queries`) {
		t.Fatalf("got %v", err)
	}
	must(t, im.Abort())
	r.wantNumber(0, "SELECT count(*) FROM passages WHERE own <> 0")
	r.wantClean()
}

func TestSecondImportMayAddOwnQueriesToAClaimedPassage(t *testing.T) {
	r := newRig(t)
	first := r.importOwn("one", "a")
	im := r.begin("two")
	must(t, im.StageOwn([]OwnQuery{{ID: "more", Text: "more", Norm: 9}}, []OwnJudgement{{"more", "a", 1}}))
	must(t, im.AddOwn(hardneg.Origin{}))
	must(t, im.Abort())
	r.wantNumber(first.Info.ID, "SELECT own FROM passages WHERE key = 'a'") // still the first one's
	im = r.begin("two again")
	must(t, im.StageOwn([]OwnQuery{{ID: "more", Text: "more", Norm: 9}}, []OwnJudgement{{"more", "a", 1}}))
	must(t, im.AddOwn(hardneg.Origin{}))
	must(t, im.Finish(0, 0, nil, nil))
	r.wantTotals(map[string]int64{"passages": 3, "own_passages": 2, "own_queries": 2, "imported_candidates": 2})
	f, err := r.s.Find(ctx, "more")
	must(t, err)
	if len(f.Queries) != 1 || len(f.Passages) != 0 {
		t.Errorf("found %+v", f)
	}
	r.wantClean()
}

func TestFindByEveryID(t *testing.T) {
	r := newScene(newRig(t))
	ck := hardneg.KeyOf("candidate", fmt.Sprint(r.first), "0")
	for _, x := range []struct {
		id       string
		passages int
		query    int64
	}{{"a", 1, 0}, {queryKey(r.passageRow("a"), 0).String(), 0, r.first}, {ck.String(), 0, r.first}, {"own o", 0, r.own}, {"nobody", 0, 0}, {"", 0, 0}} {
		f, err := r.s.Find(ctx, x.id)
		must(t, err)
		var want []int64
		if x.query != 0 {
			want = []int64{x.query}
		}
		wantEqual(t, f.Queries, want)
		if len(f.Passages) != x.passages {
			t.Errorf("%q: %+v", x.id, f.Passages)
		}
	}
	f, err := r.s.Find(ctx, "o")
	must(t, err)
	if p := f.Passages[0]; p.File != "beir" || p.Line != 1 || !p.Own || p.Passage != passage("o") {
		t.Errorf("%+v", p)
	}
	qs, err := r.s.QueriesOfPassage(ctx, r.passageRow("a"), r.c.Queries)
	must(t, err)
	if len(qs) != 4 {
		t.Errorf("queries %v: failed and rejected ones are told of too", qs)
	}
}
