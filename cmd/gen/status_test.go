package main

import (
	"strings"
	"testing"
)

func TestStatusBeforeTheFirstRunPlansAsTheConfigWould(t *testing.T) {
	l := newOfflineLab(t, 7)
	l.must(0, "import", "corpus.jsonl")
	r := l.must(0, "status", "--json", "--set", "generate.queries.per_passage=2")
	if want := `"stages":[{"stage":"queries","planned":14,"done":0,"rejected":0,"failed":0,"pending":14},{"stage":"verify","planned":0,`; !strings.Contains(r.out, want) {
		t.Errorf("lacks %s:\n%s", want, r.out)
	}
	s := l.status()
	if len(s.Stages) != 5 || s.State != "idle" || s.pending() != 7 {
		t.Errorf("got %+v", s)
	}
	if r := l.must(0, "status", "--json", "--set", "judge.positives=false"); strings.Contains(r.out, "verify") || strings.Contains(r.out, "null") {
		t.Errorf("a stage that is off, or null: %s", r.out)
	}
	l.must(0, "run")
	if s := l.status(); s.State != "complete" || s.stage(stageQueries).Planned != 7 {
		t.Errorf("after the run: %+v", s)
	}
}
