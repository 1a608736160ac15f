package main

import (
	"maps"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

// mix is a config with every strategy at once, and two models for one of them.
var mix = []string{"--set", "generate.negatives=[{strategy: query-only, models: [writer, large], count: 2}, {strategy: query-only, variant: elicited, model: writer, count: 1}, " +
	"{strategy: query-positive, model: writer, count: 1}, {strategy: decompose, model: writer, count: 2}, {strategy: decompose, variant: rewrite, model: writer, count: 1}, " +
	"{strategy: perturb, model: writer, count: 2}, {strategy: perturb, variant: rules, count: 2}, {strategy: paraphrase, model: writer, count: 1}, " +
	"{strategy: twin, model: writer, count: 1}, {strategy: triplet, model: writer, count: 2}, {strategy: hard-query, model: writer, count: 2}, {strategy: bm25, count: 3}]",
	"--set", "generate.queries.per_passage=1", "--set", "judge.cascade.0.slate=8", "--set", "judge.cascade.1.slate=8", "--set", "relabel.max_false_negatives=50"}

func mixed(args ...string) []string { return append(args, mix...) }

// undisturbedMix is the export of all strategies in one go.
func undisturbedMix(t *testing.T) map[string]string {
	t.Helper()
	l := newLab(t, 12, mockllm.Config{})
	l.must(0, mixed("run")...)
	found := map[string]bool{} // the mock's texts for decompose and its variant are alike, so that one of them stands
	for _, r := range l.rows("run/export") {
		for _, n := range r.Negatives {
			found[n.Strategy] = true
		}
	}
	for _, s := range []string{"query-only", "query-only-elicited", "query-positive", "decompose", "perturb", "perturb-rules", "bm25"} {
		if !found[s] {
			t.Errorf("no negative by %s", s)
		}
	}
	l.must(0, mixed("check")...)
	return l.sums("run/export")
}

// Whatever the strategies, a killed run ends in the export of one that was not disturbed.
func TestAllStrategiesKilledAndResumed(t *testing.T) {
	t.Parallel()
	want := undisturbedMix(t)
	l := newLab(t, 12, mockllm.Config{Latency: 15 * time.Millisecond})
	for range 6 {
		c := l.command(mixed("run")...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(150+rand.IntN(400)) * time.Millisecond)
		_ = c.Process.Signal(syscall.SIGKILL) // it may have ended
		_ = c.Wait()
	}
	l.must(0, mixed("run", "--set", "models.writer.concurrency=1")...)
	if !maps.Equal(want, l.sums("run/export")) {
		t.Error("the export is another one")
	}
	l.must(0, mixed("check")...)
}

// Through batches, strategies of several turns take one wave a turn, and come to the same.
func TestAllStrategiesThroughBatches(t *testing.T) {
	t.Parallel()
	want := undisturbedMix(t)
	l := newBatchLab(t, 12, mockllm.Config{})
	l.must(0, mixed("run")...)
	l.submittedOnce()
	if !maps.Equal(want, l.sums("run/export")) {
		t.Error("the export is another one")
	}
}
