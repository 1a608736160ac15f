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

// A format without a row takes no other one with it, wherever it stands in the list, and says what its rows lack.
func TestAFormatWithoutARowLeavesTheOthers(t *testing.T) {
	t.Parallel()
	for _, formats := range []string{"[jsonl, st-ntuple]", "[st-ntuple, jsonl]"} {
		l := newOfflineLab(t, 20)
		args := []string{"--set", "export.formats=" + formats, "--set", "export.negatives=50"}
		for range 2 { // the second time nothing is asked or written, and the end is the same
			r := l.must(4, append([]string{"run"}, args...)...)
			for _, want := range []string{"export st-ntuple: the export would have no row", "fewer negatives than a row of this format has", "look at export.negatives"} {
				if !strings.Contains(r.err, want) {
					t.Errorf("%s: no %q in %s", formats, want, r.err)
				}
			}
			if strings.Contains(r.err, "jsonl: ") {
				t.Errorf("%s: %s", formats, r.err)
			}
			l.must(0, "check", "run/export/jsonl")
		}
		r := l.must(4, append([]string{"export", "--format", strings.Trim(strings.ReplaceAll(formats, " ", ""), "[]"), "--out", "x"}, args...)...)
		if !strings.Contains(r.out, "x/jsonl: ") || !strings.Contains(r.err, "no file of it was written") {
			t.Errorf("%s: %s\n%s", formats, r.out, r.err)
		}
		l.must(0, "check", "x/jsonl")
	}
}

// What stands of an earlier export is not touched, and nobody takes it for the new one.
func TestAnEarlierExportOfAFormatWithoutARowIsNamed(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 20)
	l.must(0, "run", "--set", "export.formats=[st-ntuple]", "--set", "export.negatives=1")
	r := l.must(4, "run", "--set", "export.formats=[st-ntuple]", "--set", "export.negatives=50")
	if want := "run/export/st-ntuple is of an earlier export and stays"; !strings.Contains(r.err, want) {
		t.Errorf("no %q in %s", want, r.err)
	}
	l.must(0, "check", "run/export/st-ntuple")
}
