package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/export"
	"hardneg/internal/text"
	"hardneg/relabel"
	"hardneg/store"
)

// drawn is a run as the store would tell of it: few texts in many spellings, so that copies, collisions and disputes are common.
type drawn struct{ t *rapid.T }

func (d drawn) of(name string, n int) int { return rapid.IntRange(0, n-1).Draw(d.t, name) }
func (d drawn) one(of ...string) string   { return of[d.of("one", len(of))] }
func (d drawn) text() (base, s string) {
	base = d.one("river", "harbour lock", "bees", "salt")
	return base, d.spelt(base)
}
func (d drawn) spelt(s string) string {
	return fmt.Sprintf(d.one("%s", "%s.", "  %s", "%s!\n", "%s, "), d.one(s, strings.ToUpper(s), strings.ToUpper(s[:1])+s[1:]))
}
func (d drawn) key(kind string) hardneg.Key {
	return hardneg.KeyOf(kind, fmt.Sprint(d.of("key", 1<<30)))
}

func (d drawn) verdicts() (vs []hardneg.Verdict) {
	for step := range d.of("judges", 3) {
		v := hardneg.Verdict{Step: step, Judge: fmt.Sprint("judge", step)}
		switch g := d.of("verdict", 6); g {
		case 4:
			v.Unsure = true
		case 5:
			v.Failure = "timeout"
		default:
			v.Grade, _ = hardneg.GradeOf(g)
			v.Score = float64(g*4+d.of("score", 4)) / 16
		}
		vs = append(vs, v)
	}
	return vs
}

// candidate: a mined text is a passage of the corpus, whose id says which; a generated one is its query's alone, and so is its key.
func (d drawn) candidate(query hardneg.Key) store.CandidateRow {
	c := store.CandidateRow{Candidate: hardneg.Candidate{Key: d.key(query.String()), Strategy: d.one("query-only", "bm25"), Was: hardneg.LabelNegative}, Outcome: 1, Verdicts: d.verdicts()}
	_, c.Text = d.text()
	c.Source, c.DocID = hardneg.SourceGenerated, c.Key.String()
	switch d.of("source", 4) {
	case 0:
		c.Source, c.DocID = hardneg.SourceMined, fmt.Sprintf("m%x", c.Text)
	case 1:
		c.Source, c.DocID = hardneg.SourceImported, fmt.Sprintf("m%x", c.Text)
		c.Was = []hardneg.Label{hardneg.LabelNegative, hardneg.LabelPositive}[d.of("was", 2)]
	}
	return c
}

// hardQueries adds hard queries, some of which others ask too.
func (d drawn) hardQueries(qs []store.QueryState) {
	for i := range qs {
		q := &qs[i]
		for range d.of("hard queries", 4) {
			c := store.CandidateRow{Candidate: hardneg.Candidate{Key: d.key(q.Key.String()), Strategy: generate.HardQuery, Was: hardneg.LabelHardQuery, Source: hardneg.SourceGenerated,
				Text: d.spelt(d.one("where is salt", "who keeps bees", "who sells salt"))}, Outcome: 1, Verdicts: d.verdicts()}
			q.Candidates = append(q.Candidates, c)
		}
		slices.SortFunc(q.Candidates, func(a, b store.CandidateRow) int { return bytes.Compare(a.Key[:], b.Key[:]) })
	}
}

func (d drawn) queries() (qs []store.QueryState) {
	for range 1 + d.of("queries", 6) {
		q := store.QueryState{Query: hardneg.Query{Key: d.key("q"), Text: d.spelt(d.one("where is salt", "who keeps bees")), PassageID: fmt.Sprint("p", d.of("passage", 9))}}
		q.Passage = hardneg.Passage{ID: q.PassageID, Title: d.one("", "Salt"), Text: "passage " + q.PassageID + " of salt"}
		if d.of("copy", 4) == 0 {
			q.PassageID = "own" + q.Key.String()
			q.Passage = hardneg.Passage{ID: q.PassageID, Text: d.spelt("salt")}
		} else {
			q.Passage.Title = "Salt"
		}
		if q.Source = d.verdicts(); len(q.Source) > 0 { // what verify lets through is graded
			q.Source[len(q.Source)-1] = hardneg.Verdict{Grade: hardneg.Answers, Score: 1}
		}
		for range d.of("candidates", 8) {
			q.Candidates = append(q.Candidates, d.candidate(q.Key))
		}
		slices.SortFunc(q.Candidates, func(a, b store.CandidateRow) int { return bytes.Compare(a.Key[:], b.Key[:]) })
		q.Candidates = slices.CompactFunc(q.Candidates, func(a, b store.CandidateRow) bool { return a.Key == b.Key })
		qs = append(qs, q)
	}
	slices.SortFunc(qs, func(a, b store.QueryState) int { return bytes.Compare(a.Key[:], b.Key[:]) })
	return slices.CompactFunc(qs, func(a, b store.QueryState) bool { return a.Key == b.Key })
}

