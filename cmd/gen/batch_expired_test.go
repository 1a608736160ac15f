package main

import (
	"strings"
	"sync/atomic"
	"testing"

	"hardneg/internal/mockllm"
)

// N51: batches that expire without a single answer are the provider's failure: the run stops after a bound, charges no item, and goes
// on when asked to. As long as each brings something the run goes on by itself, however many expire.
func TestN51BatchesThatExpireUnansweredStopTheRunAndChargeNoItem(t *testing.T) {
	t.Parallel()
	var busy atomic.Bool
	busy.Store(true)
	l := newBatchLab(t, 5, mockllm.Config{Batch: mockllm.BatchConfig{Idle: func(int) bool { return busy.Load() }}})
	r := l.must(5, "run") // retries: 2
	if n := l.server.Batches().Batches; n != 3 || !strings.Contains(r.err, "third in a row that ended as expired without an answer") || !strings.Contains(r.err, "go on with: gen run") {
		t.Errorf("%d batches: %s", n, r.err)
	}
	if s := l.status(); s.failed() != 0 || s.pending() == 0 {
		t.Errorf("%+v", s.Stages)
	}
	l.must(5, "run")
	if n := l.server.Batches().Batches; n != 4 {
		t.Errorf("%d batches: each run tries once more", n)
	}
	busy.Store(false)
	l.must(0, "run")
	l.endsAs(live(t, 5))

	l = newBatchLab(t, 12, mockllm.Config{Batch: mockllm.BatchConfig{Expire: 4}}) // half of the lines, a quarter, …: more batches than retries
	l.must(0, "run")
	l.endsAs(live(t, 12))
}
