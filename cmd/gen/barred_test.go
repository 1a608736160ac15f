package main

import (
	"maps"
	"strings"
	"sync/atomic"
	"testing"

	"hardneg/internal/mockllm"
)

func TestPassagesThatSayNothingOrAreTooLongAreNotAskedAbout(t *testing.T) {
	t.Parallel()
	var asked atomic.Bool
	l := newLab(t, 1, mockllm.Config{Fault: func(_ int, r mockllm.Recorded) *mockllm.Fault {
		if b := string(r.Body); strings.Contains(b, "harbour master") || strings.Contains(b, "page three") || strings.Contains(b, "... ---") {
			asked.Store(true)
		}
		return nil
	}})
	long := `{"_id":"long","text":"` + strings.Repeat("The harbour master wrote it down. ", 600) + `"}`
	l.write("corpus.jsonl", labCorpus(4)+long+"\n"+`{"_id":"short","text":"See page three"}`+"\n"+`{"_id":"dots","text":"... --- ..."}`+"\n")
	small := []string{"--set", "models.writer.provider=ollama", "--set", "models.writer.base_url=" + l.server.URL, "--set", "models.writer.num_ctx=4096"}
	check := func(when string) {
		t.Helper()
		all, _ := l.objects(append([]string{"plan"}, small...)...)
		told := map[string]int64{}
		for _, o := range all {
			if o.Type == "not_asked" {
				told[o.Reason] = o.Items
			}
		}
		if want := map[string]int64{"too_long": 2, "passage_too_short": 2, "passage_wordless": 2}; !maps.Equal(told, want) {
			t.Errorf("%s: %v, want %v", when, told, want)
		}
		if items, calls := ofStage(all, "queries"); items != 8 || calls != 8 {
			t.Errorf("%s: %d queries in %d calls, want those of four passages", when, items, calls)
		}
	}
	check("before the import")
	l.must(0, "import", "corpus.jsonl")
	check("after the import")
	l.must(4, append([]string{"run", "--stage", "queries"}, small...)...)
	q := l.statusOf(small...).stage("queries")
	if q.Planned != 14 || q.Failed != 2 || q.Done+q.Rejected != 12 {
		t.Errorf("%+v", q)
	}
	if asked.Load() {
		t.Error("a passage was asked about that should not be")
	}
}

func TestNoMoreCallsThanTextsArePlannedForAJudge(t *testing.T) {
	t.Parallel()
	l := newLab(t, 30, mockllm.Config{})
	for _, forwardAt := range []string{"1", "2", "3"} {
		for _, slate := range []string{"1", "2", "8"} {
			all, _ := l.objects("plan", "--set", "judge.cascade.0.forward_at="+forwardAt, "--set", "judge.cascade.1.slate="+slate)
			for _, o := range all {
				if o.Calls > o.Items && o.Type == "stage" {
					t.Errorf("forward_at %s, slates of %s: %s asks %s about %d items in %d calls", forwardAt, slate, o.Stage, o.Role, o.Items, o.Calls)
				}
			}
		}
	}
}