func (d drawn) exporter(qs []store.QueryState) *exporter {
	cfg := &config.Config{}
	cfg.Relabel = config.Relabel{Policy: d.one(relabel.Relabel, relabel.RemoveNegative, relabel.RemoveQuery, relabel.Keep), NegativeAt: 1, FalseNegativeAt: 3,
		Ambiguous: d.one("drop", "keep"), GeneratedPositive: d.of("generated", 2) == 0, MaxFalseNegatives: 2}
	cfg.Export.Split = config.Split{Train: 0.5, Validation: 0.25, Test: 0.25}
	e := &exporter{cfg: cfg, rules: rulesOf(cfg), splits: &splitter{shares: cfg.Export.Split}, seen: map[int64]bool{},
		counts: map[string]int64{}, judges: judgeTables{}, scores: scoreCounts{}}
	var askers []store.Asker
	for i, q := range qs {
		askers = append(askers, store.Asker{Norm: int64(normOf(q.Text)), Row: int64(i)})
	}
	e.kin = newKin(store.NewAskers(askers))
	return e
}

// TestRowsKeepTheGuarantees draws runs, exports them and reads what was written with code of its own: jsonl, which shows all there is, row by
// row, and one more format by the rules of `gen check`, twice with the same bytes.
func TestRowsKeepTheGuarantees(t *testing.T) {
	t.Parallel()
	keepTheGuarantees(t, func(drawn, []store.QueryState) {})
}

// TestRowsOfHardQueriesKeepTheGuarantees has hard queries too, which are the queries of other passages, and of their own.
func TestRowsOfHardQueriesKeepTheGuarantees(t *testing.T) {
	t.Parallel()
	keepTheGuarantees(t, drawn.hardQueries)
}

func keepTheGuarantees(t *testing.T, more func(drawn, []store.QueryState)) {
	root := t.TempDir()
	n, rowsSeen := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		d := drawn{rt}
		qs := d.queries()
		e := d.exporter(qs)
		more(d, qs)
		var rows []hardneg.Example
		known := map[int64]answers{}
		for _, q := range qs {
			norm := int64(normOf(q.Text))
			if known[norm] == nil {
				known[norm] = answers{}
			}
			e.answersOf(q, decideAll(e.rules.For(q.Source), q.Candidates), func(f text.Form) { known[norm].add(q.Key, f) })
		}
		for _, q := range qs {
			if ex, ok := e.row(q, int64(normOf(q.Text)), known); ok {
				rows = append(rows, ex)
			}
		}
		dir := filepath.Join(root, fmt.Sprint(n))
		if wroteFormat(rt, e, "jsonl", dir, rows) {
			rowsSeen += guaranteed(rt, e, qs, filepath.Join(dir, "jsonl"))
		} else if len(rows) > 0 {
			rt.Fatalf("%d rows, and no file", len(rows))
		}
		f := d.one(export.Formats()...)
		again := filepath.Join(root, fmt.Sprint(n, "again"))
		if wroteFormat(rt, e, f, filepath.Join(dir, "x"), rows) != wroteFormat(rt, e, f, again, rows) || !maps.Equal(filesIn(rt, filepath.Join(dir, "x")), filesIn(rt, again)) {
			rt.Fatalf("%s: the same rows gave other bytes", f)
		}
		if err := errors.Join(os.RemoveAll(dir), os.RemoveAll(again)); err != nil {
			rt.Fatal(err)
		}
	})
	if rowsSeen < n/2 {
		t.Errorf("%d rows in %d runs: the runs that are drawn have little to say", rowsSeen, n)
	}
}

// wroteFormat writes a format and checks it; false is that it may have no row, or lacks a score that it needs.
func wroteFormat(t *rapid.T, e *exporter, format, dir string, rows []hardneg.Example) bool {
	s, err := export.Create(format, dir, export.Options{Negatives: 2, HardQueries: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Abort()
	for _, ex := range rows {
		if err := s.Write(ex); errors.Is(err, export.ErrNoScore) && export.NeedsScores(format) {
			return false
		} else if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
	}
	_, err = s.Commit(e.info(status{}, nil))
	if errors.Is(err, export.ErrNoRows) {
		return false
	}
	if err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	if _, found, err := export.Check(filepath.Join(dir, format)); err != nil || len(found) > 0 {
		t.Fatalf("%s: %v, %v", format, found, err)
	}
	return true
}

func filesIn(t *rapid.T, dir string) map[string]string {
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, f os.DirEntry, err error) error {
		if err != nil || f.IsDir() {
			return err
		}
		raw, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files[rel] = string(raw)
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}
