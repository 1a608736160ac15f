package main

import (
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

func TestAnExportWithoutARowSaysWhyAndWhatCanChangeIt(t *testing.T) {
	t.Parallel()
	grade := func(g string) func(_, _, _ string) string { return func(_, _, _ string) string { return g } }
	for name, c := range map[string]struct {
		grades func(model, query, text string) string
		sets   []string
		want   []string
	}{
		"verify refuses all": {grade("0"), nil, []string{"verify: 0 of ", "rejected not_answered", "judge.positive_at", "--accept-changes"}},
		"all are answers":    {grade("3"), nil, []string{"texts left out: false negatives that become no positive", "relabel.generated_positive", "costs no call"}},
		"all are ambiguous":  {grade("2"), nil, []string{"relabel.ambiguous", "between negative and false negative"}},
		"none is wanted":     {grade("1"), []string{"--set", "judge.positives=false", "--set", "export.where=source=mined"}, []string{"export.where"}},
	} {
		l := newLab(t, 4, mockllm.Config{Grades: c.grades})
		r := l.must(4, append([]string{"run"}, c.sets...)...)
		for _, want := range append(c.want, "no row", "nothing is pending and nothing failed") {
			if !strings.Contains(r.err, want) {
				t.Errorf("%s: no %q in %s", name, want, r.err)
			}
		}
	}
}
