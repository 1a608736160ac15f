package main

import (
	"bytes"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

// A model that refuses all that it is asked, though not a probe, is no fault of the items: none is charged, and the run goes on from
// there when the key is put right.
func TestAModelThatRefusesEverythingStopsTheRunAndChargesNothing(t *testing.T) {
	for _, model := range []string{"w", "s", "l"} {
		t.Run(model, func(t *testing.T) {
			t.Parallel()
			whole := newLab(t, 40, mockllm.Config{})
			whole.must(0, "run")
			var refuses atomic.Bool
			refuses.Store(true)
			l := newLab(t, 40, mockllm.Config{Fault: func(_ int, r mockllm.Recorded) *mockllm.Fault {
				if refuses.Load() && r.Model == model && !bytes.Contains(r.Body, []byte("Reply with the word ok")) {
					return &mockllm.Fault{Status: 403}
				}
				return nil
			}})
			r := l.must(5, "run")
			s := l.status()
			if s.failed() > 0 || s.pending() == 0 {
				t.Errorf("%d failed, %d pending:\n%s", s.failed(), s.pending(), r.err)
			}
			if !strings.Contains(r.err, "though a probe is answered") || !strings.Contains(lastOf(r.err), " 0 failed") {
				t.Error(r.err)
			}
			refuses.Store(false)
			l.must(0, "run")
			if model != "s" && !maps.Equal(whole.sums("run/export"), l.sums("run/export")) { // what the first judge did not say, the second one was asked
				t.Error("the export is not that of a run without the stop")
			}
		})
	}
}

// A server that fails with some items only holds nobody up, also when there is nothing else left to do.
func TestPoisonedLastItemsEndSoon(t *testing.T) {
	for name, bad := range map[string][]string{"one": {"Record 11 "}, "many": {"Record 6 ", "Record 7 ", "Record 8 ", "Record 9 ", "Record 10 ", "Record 11 "}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, 12, mockllm.Config{Fault: func(_ int, r mockllm.Recorded) *mockllm.Fault {
				for _, text := range bad {
					if r.Model == "w" && bytes.Contains(r.Body, []byte(text)) {
						return &mockllm.Fault{Status: 500}
					}
				}
				return nil
			}})
			start := time.Now()
			l.must(4, "run", "--set", "models.writer.patience=60s", "--set", "models.writer.retries=4")
			took := time.Since(start)
			if took > 45*time.Second {
				t.Errorf("it took %s: they wait out the patience", took)
			}
			if q := l.status().stage(stageQueries); q.Failed != int64(2*len(bad)) || q.Pending > 0 {
				t.Errorf("%+v", q)
			}
		})
	}
}
