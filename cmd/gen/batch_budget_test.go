package main

import (
	"fmt"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

func TestABudgetThatDoesNotFitRefusesBeforeAnUpload(t *testing.T) {
	t.Parallel()
	for _, set := range []string{"run.budget.calls=9", "run.budget.tokens=2000", "run.budget.usd=0.001"} {
		l := newBatchLab(t, 5, mockllm.Config{})
		r := l.must(8, "run", "--set", set)
		if want := "has no room for a batch of 10 requests"; !strings.Contains(r.err, want) || strings.Contains(r.err, "is reached") || !strings.Contains(r.err, "run.batch.requests") {
			t.Errorf("%s: %s", set, r.err)
		}
		if b := l.server.Batches(); b.Uploads > 0 {
			t.Errorf("%s: %d files were uploaded", set, b.Uploads)
		}
		l.must(8, "batch", "submit", "--set", set)
		l.must(0, "run")
		l.endsAs(live(t, 5))
	}
}

func TestSmallerFilesFitIntoABudgetThatHadNoRoom(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 5, mockllm.Config{})
	l.must(8, "run", "--set", "run.budget.calls=9")
	l.must(8, "run", "--set", "run.budget.calls=9", "--set", "run.batch.requests=4")
	if s, b := l.status(), l.server.Batches(); s.Calls.OK != 8 || b.MostLines != 4 {
		t.Errorf("%d calls in files of up to %d requests", s.Calls.OK, b.MostLines)
	}
	l.submittedOnce()
	l.must(0, "run")
	l.endsAs(live(t, 5))
}

// The later waves of a run are paid from what the earlier ones left.
func TestABudgetHoldsOverTheWavesAndRestarts(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 10, mockllm.Config{})
	for range 2 {
		l.must(8, "run", "--set", "run.budget.calls=45")
	}
	if s := l.status(); s.Calls.OK > 45 || s.Calls.OK < 20 {
		t.Errorf("%d calls", s.Calls.OK)
	}
	l.must(0, "run")
	l.submittedOnce()
	l.endsAs(live(t, 10))
}

func TestModesThatDoNotGoTogetherAreRefused(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 5, mockllm.Config{Batch: mockllm.BatchConfig{Looks: 1}})
	if r := l.must(2, "run", "--set", "models.writer.provider=ollama"); !strings.Contains(r.err, "models.writer.mode") {
		t.Errorf("%s", r.err)
	}
	l.must(0, "batch", "submit")
	r := l.must(2, "run", "--set", "models.writer.mode=live")
	if !strings.Contains(r.err, "gen batch collect --wait") {
		t.Errorf("%s", r.err)
	}
	l.must(0, "batch", "collect", "--wait")
	l.must(0, "run", "--set", "models.writer.mode=live")
	if b := l.server.Batches(); b.Lines >= 100 {
		t.Errorf("%d lines", b.Lines)
	}
	if got := l.sums("run/export"); fmt.Sprint(got) != fmt.Sprint(live(t, 5)) {
		t.Error("a run in both modes gives another export")
	}
}

func TestABatchAtAnotherEndpointIsNamedAndNotAskedAgain(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 3, mockllm.Config{})
	l.must(0, "batch", "submit")
	other := strings.Replace(l.server.URL, "127.0.0.1", "localhost", 1)
	r := l.must(2, "run", "--set", "models.writer.base_url="+other+"/v1")
	if !strings.Contains(r.err, l.server.URL) || !strings.Contains(r.err, "gen batch collect --wait") {
		t.Errorf("%s", r.err)
	}
	l.submittedOnce()
	l.must(0, "run")
	l.endsAs(live(t, 3))
}

func TestAChangedConfigSubmitsNothingOfTheOldOne(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 5, mockllm.Config{Batch: mockllm.BatchConfig{Fault: func(event string, n int) *mockllm.Fault {
		if event == "create" && n == 1 {
			return &mockllm.Fault{Status: 401}
		}
		return nil
	}}})
	l.must(5, "run")
	l.must(0, "run", "--set", "models.writer.temperature=0.3", "--accept-changes")
	for _, b := range l.server.Batches().Bodies {
		if strings.Contains(string(b), `"temperature":0.7`) {
			t.Fatalf("a request of the old config was submitted: %.200s", b)
		}
	}
	l.must(0, "check")
}
