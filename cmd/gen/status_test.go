package main

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

func TestStatusBeforeTheFirstRunPlansAsTheConfigWould(t *testing.T) {
	t.Parallel()
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

// What the provider's cache has read and written is counted apart and priced apart, and status says where the money went.
func TestStatusTellsWhatCachesDidAndWhereMoneyWent(t *testing.T) {
	t.Parallel()
	l := newLab(t, 6, mockllm.Config{Cache: mockllm.Cache{Read: 40, Written: 10}})
	l.write("config.yaml", strings.Replace(fmt.Sprintf(labConfig, l.server.URL), "price: {input: 1, output: 2}", "price: {input: 1, cached_input: 0.1, cache_write: 1.25, output: 2}", 1))
	r := l.must(0, "run")
	s := l.status()
	if s.Tokens.Cached != 40*s.Calls.OK || s.Tokens.Written != 10*s.Calls.OK {
		t.Errorf("%+v of %d calls", s.Tokens, s.Calls.OK)
	}
	var cost, want, failed, ok float64
	for _, x := range s.Spend {
		if x.Role == "writer" {
			want += (float64(x.Tokens.Prompt-50*x.OK) + 0.1*40*float64(x.OK) + 1.25*10*float64(x.OK) + 2*float64(x.Tokens.Completion)) / 1e6
		}
		if x.Endpoint != l.server.URL+"/v1" || x.OK == 0 || x.Seconds <= 0 {
			t.Errorf("%+v", x)
		}
		cost, failed, ok = cost+x.Cost, failed+float64(x.Failed), ok+float64(x.OK)
	}
	if math.Abs(cost-want) > 1e-9 || math.Abs(s.Cost-cost) > 1e-9 || failed != float64(s.Calls.Failed) || ok != float64(s.Calls.OK) {
		t.Errorf("$%g and $%g, want $%g; %g calls of %d", cost, s.Cost, want, ok, s.Calls.OK)
	}
	for _, out := range []string{r.out, l.must(0, "status").out} {
		if !strings.Contains(out, "written to caches") {
			t.Error(out)
		}
	}
	if out := l.must(0, "status").out; !strings.Contains(out, "spent by") || !strings.Contains(out, "negatives  writer http") {
		t.Error(out)
	}
	l.must(0, "check")
}
