package store

import (
	"errors"
	"hash/fnv"
	"testing"

	"hardneg"
)

// setRow is a row of a training set: texts with + are positive, those with - negative; the first positive is the query's passage.
func setRow(query string, texts ...string) SetRow {
	norm := fnv.New64a()
	norm.Write([]byte(query))
	r := SetRow{File: "set", Line: 7, QueryID: "id of " + query, Text: query, Norm: norm.Sum64(), Key: hardneg.KeyOf("set", query)}
	for _, t := range texts {
		p := passage(t[1:])
		switch {
		case t[0] == '-':
			r.Texts = append(r.Texts, SetText{p.ID, p.Title, p.Text, hardneg.LabelNegative})
		case r.Passage.ID == "":
			r.Passage = PassageLine{Passage: p, Line: 7}
		default:
			r.Texts = append(r.Texts, SetText{p.ID, p.Title, p.Text, hardneg.LabelPositive})
		}
	}
	return r
}

func (r *rig) addRows(im *Import, rows ...SetRow) {
	r.Helper()
	must(r, im.AddRows(rows, hardneg.Origin{Method: "imported"}))
}

func TestRowsOfASetAreMergedByTheirQueries(t *testing.T) {
	r := newRig(t)
	r.importFile("corpus", "a")
	im := r.begin("set")
	r.addRows(im, setRow("q", "+a", "+b", "-c", "-c", "-b", "-a"), setRow("r", "-d"))
	r.addRows(im, setRow("q", "+e", "+a", "-c", "-f", "-e"), setRow("q", "-g"), setRow("s", "+a", "-c"))
	i := im.Info
	if i.Added != 0 || i.Repeated != 2 || i.Queries != 2 || i.Candidates != 6 || i.Unjudged != 1 || i.Merged != 2 || i.RepeatedTexts != 6 || i.Contradictions != 3 ||
		i.Contradiction != "set:7" || i.Joined {
		t.Errorf("counted %+v", i)
	}
	r.wantTotals(map[string]int64{"passages": 1})
	must(t, im.Finish(5, 0, nil, nil))
	wantEqual(t, r.ownQueries(), []string{"id of q: a | +b -c +e -f -g", "id of s: a | -c"})
	r.wantTotals(map[string]int64{"passages": 1, "own_passages": 1, "own_queries": 2, "imported_candidates": 6})
	r.wantClean()
	r.wantNumber(1, "SELECT count(*) FROM passages")
}

func TestARowMeetsTheOwnQueryOfItsPassage(t *testing.T) {
	r := newRig(t)
	r.importOwn("beir", "a", "b") // the norms of their queries are 0 and 1
	im := r.begin("set")
	row := setRow("What is b?", "+b", "+b-also", "-new")
	row.Norm = 1
	r.addRows(im, row)
	must(t, im.Finish(1, 0, nil, nil))
	if i := im.Info; i.Queries != 0 || i.Candidates != 2 || i.Merged != 1 || !i.Joined {
		t.Errorf("counted %+v", i)
	}
	r.wantNumber(4, "SELECT count(*) FROM candidates c JOIN queries q ON q.id = c.query WHERE q.given = 'own b'") // b-also goes by another key there
	r.wantClean()
}

func TestConflictsOfRows(t *testing.T) {
	r := newRig(t)
	sc := newScene(r)
	for name, row := range map[string]SetRow{"another text": setRow("q", "+a", "-x"), "generated queries": setRow("q", "+a", "-x")} {
		if name == "another text" {
			row.Passage.Text = "other"
		}
		im := r.begin("set")
		err := im.AddRows([]SetRow{setRow("fine", "+y"), row}, hardneg.Origin{Method: "imported"})
		var c *Conflict
		if !errors.As(err, &c) || c.ID != "a" || c.HasGeneratedQueries != (name == "generated queries") {
			t.Errorf("%s: %v", name, err)
		}
		must(t, im.Abort())
	}
	sc.wantClean()
	r.wantNumber(0, "SELECT count(*) FROM passages WHERE key = 'y'")
}

func TestAJudgedQueryThatGetsTextsIsPendingAgain(t *testing.T) {
	r := newRig(t)
	sc := newScene(r)
	counts := func() [2]int64 {
		return [2]int64{r.tally(r.c.Verify, extra, extraCandidates), r.tally(r.c.Judge, hardneg.Done, "")}
	}
	before := counts()
	row := setRow("what is o", "+o", "+more", "-late")
	row.Norm = 0
	add := func() *Import {
		im := r.begin("set")
		r.addRows(im, row)
		return im
	}
	im := add()
	if !r.hasTask(r.c.Judge, sc.own) || counts() != before {
		t.Error("an import that is under way changes what was judged")
	}
	cs, err := r.s.Candidates(ctx, sc.own, r.c.Negatives, r.c.Judge)
	must(t, err)
	if len(cs) != 3 {
		t.Errorf("%d candidates show before the import has ended", len(cs))
	}
	r.wantClean()
	must(t, im.Abort())
	im = add()
	must(t, im.Finish(1, 0, nil, nil))
	if r.hasTask(r.c.Judge, sc.own) || r.hasTask(r.c.Relabel, sc.own) || !r.hasTask(r.c.Judge, sc.first) || !r.hasTask(r.c.Relabel, sc.first) {
		t.Error("the wrong queries are pending")
	}
	if after := counts(); after[0] != before[0]+2 || after[1] != before[1] {
		t.Errorf("counts %v, were %v", after, before)
	}
	r.wantNumber(0, "SELECT count(*) FROM decisions WHERE query = ?", sc.own)
	r.wantClean()
	r.reopen()
	var late []CandidateVerdicts
	cs, err = r.s.Candidates(ctx, sc.own, r.c.Negatives, r.c.Judge)
	must(t, err)
	for _, c := range cs {
		if len(c.Verdicts) == 0 {
			late = append(late, judged(c.Row, verdict(0, 1)))
		}
	}
	if len(late) != 2 {
		t.Fatalf("%d texts are to be judged", len(late))
	}
	r.saveVerdicts(sc.own, late...)
	r.wantClean()
}

func TestTheCacheForRowsIsThatOfTheImport(t *testing.T) {
	r := newRig(t)
	size := func() (n int) {
		must(t, r.s.w.conn.QueryRowContext(ctx, "PRAGMA cache_size").Scan(&n))
		return n
	}
	before := size()
	for _, end := range []func(*Import) error{func(im *Import) error { return im.Finish(1, 0, nil, nil) }, (*Import).Abort} {
		im := r.begin("set")
		r.addRows(im, setRow("q", "+a"))
		if size() == before {
			t.Error("the cache is as small as ever")
		}
		must(t, end(im))
		if size() != before {
			t.Errorf("the cache stays at %d", size())
		}
	}
}
