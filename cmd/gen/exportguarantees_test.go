package main

import (
	"bufio"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"pgregory.net/rapid"

	"hardneg"
	"hardneg/internal/config"
	"hardneg/relabel"
	"hardneg/store"
)

type shown struct {
	QueryID   string      `json:"query_id"`
	PassageID string      `json:"passage_id"`
	Positives []shownText `json:"positives"`
	Negatives []shownText `json:"negatives"`
	Hard      []shownText `json:"hard_queries"`
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
			noAnswered(t, e, qs, q, r)
		}
	}
	return rows
}

func guaranteedRow(t *rapid.T, e *exporter, q store.QueryState, r shown) {
	if len(r.Positives) == 0 || r.Positives[0].DocID != q.PassageID || len(r.Negatives)+len(r.Hard) == 0 {
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

// answersTo are the texts that are known to answer a query text, whichever query of the run that is known of.
func answersTo(e *exporter, qs []store.QueryState, asked string) map[string]bool {
	known := map[string]bool{}
	for _, q := range qs {
		if bare(q.Text) != bare(asked) {
			continue
		}
		known[bare(q.Passage.Text)] = true
		for _, c := range q.Candidates {
			n := len(c.Verdicts)
			found := n > 0 && c.Verdicts[n-1].Grade == hardneg.Answers && e.cfg.Relabel.Policy != relabel.Keep
			if c.Was != hardneg.LabelHardQuery && found || c.Was == hardneg.LabelPositive {
				known[bare(c.Text)] = true
			}
		}
	}
	return known
}

// noAnswers asserts that no negative is known to answer the text of its query.
func noAnswers(t *rapid.T, e *exporter, qs []store.QueryState, of store.QueryState, r shown) {
	known := answersTo(e, qs, of.Text)
	for _, n := range r.Negatives {
		if known[bare(n.Text)] {
			t.Fatalf("row %s: the negative %q is known to answer %q", r.QueryID, n.Text, of.Text)
		}
	}
}

// noAnswered asserts that no hard query stands twice, or is one that the passage is known to answer.
func noAnswered(t *rapid.T, e *exporter, qs []store.QueryState, of store.QueryState, r shown) {
	have := map[string]bool{}
	for _, h := range r.Hard {
		if have[bare(h.Text)] || answersTo(e, qs, h.Text)[bare(of.Passage.Text)] {
			t.Fatalf("row %s: the hard query %q stands twice, or %s answers it", r.QueryID, h.Text, of.PassageID)
		}
		have[bare(h.Text)] = true
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
	if c.Was == hardneg.LabelHardQuery || c.DocID != s.DocID || c.Text != s.Text || string(c.Source) != s.Source || len(c.Verdicts) == 0 {
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
