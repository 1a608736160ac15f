package main

import (
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// Several models write for one strategy, each for its share of the queries: planned for each, named on every text, and a matter of the
// config like any other.
func TestSeveralModelsShareAStrategy(t *testing.T) {
	t.Parallel()
	l := newLab(t, 60, mockllm.Config{})
	set := []string{"--set", "generate.negatives=[{strategy: query-only, models: [writer, large], shares: [0.75, 0.25], count: 2}]", "--set", "judge.positives=false"}
	gen := func(args ...string) []string { return append(args, set...) }
	l.must(0, gen("run", "--stage", "queries")...)
	queries := l.status().stage(stageQueries).Done
	all, _ := l.objects(gen("plan")...)
	if items, calls := ofStage(all, stageNegatives); items != 2*queries || calls != queries {
		t.Errorf("%d slots, %d calls for %d queries", items, calls, queries)
	}
	byRole := map[string]int64{}
	for _, o := range all {
		if o.Stage == stageNegatives {
			byRole[o.Role] += o.Calls
		}
	}
	before := l.server.CountByModel()
	l.must(0, gen("run", "--stage", "negatives")...)
	after := l.server.CountByModel()
	for role, model := range map[string]string{"writer": "w", "large": "l"} {
		near(t, "calls of "+role, byRole[role], int64(after[model]-before[model]), 0.5)
	}
	if w, l := after["w"]-before["w"], after["l"]-before["l"]; int64(w+l) != queries || w < 2*l {
		t.Errorf("%d and %d calls for %d queries", w, l, queries)
	}
	l.must(0, gen("run")...)
	models := map[string]int{}
	for _, r := range l.rows("run/export") {
		of := map[string]bool{}
		for _, n := range r.Negatives {
			models[n.Model]++
			of[n.Model] = true
		}
		if len(of) != 1 {
			t.Errorf("the texts of one query are by %v", of)
		}
	}
	if models["w"] == 0 || models["l"] == 0 {
		t.Errorf("%v", models)
	}
	all, sum := l.objects(gen("plan")...)
	if sum.Calls != 0 {
		t.Errorf("a finished run is to make %d calls: %+v", sum.Calls, all)
	}
	r := l.must(2, "run", "--set", "generate.negatives=[{strategy: query-only, models: [writer, large], shares: [0.5, 0.5], count: 2}]", "--set", "judge.positives=false")
	if !strings.Contains(r.err, "0.75 of the queries") || !strings.Contains(r.err, "0.5 of the queries") {
		t.Errorf("it is not said that the shares were changed: %s", r.err)
	}
	l.must(0, gen("check")...)
}
