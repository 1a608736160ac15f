package main

import (
	"maps"
	"strings"
	"testing"

	"hardneg/internal/export"
	"hardneg/internal/mockllm"
)

// TestABalancedExport: with no human negatives, generated ones fit only beside generated positives.
func TestABalancedExport(t *testing.T) {
	t.Parallel()
	l := newLab(t, 60, mockllm.Config{Grades: everyThird})
	l.must(0, "run")
	args := []string{"--format", "jsonl,st-triplet,st-ntuple", "--set", "export.balance_origin=true", "--set", "relabel.generated_positive=true",
		"--set", "export.negatives=1"}
	for _, dir := range []string{"one", "two"} {
		r := l.must(0, append([]string{"export", "--out", dir}, args...)...)
		if !strings.Contains(r.out, "no place in the balance of origins") {
			t.Errorf("what is left out is not told of:\n%s", r.out)
		}
	}
	if !maps.Equal(l.sums("one"), l.sums("two")) {
		t.Error("two exports of one run differ")
	}
	l.must(0, "check", "one")
	rows := l.rows("one")
	for _, r := range rows {
		if len(r.Positives) != 1 || r.Positives[0].Source != "generated" {
			t.Errorf("a generated negative stands beside %+v", r.Positives)
		}
	}
	l.whyIsTrue(rows, args[2:])
	r := l.must(4, "export", "--out", "none", "--format", "jsonl", "--set", "export.balance_origin=true")
	if !strings.Contains(r.err, "no row") {
		t.Errorf("generated negatives and no generated positive:\n%s", r.err)
	}
}

// whyIsTrue asks of each query what stands of it in the rows of format jsonl.
func (l *lab) whyIsTrue(rows []row, args []string) {
	l.t.Helper()
	stands := map[string]row{}
	for _, r := range rows {
		stands[r.QueryID] = r
	}
	none := 0
	for _, r := range l.rows("run/export") { // all queries
		said := l.must(0, append([]string{"why", r.QueryID, "--set", "export.formats=[jsonl]"}, args...)...).out
		has, ok := stands[r.QueryID]
		if noRow := strings.Contains(said, "format jsonl has no row of it: "+export.UnbalancedQueries+"\n"); noRow == ok {
			l.t.Errorf("%s has a row: %v; why says that it has none: %v", r.QueryID, ok, noRow)
		}
		if !ok {
			none++
			continue
		}
		_, without, _ := strings.Cut(said, "format jsonl goes without ")
		for _, n := range append(has.Negatives, has.Positives...) {
			if strings.Contains(without, n.DocID) {
				l.t.Errorf("%s: %s is in the row, and why says that it is not", r.QueryID, n.DocID)
			}
		}
		if !strings.Contains(without, r.PassageID) {
			l.t.Errorf("%s: the passage is not in the row, and why does not say so", r.QueryID)
		}
	}
	if none == 0 {
		l.t.Error("all queries have rows")
	}
}

// everyThird grades a third of the texts as answers, by their length.
func everyThird(_, _, text string) string {
	if len(text)%3 == 0 || strings.HasPrefix(text, "Record ") {
		return "3"
	}
	return "1"
}
