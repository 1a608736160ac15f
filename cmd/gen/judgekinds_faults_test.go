package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

// manyJudges is a cascade with everything that can stand in one: two questions, second looks, an audit, a panel, whole queries.
const manyJudges = `judge:
  cascade:
    - {model: small, prompt: snippet, slate: 2, again: 0.5, audit: 0.3}
    - {model: small, prompt: rlhn, slate: 2, forward: query, margin: 0.1}
    - {model: large, prompt: two-prompt, slate: 2, again: 0.5, again_by: repeat}
    - {model: large, slate: 3, combine: mean, also: [{model: small}, {model: small, prompt: answerable}]}
`

func manyJudgesConfig(config string) string {
	before, after, _ := strings.Cut(config, "judge:\n")
	_, after, _ = strings.Cut(after, "export:")
	return before + manyJudges + "relabel: {margin: 0.05}\nexport:" + after
}

func newManyJudgesLab(t *testing.T, cfg mockllm.Config) *lab {
	t.Helper()
	l := newLab(t, 20, cfg)
	l.write("config.yaml", manyJudgesConfig(fmt.Sprintf(labConfig, l.server.URL)))
	return l
}

func TestManyJudgesWhateverHappens(t *testing.T) {
	t.Parallel()
	l := newManyJudgesLab(t, mockllm.Config{})
	l.must(0, "run")
	l.must(0, "check")
	if s := l.status(); len(s.Looks) != 3 {
		t.Errorf("second looks: %+v", s.Looks)
	}
	if _, sum := l.objects("plan"); sum.Calls != 0 {
		t.Errorf("%d calls are planned of a finished run", sum.Calls)
	}
	want := l.sums("run/export")
	t.Run("killed", func(t *testing.T) {
		l := newManyJudgesLab(t, mockllm.Config{Latency: 15 * time.Millisecond})
		dice, landed := rand.New(rand.NewPCG(3, 4)), map[string]int{}
		for kills := 0; !l.killOnce(t, dice, landed); kills++ {
			if kills > 200 {
				t.Fatal("200 kills and the run has not ended")
			}
		}
		if !maps.Equal(want, l.sums("run/export")) {
			t.Error("the export differs from that of an undisturbed run")
		}
		l.must(0, "check")
	})
	t.Run("batches", func(t *testing.T) {
		l := newManyJudgesLab(t, mockllm.Config{})
		l.write("config.yaml", manyJudgesConfig(batchConfig(l.server.URL)))
		l.must(0, "run")
		l.submittedOnce()
		l.endsAs(want)
	})
	t.Run("unreadable replies", unreadableReplies)
}

// unreadableReplies fail their items, and nothing else; asked again, all items end. What a judge that is not the last one failed at has
// gone to the next one, so that grades can be others than in a run without failures.
func unreadableReplies(t *testing.T) {
	var healed atomic.Bool
	l := newManyJudgesLab(t, mockllm.Config{Fault: func(n int, r mockllm.Recorded) *mockllm.Fault {
		if healed.Load() || r.Model == "w" || n%3 == 0 {
			return nil
		}
		return &mockllm.Fault{Body: `{"model":"` + r.Model + `","choices":[{"index":0,"message":{"role":"assistant","content":"all of them"},"finish_reason":"stop"}]}`}
	}})
	l.must(4, "run")
	if s := l.status(); s.stage(stageJudge).Failed == 0 || s.stage(stageVerify).Failed == 0 {
		t.Errorf("nothing failed: %+v", s.Stages)
	}
	l.must(0, "check")
	healed.Store(true)
	l.must(0, "retry")
	l.must(0, "check")
	l.must(0, "run")
	l.must(0, "check")
	if s := l.status(); s.failed() > 0 || s.pending() > 0 {
		t.Errorf("not all items ended: %+v", s.Stages)
	}
	if len(l.rows("run/export")) == 0 {
		t.Error("no row was exported")
	}
}
