package main

import (
	"fmt"
	"strings"
	"testing"
)

// Further positives of a training set keep to the split of the passage that they nearly are, and to one split among themselves.
func TestNearDuplicatesAmongImportedPositivesKeepToOneSplit(t *testing.T) {
	l := newSetLab(t)
	ledger := func(i int) string {
		words := make([]string, 40)
		for w := range words {
			words[w] = fmt.Sprintf("entry%d", i*1000+w*w)
		}
		return fmt.Sprintf("Ledger %d, grade 3: %s", i, strings.Join(words, " "))
	}
	nearly := func(of string, i int) string { return strings.Replace(of, " entry", fmt.Sprintf(" changed%d ", i), 1) }
	l.importPassages(40, func(i int) (string, []string, []string) {
		return fmt.Sprint("which is ledger ", i), []string{"first", ledger(i), "next", nearly(ledger((i+1)%20), i), "both", nearly(ledger(99), i)},
			[]string{"found", nearly(ledger(77), i), "hard", fmt.Sprintf("Nothing about %d", i)}
	})
	split := []string{"--set", "export.split={train: 0.5, validation: 0, test: 0.5}"}
	l.must(0, append([]string{"run"}, split...)...)
	rows := l.rows("run/export")
	kinds := map[string]map[string]int{} // what the text says, and where it stands
	home := map[string]string{}
	stands := func(what, split string) {
		if kinds[what] == nil {
			kinds[what] = map[string]int{}
		}
		kinds[what][split]++
	}
	for _, r := range rows {
		home[strings.SplitN(r.Positives[0].Text, ",", 2)[0]] = r.split
	}
	for _, r := range rows {
		for _, p := range r.Positives[1:] {
			switch what := strings.SplitN(p.Text, ",", 2)[0]; {
			case home[what] == "":
				stands(what, r.split)
			case home[what] != r.split:
				t.Errorf("%s: nearly %s, a passage of %s, stands in %s", r.QueryID, what, home[what], r.split)
			default:
				stands("next", r.split)
			}
		}
	}
	if len(rows) != 40 || len(kinds["Ledger 99"]) != 1 || len(kinds["Ledger 77"]) != 1 || len(kinds["next"]) == 0 {
		t.Errorf("%d rows; %v", len(rows), kinds)
	}
	for _, r := range rows {
		said := l.must(0, append([]string{"why", r.QueryID}, split...)...).out
		if told := strings.Contains(said, "is left out: it belongs to another split\n"); told != (len(r.Positives)+len(r.Negatives) < 5) {
			t.Errorf("%s: %d of 5 texts stand in the row, and why tells of others: %v", r.QueryID, len(r.Positives)+len(r.Negatives), told)
		}
	}
}
