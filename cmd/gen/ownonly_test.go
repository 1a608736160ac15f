package main

import (
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// ownLab has twenty passages and two own queries, of which the first has two relevant passages. Its writer has no key.
func ownLab(t *testing.T) (*lab, []string) {
	t.Helper()
	l := newLab(t, 20, mockllm.Config{Grades: func(_, _, passage string) string {
		if strings.Contains(passage, "Record 12 ") || strings.Contains(passage, "Record 13 ") || strings.Contains(passage, "Record 17 ") {
			return "3"
		}
		return "1"
	}})
	l.beirTest("own", "which ledger did the warden of district 37 keep", "which gate was closed in district 52")
	l.write("own/corpus.jsonl", labCorpus(20))
	l.write("own/qrels/test.tsv", "query-id\tcorpus-id\tscore\nt0\tp00012\t1\nt0\tp00013\t1\nt1\tp00017\t1\n")
	return l, []string{"--set", "corpus.path=[own]", "--set", "generate.queries.per_passage=0", "--set", "models.writer.api_key=env:NOBODY_HAS_SET_THIS", "--set", minesOnly}
}

// With per_passage: 0 own queries are worked on and none is written: the model of the queries is not asked, and needs no key.
func TestNoQueryIsWrittenWherePerPassageIsZero(t *testing.T) {
	t.Parallel()
	l, args := ownLab(t)
	all, _ := l.objects(append([]string{"plan"}, args...)...)
	for _, o := range all {
		if o.Type == "stage" && o.Stage == stageQueries {
			t.Errorf("planned: %+v", o)
		}
	}
	if items, calls := ofStage(all, stageVerify); items != 2 || calls != 2 {
		t.Errorf("verify: %d items, %d calls planned, want 2", items, calls)
	}
	tried := l.must(0, append([]string{"try", "-n", "1"}, args...)...)
	if !strings.Contains(tried.out, "which ledger did the warden of district 37 keep") || strings.Contains(tried.out, "passage p00000") {
		t.Errorf("try shows\n%s", tried.out)
	}
	l.must(0, append([]string{"run"}, args...)...)
	s := l.statusOf(args...)
	if q := s.stage(stageQueries); q.Planned != 2 || q.Done != 2 || q.Pending != 0 || s.State != "complete" {
		t.Errorf("%s: %+v", s.State, q)
	}
	for _, c := range l.recipeCalls() {
		if c.Stage == stageQueries || c.Role == "writer" {
			t.Errorf("%s asks %s", c.Stage, c.Role)
		}
	}
	if rows := l.rows("run/export"); len(rows) != 2 {
		t.Errorf("%d rows", len(rows))
	}
	l.must(0, append([]string{"check"}, args...)...)
	sent := l.server.Count()
	if r := l.must(0, append([]string{"run"}, args...)...); l.server.Count() != sent || strings.Contains(r.err, "NOBODY") {
		t.Errorf("a finished run made calls: %s", r.err)
	}
	// A changed prompt of queries decides nothing here.
	l.must(0, append([]string{"run", "--set", "generate.queries.prompt=query-keyword"}, args...)...)
}

// What per_passage: 0 leaves without any query is an error that says what to do.
func TestWithoutAnyQueryThereIsNothingToDo(t *testing.T) {
	t.Parallel()
	l, _ := ownLab(t)
	for _, command := range []string{"plan", "try", "run", "run --dry-run"} {
		r := l.must(2, append(strings.Fields(command), "--set", "generate.queries.per_passage=0")...)
		if !strings.Contains(r.err, "generate.queries.per_passage is 0, and nothing that was imported has a query") || !strings.Contains(r.err, "hint: import own queries") {
			t.Errorf("%s:\n%s", command, r.err)
		}
	}
	if l.server.Count() != 0 {
		t.Error("a call was made")
	}
	l.must(0, "import", "own") // and now there are some
	l.must(0, "run", "--set", "generate.queries.per_passage=0")
}

// No query is written for a passage that the qrels call relevant for an own query, be it the first or a further one.
func TestNoQueryIsWrittenForAnyRelevantPassage(t *testing.T) {
	t.Parallel()
	l, args := ownLab(t)
	args = append(args, "--set", "generate.queries.per_passage=1", "--set", "models.writer.api_key=")
	all, _ := l.objects(append([]string{"plan"}, args...)...)
	if items, calls := ofStage(all, stageQueries); items != 17 || calls != 17 {
		t.Errorf("before the import: %d queries in %d calls, want 17: three of twenty passages answer own ones", items, calls)
	}
	l.must(0, append([]string{"import", "own"}, args...)...)
	all, _ = l.objects(append([]string{"plan"}, args...)...)
	if items, calls := ofStage(all, stageQueries); items != 17 || calls != 17 {
		t.Errorf("after it: %d queries in %d calls", items, calls)
	}
	l.must(0, append([]string{"run", "--stage", "queries"}, args...)...)
	if q := l.statusOf(args...).stage(stageQueries); q.Planned != 19 || q.Pending != 0 {
		t.Errorf("%+v", q)
	}
	for _, c := range l.recipeCalls() {
		if c.Stage == stageQueries && (c.Input == "p00012" || c.Input == "p00013" || c.Input == "p00017") {
			t.Errorf("a query is asked for of %s", c.Input)
		}
	}
	l.must(0, append([]string{"check"}, args...)...)
}
