package main

import (
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"

	"hardneg/internal/mockllm"
)

func TestTryAsksOneByOneInBatchMode(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 3, mockllm.Config{})
	r := l.must(0, "try", "-n", "1")
	if !strings.Contains(r.err, "models.writer has mode: batch; try asks it one by one, at the price of single calls") || !strings.Contains(r.out, "row in the export") {
		t.Errorf("%s\n%s", r.err, r.out)
	}
	if b := l.server.Batches(); b.Uploads > 0 || l.server.Count() == 0 {
		t.Errorf("%d files, %d single requests", b.Uploads, l.server.Count())
	}
	if r := l.must(0, "try", "--help"); !strings.Contains(r.out, "mode: batch") {
		t.Error("the help says nothing of it")
	}
}

func TestDoctorAsksWhetherThereIsABatchAPI(t *testing.T) {
	t.Parallel()
	var absent atomic.Bool
	l := newBatchLab(t, 3, mockllm.Config{Batch: mockllm.BatchConfig{Fault: func(string, int) *mockllm.Fault {
		if absent.Load() {
			return &mockllm.Fault{Status: 404, Body: `{"detail":"Not Found"}`}
		}
		return nil
	}}})
	r := l.must(0, "doctor")
	if !strings.Contains(r.out, "the Batch API of models.writer answers; files have up to 50000 requests and 200 MB") {
		t.Errorf("%s", r.out)
	}
	if b := l.server.Batches(); b.Uploads+b.Batches > 0 {
		t.Error("the doctor made a batch")
	}
	absent.Store(true)
	r = l.must(5, "doctor")
	if !strings.Contains(r.out, "FAIL  batches") || !strings.Contains(r.out, "the server has no Batch API") || !strings.Contains(r.out, "write mode: live") {
		t.Errorf("%s", r.out)
	}
	l.must(0, "doctor", "--set", "models.writer.mode=live", "--set", "models.small.mode=live", "--set", "models.large.mode=live")
}

func TestDoctorSeesBatchesThatALiveRunWouldPayAgain(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 3, mockllm.Config{Batch: mockllm.BatchConfig{Looks: 9}})
	l.must(0, "batch", "submit")
	l.must(0, "doctor")
	r := l.must(2, "doctor", "--set", "models.writer.mode=live")
	if !strings.Contains(r.out, "models.writer is in mode live now, and batches of it are at the provider") {
		t.Errorf("%s", r.out)
	}
}

// How long batches take nobody knows: neither the plan nor the status makes a guess of how fast answers were stored.
func TestPlanAndStatusPromiseNoTimeInBatchMode(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 30, mockllm.Config{Batch: mockllm.BatchConfig{Looks: 2}})
	l.must(0, "batch", "submit")
	l.must(0, "batch", "collect", "--wait")
	l.must(0, "batch", "submit")
	r := l.must(0, "plan")
	if !strings.Contains(r.out, "unknown") || !strings.Contains(r.out, "one wave of batches after the other") {
		t.Errorf("%s", r.out)
	}
	if s := l.status(); s.AtProvider != 60 || s.ETA != 0 || s.Rate != 0 {
		t.Errorf("%d at the provider, %v calls/s, %v s left", s.AtProvider, s.Rate, s.ETA)
	}
	if r := l.must(0, "status"); !strings.Contains(r.out, "60 requests in batches at the provider") {
		t.Errorf("%s", r.out)
	}
}

func TestABatchThatTheProviderLostIsGivenUpByHand(t *testing.T) {
	t.Parallel()
	var lost atomic.Bool
	l := newBatchLab(t, 3, mockllm.Config{Batch: mockllm.BatchConfig{Looks: 1, Fault: func(e string, _ int) *mockllm.Fault {
		if e == "retrieve" && lost.Load() {
			return &mockllm.Fault{Status: 404, Body: `{"error":{"message":"No batch found with id 'batch_1'."}}`}
		}
		return nil
	}}})
	l.must(0, "batch", "submit")
	l.must(2, "batch", "collect", "--lost", "batch_7")
	lost.Store(true)
	if r := l.must(5, "batch", "collect"); !strings.Contains(r.err, "api_key") || !strings.Contains(r.err, "`gen batch collect --lost batch_1`") {
		t.Errorf("%s", r.err)
	}
	if r := l.must(0, "batch", "collect", "--lost", "batch_1"); !strings.Contains(r.out, "6 requests of batch batch_1 are planned again") {
		t.Errorf("%s", r.out)
	}
	lost.Store(false)
	l.must(0, "run")
	l.endsAs(live(t, 3))
}

func TestCollectNamesAllMissingKeys(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 3, mockllm.Config{Batch: mockllm.BatchConfig{Looks: 1}})
	l.must(0, "batch", "submit")
	r := l.must(2, "batch", "collect", "--set", "models.writer.api_key=env:WRITER_KEY", "--set", "models.writer.headers.X-Token=env:TOKEN")
	if !strings.Contains(r.err, "WRITER_KEY is not set") || !strings.Contains(r.err, "TOKEN is not set") {
		t.Error(r.err)
	}
	l.must(0, "batch", "collect", "--set", "models.large.api_key=env:OTHER_KEY") // no batch of it is open
}

func TestConfigShowHasTheKeysOfBatches(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 1, mockllm.Config{})
	r := l.must(0, "config", "show", "--set", "run.batch.requests=7")
	for _, want := range []string{"poll: 10ms", "requests: 7", "megabytes: 200", "mode: batch"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("lacks %q:\n%s", want, r.out)
		}
	}
}

// Objects of `gen batch status --json` say what they are.
func TestBatchStatusTellsOfPlannedRequests(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 3, mockllm.Config{})
	l.must(0, "batch", "write", "--out", "w")
	types := map[string]int{}
	for line := range strings.Lines(l.must(0, "batch", "status", "--json").out) {
		var o struct {
			Type string `json:"type"`
		}
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		types[o.Type]++
	}
	if types["planned"] != 1 || len(types) != 1 {
		t.Errorf("%v", types)
	}
}
