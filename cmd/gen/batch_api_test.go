package main

import (
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

func TestTroubleWithTheBatchAPIItselfIsWaitedOut(t *testing.T) {
	t.Parallel()
	want := live(t, 5)
	for _, event := range []string{"upload", "uploaded", "create", "created", "retrieve", "content"} {
		for name, f := range map[string]mockllm.Fault{"overloaded": {Status: 429, Headers: map[string]string{"Retry-After-Ms": "10"}}, "lost": {CloseBefore: true}} {
			t.Run(event+" "+name, func(t *testing.T) {
				t.Parallel()
				l := newBatchLab(t, 5, mockllm.Config{Batch: mockllm.BatchConfig{Fault: func(e string, n int) *mockllm.Fault {
					if e == event && n == 1 {
						return &f
					}
					return nil
				}}})
				l.must(0, "run", "--set", "models.writer.patience=20s")
				l.submittedOnce()
				l.endsAs(want)
			})
		}
	}
}

func TestABatchAPIThatNeverAnswersEndsTheRunCleanly(t *testing.T) {
	t.Parallel()
	for _, status := range []int{404, 401, 500} {
		l := newBatchLab(t, 3, mockllm.Config{Batch: mockllm.BatchConfig{Fault: func(string, int) *mockllm.Fault { return &mockllm.Fault{Status: status} }}})
		r := l.must(5, "run", "--set", "models.writer.retries=1")
		if !strings.Contains(r.err, "go on with: gen run") {
			t.Errorf("%d: %s", status, r.err)
		}
		if s := l.status(); s.failed() != 0 || s.Calls.Failed != 0 {
			t.Errorf("%d: %+v", status, s.Calls)
		}
	}
}
