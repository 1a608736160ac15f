package main

import (
	"strings"
	"sync"
	"testing"

	"hardneg/internal/mockllm"
)

// What a batch leaves unanswered is asked again in the next one, and the end is that of a live run.
func TestWhatABatchLeavesUnansweredIsAskedAgain(t *testing.T) {
	t.Parallel()
	want := live(t, 10)
	for name, b := range map[string]mockllm.BatchConfig{
		"N51 expired":       {Expire: 2, Shuffle: true},
		"N51 cancelled":     {Cancel: 2},
		"N53 missing lines": {Drop: 3},
		"N52 no output file": {Line: func(n int, _, _ string) *mockllm.Fault {
			if n == 1 {
				return &mockllm.Fault{Status: 500}
			}
			return nil
		}},
		"N13 lines refused for rate": {Line: func(n int, id, _ string) *mockllm.Fault {
			if n < 3 && id[0] < '4' {
				return &mockllm.Fault{Status: 429}
			}
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newBatchLab(t, 10, mockllm.Config{Batch: b})
			l.must(0, "run")
			l.endsAs(want)
			if l.server.Batches().Batches < 6 {
				t.Errorf("%d batches: nothing was asked again", l.server.Batches().Batches)
			}
		})
	}
}

// A provider can say that a batch is completed before it says where the results are.
func TestN52ResultsThatComeLateAreWaitedFor(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 5, mockllm.Config{Batch: mockllm.BatchConfig{Late: 1}})
	l.must(0, "run")
	l.endsAs(live(t, 5))
	l.submittedOnce()
}

// A line without a usable answer is one call; a request that was never run is none.
func TestEachAnsweredLineCountsAsOneCall(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 10, mockllm.Config{Batch: mockllm.BatchConfig{Expire: 1, Line: func(n int, id, _ string) *mockllm.Fault {
		if n == 2 && id[0] < '8' {
			return &mockllm.Fault{Status: 500}
		}
		return nil
	}}})
	l.must(0, "run")
	s, b := l.status(), l.server.Batches()
	if got := int(s.Calls.OK + s.Calls.Failed); got != b.Lines-10 { // the first batch has 20 lines, of which half were run
		t.Errorf("%d calls are counted for %d lines, of which 10 were never run", got, b.Lines)
	}
	if s.Calls.Failed == 0 {
		t.Error("no line failed")
	}
}

func TestARequestThatEveryBatchLeavesUnansweredFailsAfterABoundAndRetryAsksAgain(t *testing.T) {
	t.Parallel()
	for status, batches := range map[int]int{500: 3, 400: 1} { // retries: 2
		var mu sync.Mutex
		broken := true
		asked := map[string]int{}
		l := newBatchLab(t, 5, mockllm.Config{Batch: mockllm.BatchConfig{Line: func(_ int, id, model string) *mockllm.Fault {
			mu.Lock()
			defer mu.Unlock()
			if broken && model == "w" && (asked[id] > 0 || len(asked) < 2) {
				asked[id]++
				return &mockllm.Fault{Status: status}
			}
			return nil
		}}})
		l.must(4, "run")
		for id, n := range asked {
			if n != batches {
				t.Errorf("status %d: %s was in %d batches, not in %d", status, id, n, batches)
			}
		}
		s := l.status()
		if got := s.stage("queries").Failed; got != 2 {
			t.Errorf("status %d: %d queries failed", status, got)
		}
		if got := int(s.Calls.Failed); got != 2*batches {
			t.Errorf("status %d: %d failed calls", status, got)
		}
		before := l.server.Batches().Batches
		l.must(4, "run")
		if l.server.Batches().Batches != before {
			t.Error("a finished run submitted something")
		}
		mu.Lock()
		broken = false
		mu.Unlock()
		l.must(0, "retry")
		l.must(0, "run")
		l.endsAs(live(t, 5))
	}
}

