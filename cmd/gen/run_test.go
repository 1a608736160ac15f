package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

func TestAFullRunAddsUpAndASecondOneMakesNoCall(t *testing.T) {
	t.Parallel()
	l := newLab(t, 30, mockllm.Config{})
	l.must(0, "run")
	s := l.status()
	if s.State != "complete" {
		t.Errorf("state %q", s.State)
	}
	if q := s.stage("queries"); q.Planned != 60 {
		t.Errorf("queries planned %d, want 60", q.Planned)
	}
	if v := s.stage("verify"); v.Planned != s.stage("queries").Done {
		t.Errorf("verify planned %d of %d queries", v.Planned, s.stage("queries").Done)
	}
	if n := s.stage("negatives"); n.Planned != 3*s.stage("verify").Done {
		t.Errorf("negatives planned %d for %d queries", n.Planned, s.stage("verify").Done)
	}
	sent := l.server.Count()
	if got := s.Calls.OK + s.Calls.Failed; got != int64(sent) {
		t.Errorf("%d calls counted, %d requests sent", got, sent)
	}
	l.must(0, "check")
	l.must(0, "check", "run/export")
	before := l.sums("run/export")
	l.must(0, "run")
	if now := l.server.Count(); now != sent {
		t.Errorf("a finished run made %d calls", now-sent)
	}
	if !maps.Equal(before, l.sums("run/export")) {
		t.Error("a finished run changed its export")
	}
	if len(l.rows("run/export")) == 0 {
		t.Error("no rows")
	}
}

func TestStagesCanBeRunOneByOne(t *testing.T) {
	t.Parallel()
	whole := newLab(t, 12, mockllm.Config{})
	whole.must(0, "run")
	parts := newLab(t, 12, mockllm.Config{})
	for _, s := range allStages {
		parts.must(0, "run", "--stage", s)
	}
	if !maps.Equal(whole.sums("run/export"), parts.sums("run/export")) {
		t.Error("stage by stage gives another export")
	}
}

func TestTheExportDependsNeitherOnConcurrencyNorOnOrder(t *testing.T) {
	t.Parallel()
	var first map[string]string
	for _, set := range [][]string{
		{"--set", "models.writer.concurrency=1", "--set", "models.small.concurrency=1", "--set", "models.large.concurrency=1"},
		{"--set", "models.writer.concurrency=64", "--set", "models.small.concurrency=64", "--set", "models.large.concurrency=64"},
		{"--set", "run.schedule=staged"},
	} {
		l := newLab(t, 20, mockllm.Config{})
		l.must(0, append([]string{"run"}, set...)...)
		sums := l.sums("run/export")
		if first == nil {
			first = sums
		}
		if !maps.Equal(first, sums) {
			t.Errorf("%v gives another export", set)
		}
	}
}

// The mock's grades depend on the texts alone, so slates and labels must not matter for the rows.
func TestSlatesAndLabelsDoNotMatter(t *testing.T) {
	t.Parallel()
	texts := func(sets ...string) string {
		l := newLab(t, 15, mockllm.Config{})
		l.must(0, append([]string{"run"}, sets...)...)
		b, _ := json.Marshal(l.rows("run/export"))
		return string(b)
	}
	one := texts("--set", "judge.cascade.0.slate=1", "--set", "judge.cascade.1.slate=1")
	eight := texts("--set", "judge.cascade.0.slate=8", "--set", "judge.cascade.1.slate=8")
	if one != eight {
		t.Error("slates of 1 and of 8 give other rows")
	}
	if len(one) < 1000 {
		t.Errorf("too little to compare: %s", one)
	}
}

func TestChangingThePolicyMakesNoCall(t *testing.T) {
	t.Parallel()
	l := newLab(t, 30, mockllm.Config{})
	l.must(0, "run")
	sent := l.server.Count()
	sums := []map[string]string{l.sums("run/export")}
	for _, set := range []string{"relabel.policy=remove-query", "relabel.policy=keep", "relabel.ambiguous=keep", "relabel.negative_at=0",
		"relabel.generated_positive=true", "relabel.max_false_negatives=0", "export.split.train=0.5"} {
		args := []string{"run", "--set", set}
		if set == "export.split.train=0.5" {
			args = append(args, "--set", "export.split.test=0.45")
		}
		l.must(0, args...)
		now := l.sums("run/export")
		for i, before := range sums {
			if maps.Equal(before, now) {
				t.Errorf("%s gives the same export as change %d", set, i)
			}
		}
		sums = append(sums, now)
	}
	l.must(0, "run")
	if !maps.Equal(sums[0], l.sums("run/export")) {
		t.Error("the first policy does not give the first export again")
	}
	l.must(0, "export", "--format", "jsonl", "--out", "other", "--set", "relabel.policy=keep")
	if got := l.server.Count(); got != sent {
		t.Errorf("%d calls were made", got-sent)
	}
	l.must(0, "check")
}

