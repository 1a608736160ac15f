package main

import (
	"strings"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

func TestMaxRejectRateLooksAtTheLastItems(t *testing.T) {
	at := func(done, rejected, failed int64) status {
		return status{Stages: []stageStatus{{Stage: stageQueries, Done: done, Rejected: rejected, Failed: failed}}}
	}
	for name, c := range map[string]struct {
		looks []status
		stops int // at this look, 0: never
	}{
		"as many as may be":          {[]status{at(0, 0, 0), at(100, 100, 0), at(200, 150, 50)}, 0},
		"more":                       {[]status{at(0, 0, 0), at(150, 50, 0), at(200, 200, 1)}, 2},
		"failures count":             {[]status{at(0, 0, 0), at(99, 0, 101)}, 1},
		"few items say nothing":      {[]status{at(0, 0, 0), at(0, 150, 0), at(200, 150, 0)}, 0},
		"what was before is no help": {[]status{at(9000, 0, 0), at(9000, 200, 0)}, 1},
		"nor is it a reason":         {[]status{at(0, 9000, 0), at(200, 9010, 0)}, 0},
	} {
		r, stopped := newRejects(0.5, c.looks[0]), 0
		for i, s := range c.looks[1:] {
			if e := r.look(s); e != nil && stopped == 0 {
				stopped = i + 1
			}
		}
		if stopped != c.stops {
			t.Errorf("%s: stopped at look %d, want %d", name, stopped, c.stops)
		}
	}
}

// M46: a model that gets worse in the night stops the run cleanly where that is wanted; it can go on when it is well again.
func TestM46MaxRejectRateStopsTheRun(t *testing.T) {
	t.Parallel()
	bad := mockllm.Fault{Delay: 2 * time.Millisecond, Body: `{"choices":[{"message":{"content":"{\"query\":\"what does this passage say about the author\"}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":9}}`}
	l := newLab(t, 1500, mockllm.Config{Latency: 2 * time.Millisecond, Fault: func(n int, r mockllm.Recorded) *mockllm.Fault {
		if n > 500 && n < 4000 {
			return &bad
		}
		return nil
	}})
	l.edit("price: {input: 1, output: 2}", "price: {input: 0, output: 0}")
	for _, rate := range []string{"0", "1", "-0.5", "NaN"} {
		if r := l.must(2, "run", "--max-reject-rate", rate); !strings.Contains(r.err, "--max-reject-rate must be") {
			t.Errorf("%s: %s", rate, r.err)
		}
	}
	r := l.must(8, "run", "--stage", "queries", "--max-reject-rate", "0.6")
	for _, want := range []string{"stage queries: ", "--max-reject-rate allows 60 %", "gen status", "go on with: gen run --stage queries --max-reject-rate 0.6"} {
		if !strings.Contains(r.err, want) {
			t.Errorf("no %q in %s", want, r.err)
		}
	}
	s := l.status().stage(stageQueries)
	if s.Pending == 0 || s.Failed > 0 || s.Done < 300 {
		t.Errorf("%+v", s)
	}
	l.must(0, "run", "--stage", "queries")
	l.must(0, "check")
}
