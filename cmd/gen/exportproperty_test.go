package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"hardneg"
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
	root := t.TempDir()
	n, rowsSeen := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		d := drawn{rt}
		qs := d.queries()
		e := d.exporter(qs)
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
	s, err := export.Create(format, dir, export.Options{Negatives: 2})
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

type shown struct {
	QueryID   string      `json:"query_id"`
	PassageID string      `json:"passage_id"`
	Positives []shownText `json:"positives"`
	Negatives []shownText `json:"negatives"`
}

type shownText struct {
	DocID, Text, Source string
	Grade               *int
	Score               *float64
}

// bare is the letters and digits of a text, by which it is the same as another.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// guaranteed asserts what the contract promises of each row, and returns the number of rows.
func guaranteed(t *rapid.T, e *exporter, qs []store.QueryState, dir string) (rows int) {
	byID := map[string]store.QueryState{}
	for _, q := range qs {
		byID[q.Key.String()] = q
	}
	texts := map[string]bool{}
	for file, content := range filesIn(t, dir) {
		split, isData := strings.CutSuffix(filepath.Base(file), ".jsonl")
		last := ""
		for lines := bufio.NewScanner(strings.NewReader(content)); isData && lines.Scan(); rows++ {
			var r shown
			if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
				t.Fatal(err)
			}
			q, ok := byID[r.QueryID]
			if !ok || r.QueryID <= last || e.splits.of(q.PassageID) != split || r.PassageID != q.PassageID || texts[bare(q.Text)] {
				t.Fatalf("row %s of %s: known %v, after %q, split %s", r.QueryID, split, ok, last, e.splits.of(q.PassageID))
			}
			last, texts[bare(q.Text)] = r.QueryID, true
			guaranteedRow(t, e, q, r)
			noAnswers(t, e, qs, q, r)
		}
	}
	return rows
}

func guaranteedRow(t *rapid.T, e *exporter, q store.QueryState, r shown) {
	if len(r.Positives) == 0 || r.Positives[0].DocID != q.PassageID || len(r.Negatives) == 0 {
		t.Fatalf("row %s: %+v", r.QueryID, r)
	}
	have := map[string]bool{}
	for i, s := range slices.Concat(r.Positives, r.Negatives) {
		if have[bare(s.Text)] {
			t.Fatalf("row %s: %q stands twice", r.QueryID, s.Text)
		}
		have[bare(s.Text)] = true
		isNegative := i >= len(r.Positives)
		if i > 0 && !slices.ContainsFunc(q.Candidates, func(c store.CandidateRow) bool { return explains(e.cfg.Relabel, c, s, isNegative) }) {
			t.Fatalf("row %s: no candidate explains %+v, negative %v", r.QueryID, s, isNegative)
		}
		if s.Source == "mined" && e.splits.of(s.DocID) != e.splits.of(q.PassageID) {
			t.Fatalf("row %s: %s is of another split", r.QueryID, s.DocID)
		}
	}
	if !slices.IsSortedFunc(r.Negatives, func(a, b shownText) int { return -compareScores(a, b) }) {
		t.Fatalf("row %s: the negatives are not ordered by score", r.QueryID)
	}
}

// noAnswers asserts that no negative is known to answer the text of its query, whichever query of the run that is known of.
func noAnswers(t *rapid.T, e *exporter, qs []store.QueryState, of store.QueryState, r shown) {
	known := map[string]bool{}
	for _, q := range qs {
		if bare(q.Text) != bare(of.Text) {
			continue
		}
		known[bare(q.Passage.Text)] = true
		for _, c := range q.Candidates {
			n := len(c.Verdicts)
			found := n > 0 && c.Verdicts[n-1].Grade == hardneg.Answers && e.cfg.Relabel.Policy != relabel.Keep
			if found || c.Was == hardneg.LabelPositive {
				known[bare(c.Text)] = true
			}
		}
	}
	for _, n := range r.Negatives {
		if known[bare(n.Text)] {
			t.Fatalf("row %s: the negative %q is known to answer %q", r.QueryID, n.Text, of.Text)
		}
	}
}

func compareScores(a, b shownText) int {
	switch {
	case *a.Score < *b.Score:
		return -1
	case *a.Score > *b.Score:
		return 1
	}
	return 0
}

// explains reports whether a text of a row is a candidate that its last judge graded, on the side where the contract puts that grade.
func explains(r config.Relabel, c store.CandidateRow, s shownText, isNegative bool) bool {
	if c.DocID != s.DocID || c.Text != s.Text || string(c.Source) != s.Source || len(c.Verdicts) == 0 {
		return false
	}
	v := c.Verdicts[len(c.Verdicts)-1]
	if v.Unsure || v.Failure != "" || s.Grade == nil || *s.Grade != v.Grade.Value() || *s.Score != v.Score {
		return false
	}
	switch grade := *s.Grade; {
	case c.Was == hardneg.LabelPositive:
		return !isNegative && (grade >= 3 || r.Policy == relabel.Keep)
	case r.Policy == relabel.Keep, grade <= 1:
		return isNegative
	case grade == 2:
		return isNegative && r.Ambiguous == "keep"
	default:
		return !isNegative && r.Policy == relabel.Relabel && (s.Source != "generated" || r.GeneratedPositive)
	}
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