// What the first judge grades at forward_at or above, or is unsure of, must be asked of the second one, and nothing else.
func TestTheSecondJudgeIsAskedExactlyWhatTheFirstForwards(t *testing.T) {
	t.Parallel()
	type pair struct{ query, text string }
	var mu sync.Mutex
	said := map[string]map[pair]string{"s": {}, "l": {}}
	l := newLab(t, 30, mockllm.Config{Grades: func(model, query, text string) string {
		g := mockllm.DefaultGrade(model, query, text)
		mu.Lock()
		defer mu.Unlock()
		said[model][pair{query, text}] = g
		return g
	}})
	l.must(0, "run", "--set", "judge.positives=false", "--set", "judge.cascade.0.forward_at=2")
	want, got := map[pair]bool{}, map[pair]bool{}
	for p, g := range said["s"] {
		if g == "2" || g == "3" || g == "unsure" {
			want[p] = true
		}
	}
	for p := range said["l"] {
		got[p] = true
	}
	if !maps.Equal(want, got) {
		t.Errorf("the second judge was asked about %d texts, %d were forwarded", len(got), len(want))
	}
	if len(want) == 0 || len(want) == len(said["s"]) {
		t.Errorf("nothing is shown: %d of %d texts were forwarded", len(want), len(said["s"]))
	}
}

func TestAChangedPromptModelOrParameterIsRefusedUntilAccepted(t *testing.T) {
	t.Parallel()
	l := newLab(t, 6, mockllm.Config{})
	l.must(0, "run")
	sent := l.server.Count()
	r := l.must(2, "run", "--set", "models.small.temperature=0.3")
	if !strings.Contains(r.err, "finished items") || !strings.Contains(r.err, "--accept-changes") {
		t.Errorf("the refusal does not say what it costs and what to do: %s", r.err)
	}
	if l.server.Count() != sent {
		t.Error("a refused run made calls")
	}
	for _, free := range []string{"models.small.concurrency=9", "models.small.timeout=7s", "models.writer.price.input=3", "run.budget.calls=100000"} {
		l.must(0, "run", "--set", free)
	}
	if l.server.Count() != sent {
		t.Error("a change that decides no reply made calls")
	}
	byModel := l.server.CountByModel()["w"]
	l.must(0, "run", "--set", "models.small.temperature=0.3", "--accept-changes")
	if got := l.server.CountByModel()["w"]; got != byModel {
		t.Errorf("changing a judge asked the writer %d times again", got-byModel)
	}
	if l.server.Count() == sent {
		t.Error("an accepted change made no call")
	}
	again := l.server.Count()
	l.must(0, "run", "--accept-changes")
	if l.server.Count() != again {
		t.Error("going back to what was finished made calls")
	}
	l.must(0, "check")
}

func TestLimitThenTheRest(t *testing.T) {
	t.Parallel()
	whole := newLab(t, 20, mockllm.Config{})
	whole.must(0, "run")
	l := newLab(t, 20, mockllm.Config{})
	l.must(0, "run", "--limit", "5")
	s := l.status()
	if got := s.stage("queries"); got.Done+got.Rejected != 10 || got.Pending != 30 {
		t.Errorf("after --limit 5: %+v", got)
	}
	for _, r := range l.rows("run/export") {
		if r.PassageID > "p00004" {
			t.Errorf("row of passage %s", r.PassageID)
		}
	}
	l.must(0, "run")
	if !maps.Equal(whole.sums("run/export"), l.sums("run/export")) {
		t.Error("limit first gives another export")
	}
}

func TestASlowJudgeDoesNotHoldTheWriter(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var order []string
	l := newLab(t, 20, mockllm.Config{Latency: 5 * time.Millisecond, Fault: func(_ int, r mockllm.Recorded) *mockllm.Fault {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, r.Model)
		return nil
	}})
	l.must(0, "run")
	firstJudge, lastWriter := slices.Index(order, "s"), 0
	for i, m := range order {
		if m == "w" {
			lastWriter = i
		}
	}
	if firstJudge > lastWriter {
		t.Error("the judge was first asked when the writer had ended: stages do not overlap")
	}
}
