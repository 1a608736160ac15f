package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"hardneg/internal/export"
)

func TestExportOfAllFormatsAtOnce(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 40)
	l.must(0, "run")
	all := strings.Join(export.Formats(), ",")
	for _, dir := range []string{"one", "two"} {
		l.must(0, "export", "--format", all, "--out", dir, "--set", "export.negatives=2")
	}
	if !maps.Equal(l.sums("one"), l.sums("two")) {
		t.Error("two exports of one run differ")
	}
	if r := l.must(0, "check", "one"); strings.Count(r.out, "agree with the manifest") != len(export.Formats()) {
		t.Errorf("gen check:\n%s", r.out)
	}
	r := l.must(0, "export", "--format", "st-ntuple", "--out", "short", "--set", "export.negatives=3")
	if !strings.Contains(r.out, "fewer negatives than a row of this format has") {
		t.Errorf("rows that are too short are not told of:\n%s", r.out)
	}
}

func TestFormatsThatNeedScoresAreRefusedBeforeTheRun(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 10)
	for _, f := range []string{"st-ntuple-scores", "flagembedding"} {
		r := l.must(2, "run", "--set", "judge.positives=false", "--set", "export.formats="+f)
		if !strings.Contains(r.err, "no score") || !strings.Contains(r.err, "hint: stage verify gives") {
			t.Errorf("%s:\n%s", f, r.err)
		}
	}
	l.must(0, "run", "--set", "judge.positives=false", "--set", "export.formats=st-ntuple")
	r := l.must(2, "export", "--format", "flagembedding", "--out", "x", "--set", "judge.positives=false")
	if !strings.Contains(r.err, "hint: stage verify gives") {
		t.Errorf("gen export:\n%s", r.err)
	}
}

// An id that a format can't hold is the user's, and no bug.
func TestAnIdWithALineBreakIsRefusedInQrels(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 0)
	l.write("corpus.jsonl", strings.ReplaceAll(labCorpus(8), `"_id":"p`, `"_id":"a\nb`))
	l.must(0, "run")
	others := strings.Join(slices.DeleteFunc(export.Formats(), func(f string) bool { return f == "beir" }), ",")
	l.must(0, "export", "--format", others, "--out", "x", "--set", "export.negatives=1")
	l.must(0, "check", "x")
	before := l.sums("x")
	r := l.must(2, "export", "--format", others+",beir", "--out", "x", "--force", "--set", "export.negatives=2")
	if !strings.Contains(r.err, `"a\nb0000`) || !strings.Contains(r.err, "hint: leave beir out") || strings.Contains(r.err, "bug") {
		t.Error(r.err)
	}
	if !maps.Equal(l.sums("x"), before) {
		t.Error("another export stands there than before")
	}
}
