package main

import (
	"maps"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// mined are the settings of a run with mined negatives beside generated ones.
var mined = []string{"--set", "generate.negatives=[{strategy: query-only, model: writer, count: 2}, {strategy: bm25, count: 3, from: 2, to: 20}]"}

func withMined(args ...string) []string { return append(args, mined...) }

func TestMinedNegativesArePassagesOfTheRunThatAreJudgedLikeOthers(t *testing.T) {
	t.Parallel()
	l := newLab(t, 40, mockllm.Config{})
	all, _ := l.objects(withMined("plan")...)
	items, planned := ofStage(all, stageNegatives)
	if items != 5*80 || planned != 80 {
		t.Errorf("%d slots and %d calls are planned, want 400 and 80: mining asks no model", items, planned)
	}
	l.must(0, withMined("run")...)
	found := map[string]int{}
	for _, r := range l.rows("run/export") {
		for _, n := range r.Negatives {
			found[n.Source]++
			if n.Source != "mined" {
				continue
			}
			if n.Strategy != "bm25" || n.Model != "" || n.DocID == r.PassageID || n.Grade == nil || n.Title == "" {
				t.Errorf("%+v in the row of %s", n, r.PassageID)
			}
			if !strings.Contains(labCorpus(40), n.Text[:40]) {
				t.Errorf("%q is no passage", n.Text)
			}
		}
	}
	if found["mined"] == 0 || found["generated"] == 0 {
		t.Errorf("%v", found)
	}
	if s := l.status().stage(stageNegatives); s.Planned != s.Done+s.Rejected || s.Done == 0 {
		t.Errorf("%+v", s)
	}
	sent := l.server.Count()
	l.must(0, withMined("run")...)
	if l.server.Count() != sent {
		t.Error("a finished run made calls")
	}
	l.must(0, withMined("check")...)
	l.must(0, withMined("check", "run/export/jsonl")...)
	id := l.rows("run/export")[0].PassageID
	if out := l.must(0, withMined("why", id)...).out; !strings.Contains(out, "mined bm25, slot 0; done") {
		t.Error(out)
	}
}

func TestPassagesImportedLaterMoveTheRanksAndAreRefusedUntilAccepted(t *testing.T) {
	t.Parallel()
	l := newLab(t, 20, mockllm.Config{})
	l.must(0, withMined("run")...)
	before, sent := l.sums("run/export"), l.server.Count()
	l.write("more.jsonl", labCorpus(26))
	l.must(0, withMined("import", "more.jsonl")...)
	l.must(0, withMined("export", "--format", "jsonl", "--out", "other", "--allow-partial")...)
	if r := l.must(2, withMined("run")...); !strings.Contains(r.err, "negatives: ") || !strings.Contains(r.err, "of corpus ") {
		t.Errorf("it is not said what is to be redone and why: %s", r.err)
	}
	if l.server.Count() != sent {
		t.Error("a refused run made calls")
	}
	l.must(0, withMined("run", "--accept-changes")...)
	whole := newLab(t, 26, mockllm.Config{})
	whole.must(0, withMined("run")...)
	now := l.sums("run/export")
	if maps.Equal(before, now) {
		t.Error("the new passages changed nothing")
	}
	if name := "jsonl/data/train.jsonl"; now[name] == "" || now[name] != whole.sums("run/export")[name] {
		t.Error("passages that came later give another export than passages that came at once")
	}
}

func TestAStrategyThatReadsTheCorpusIsBoundToIt(t *testing.T) {
	t.Parallel()
	l := newLab(t, 10, mockllm.Config{})
	for _, args := range [][]string{{"run", "--shard", "0/2"}, {"run", "--dry-run", "--shard", "0/2"}} {
		if r := l.must(2, withMined(args...)...); !strings.Contains(r.err, "hint: run without --shard") {
			t.Errorf("%v: %s", args, r.err)
		}
	}
	rewrite := []string{"--set", "generate.negatives=[{strategy: decompose, variant: rewrite, model: writer, count: 2}]"}
	l.must(2, append([]string{"run", "--shard", "0/2"}, rewrite...)...)
	if l.server.Count() != 0 {
		t.Error("calls were made")
	}
	l.must(0, append([]string{"run"}, rewrite...)...)
	l.write("more.jsonl", labCorpus(12))
	l.must(0, append([]string{"import", "more.jsonl"}, rewrite...)...)
	if r := l.must(2, append([]string{"run"}, rewrite...)...); !strings.Contains(r.err, ", from corpus ") {
		t.Errorf("what texts are rewritten from has changed, and it is not said: %s", r.err)
	}
}

// A pilot finds its negatives among all passages, not among the few that it takes.
func TestTryMinesInTheWholeCorpus(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 30)
	out := l.must(0, "try", "-n", "2", "--set", "generate.negatives=[{strategy: bm25, count: 3}]").out
	for text, want := range map[string]bool{"\npassage p00001\n": true, "\npassage p00002\n": false, "mined bm25, slot 2; done": true} {
		if strings.Contains(out, text) != want {
			t.Errorf("%q: want %v:\n%s", text, want, out)
		}
	}
}

func TestAPartlyMinedRunIsPlannedWithoutCallsForWhatIsMined(t *testing.T) {
	t.Parallel()
	l := newLab(t, 60, mockllm.Config{})
	l.must(0, withMined("run", "--limit", "20")...)
	before := l.status()
	all, sum := l.objects(withMined("plan")...)
	l.must(0, withMined("run")...)
	after := l.status()
	near(t, "calls", sum.Calls, after.Calls.OK-before.Calls.OK, 0.1)
	for _, o := range all {
		if o.Type == "stage" && o.Stage == stageNegatives && o.Role == "" && (o.Calls != 0 || o.Items == 0 || o.Seconds == nil || *o.Seconds != 0) {
			t.Errorf("%+v", o)
		}
	}
}
