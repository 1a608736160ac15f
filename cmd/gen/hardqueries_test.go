package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

var withQueries = []string{"--set", "generate.negatives=[{strategy: hard-query, model: writer, count: 3}, {strategy: query-only, model: writer, count: 1}]",
	"--set", "judge.positives=false", "--set", "generate.queries.per_passage=1"}

func hard(args ...string) []string { return append(args, withQueries...) }

type hardQueryRow struct {
	PassageID string `json:"passage_id"`
	Query     string
	Negatives []labText
	Hard      *[]struct {
		Text  string
		Grade *int
		Score *float64
	} `json:"hard_queries"`
}

func (l *lab) hardQueryRows() (out []hardQueryRow) {
	l.t.Helper()
	for _, split := range []string{"train", "validation", "test"} {
		b, err := os.ReadFile(filepath.Join(l.dir, "run/export/jsonl/data", split+".jsonl"))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(b)) {
			var r hardQueryRow
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				l.t.Fatal(err)
			}
			out = append(out, r)
		}
	}
	return out
}

// A hard query is judged as a query for its passage, and stands where the passage does not answer it; it is never a text.
func TestHardQueriesAreJudgedAgainstThePassage(t *testing.T) {
	t.Parallel()
	l := newLab(t, 30, mockllm.Config{Grades: func(_, query, passage string) string {
		if strings.HasPrefix(passage, "Title: ") {
			return []string{"0", "1", "2", "3", "unsure"}[len(query)%5]
		}
		return "1"
	}})
	l.must(0, hard("run", "--stage", "queries")...)
	queries := l.status().stage(stageQueries).Done
	all, _ := l.objects(hard("plan")...)
	if items, calls := ofStage(all, stageNegatives); items != 4*queries || calls != 4*queries {
		t.Errorf("%d slots, %d calls for %d queries: want 4 slots, and 4 calls, of which two are checks", items, calls, queries)
	}
	checks := int64(0)
	for _, o := range all {
		if o.Stage == stageNegatives && o.Role == "large" {
			checks += o.Calls
		}
	}
	if checks != 2*queries {
		t.Errorf("%d calls of the model that checks, want %d", checks, 2*queries)
	}
	before := l.status().Calls.OK
	l.must(0, hard("run", "--stage", "negatives")...)
	if made := l.status().Calls.OK - before; made > 4*queries || made < 3*queries {
		t.Errorf("%d calls for %d queries", made, queries)
	}
	l.must(0, hard("run", "--set", "export.formats=[jsonl, hf, st-triplet]")...)
	found := 0
	for _, r := range l.hardQueryRows() {
		if r.Hard == nil {
			t.Fatalf("%+v has no field hard_queries", r)
		}
		for _, h := range *r.Hard {
			found++
			if h.Grade == nil || *h.Grade > 1 || h.Score == nil || h.Text == r.Query {
				t.Errorf("%+v", h)
			}
		}
		for _, n := range r.Negatives {
			if n.Strategy == "hard-query" {
				t.Errorf("a query stands among the texts: %+v", n)
			}
		}
	}
	if found == 0 {
		t.Error("no hard query was exported")
	}
	for _, s := range l.status().Stages {
		if s.Pending != 0 || s.Failed != 0 {
			t.Errorf("%+v", s)
		}
	}
	for _, f := range []string{"jsonl", "hf", "st-triplet"} {
		l.must(0, hard("check", "run/export/"+f)...)
	}
	l.must(0, hard("check")...)
	sent := l.server.Count()
	l.must(0, hard("run")...)
	if l.server.Count() != sent {
		t.Error("a finished run made calls")
	}
	out := l.must(0, hard("why", l.hardQueryRows()[0].PassageID)...).out
	for _, want := range []string{"decision: hard_query", "for all texts of hard-query:", "prompt hard-query-check@", "prompt hard-query-check-again@"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// Without the strategy there is no such column.
func TestWithoutHardQueriesThereIsNoColumnForThem(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 10)
	l.must(0, "run")
	for _, r := range l.hardQueryRows() {
		if r.Hard != nil {
			t.Fatalf("%+v", r)
		}
	}
}

// An answered hard query says nothing against the negatives of its query.
func TestAnAnsweredHardQueryDropsNoQuery(t *testing.T) {
	t.Parallel()
	l := newLab(t, 10, mockllm.Config{Grades: func(_, query, passage string) string {
		if strings.HasPrefix(passage, "Title: ") {
			return "3"
		}
		return "1"
	}})
	l.must(0, hard("run", "--set", "relabel.policy=remove-query")...)
	rows := l.hardQueryRows()
	if len(rows) == 0 {
		t.Error("every query was dropped")
	}
	for _, r := range rows {
		if len(*r.Hard) != 0 {
			t.Errorf("%+v", *r.Hard)
		}
	}
}

func TestHardQueriesOffline(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 40)
	l.must(0, "run", "--set", "generate.negatives=[{strategy: hard-query, count: 3}, {strategy: query-only, count: 2}]")
	found := 0
	for _, r := range l.hardQueryRows() {
		found += len(*r.Hard)
	}
	if found == 0 {
		t.Error("no hard query came of the offline rules")
	}
	if s := l.status().stage(stageNegatives); s.Failed != 0 {
		t.Errorf("%+v", s)
	}
}

// A query whose hard queries stand and whose negatives all fell has a row where there is a column for them, and none elsewhere.
func TestAQueryWithHardQueriesAloneHasARow(t *testing.T) {
	t.Parallel()
	l := newLab(t, 12, mockllm.Config{Grades: func(_, query, passage string) string {
		if passage != "" && !strings.HasPrefix(passage, "Title: ") && len(query)%2 == 0 { // a check of hard queries shows one passage, without a label
			return "3"
		}
		return "1"
	}})
	l.must(0, hard("run", "--set", "export.formats=[jsonl, hf, st-triplet]", "--set", "relabel.policy=remove-negative")...)
	alone, beside := 0, 0
	for _, r := range l.hardQueryRows() {
		switch {
		case len(*r.Hard) > 0 && len(r.Negatives) == 0:
			alone++
		case len(r.Negatives) > 0:
			beside++
		default:
			t.Errorf("a row without anything: %+v", r)
		}
	}
	if alone == 0 || beside == 0 {
		t.Fatalf("%d rows of hard queries alone, %d with a negative", alone, beside)
	}
	for format, rows := range map[string]int{"jsonl": alone + beside, "hf": alone + beside, "st-triplet": beside} {
		l.must(0, hard("check", "run/export/"+format)...)
		var m struct{ Rows map[string]int }
		b, err := os.ReadFile(filepath.Join(l.dir, "run/export", format, "manifest.json"))
		if err != nil || json.Unmarshal(b, &m) != nil || m.Rows["train"]+m.Rows["validation"]+m.Rows["test"] != rows {
			t.Errorf("%s: rows %v, want %d: %v", format, m.Rows, rows, err)
		}
	}
	l.must(0, hard("export", "--format", "hf,jsonl", "--out", "only", "--set", "export.where=[split=train, grade=3]")...) // no negative at all
	l.must(0, hard("check", "only/hf")...)
}