// A second batch of the very same requests is another batch, also for who looks for it at the provider.
func TestTheSameRequestsAfterARetryAreANewBatch(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 1, mockllm.Config{Batch: mockllm.BatchConfig{Line: func(n int, _, _ string) *mockllm.Fault {
		if n == 1 {
			return &mockllm.Fault{Status: 400}
		}
		return nil
	}}})
	l.must(4, "run")
	l.must(0, "retry")
	l.must(0, "run")
	l.endsAs(live(t, 1))
}

func TestALineThatShowsThatNothingWillWorkStopsTheRunAndChargesNoItem(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	status := 401
	l := newBatchLab(t, 5, mockllm.Config{Batch: mockllm.BatchConfig{Line: func(int, string, string) *mockllm.Fault {
		mu.Lock()
		defer mu.Unlock()
		if status == 0 {
			return nil
		}
		return &mockllm.Fault{Status: status}
	}}})
	r := l.must(5, "run")
	if !strings.Contains(r.err, "go on with: gen run") {
		t.Errorf("%s", r.err)
	}
	if s := l.status(); s.failed() != 0 {
		t.Errorf("%d items failed", s.failed())
	}
	mu.Lock()
	status = 0
	mu.Unlock()
	l.must(0, "run")
	l.endsAs(live(t, 5))
}

func TestAParameterThatTheServerDoesNotTakeIsLeftOutOfTheNextBatch(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 5, mockllm.Config{Batch: mockllm.BatchConfig{Line: func(n int, _, model string) *mockllm.Fault {
		if n == 1 {
			return &mockllm.Fault{Status: 400, Body: `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}`}
		}
		return nil
	}}})
	l.must(0, "batch", "submit")
	l.must(0, "batch", "collect")
	l.must(0, "run") // another process knows it too
	l.must(0, "check")
	for i, b := range l.server.Batches().Bodies {
		if old := strings.Contains(string(b), `"max_tokens"`); old != (i < 10) && strings.Contains(string(b), `"model":"w"`) {
			t.Errorf("line %d: %.200s", i, b)
		}
	}
}

func TestABatchThatDoesNotFitIsHeldBackUntilOthersHaveEnded(t *testing.T) {
	t.Parallel()
	want := live(t, 10)
	l := newBatchLab(t, 10, mockllm.Config{Batch: mockllm.BatchConfig{Enqueued: 10, Looks: 2}})
	r := l.must(0, "run", "--set", "run.batch.requests=7")
	if !strings.Contains(r.err, "held back") {
		t.Errorf("nothing is said of it: %s", r.err)
	}
	if l.server.Batches().Refused == 0 {
		t.Error("no batch was refused")
	}
	l.submittedOnce()
	l.endsAs(want)
	large := newBatchLab(t, 10, mockllm.Config{Batch: mockllm.BatchConfig{Enqueued: 6}})
	large.must(0, "run") // the first batch alone is too large
	large.submittedOnce()
	large.endsAs(want)
}

// N55: both limits of a file bind.
func TestFilesAreSplitByRequestsAndByBytes(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 10, mockllm.Config{})
	l.must(0, "run", "--set", "run.batch.requests=6")
	if b := l.server.Batches(); b.MostLines != 6 || b.Uploads != b.Batches {
		t.Errorf("files of up to %d requests", b.MostLines)
	}
	l.submittedOnce()
	l.endsAs(live(t, 10))
	big := newBatchLab(t, 400, mockllm.Config{})
	big.must(0, "batch", "submit", "--set", "run.batch.megabytes=1")
	if b := big.server.Batches(); b.MostBytes > 1_000_000 || b.MostBytes < 900_000 || b.Batches < 2 {
		t.Errorf("%d files of up to %d bytes", b.Batches, b.MostBytes)
	}
	big.submittedOnce()
}

func TestABatchThatIsRefusedAsAWholeStopsTheRun(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 3, mockllm.Config{Batch: mockllm.BatchConfig{Refuse: "model_not_found"}})
	r := l.must(5, "run")
	if !strings.Contains(r.err, "model_not_found") || !strings.Contains(r.err, "go on with: gen run") {
		t.Errorf("%s", r.err)
	}
	l.must(5, "run")
	l.must(0, "check")
}
