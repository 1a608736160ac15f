package main

import (
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// Switching verify off gives every later stage another recipe, but asks nothing anew of the queries that were kept.
func TestAStageRedoneForTheOneBeforeIsPlannedWithoutItsCalls(t *testing.T) {
	t.Parallel()
	l := newLab(t, 30, mockllm.Config{})
	l.must(0, "run")
	before := l.status()
	_, sum := l.objects("plan", "--set", "judge.positives=false")
	l.must(0, "run", "--set", "judge.positives=false", "--accept-changes")
	made := l.status().Calls.OK - before.Calls.OK
	if math.Abs(float64(sum.Calls-made)) > 0.1*float64(before.Calls.OK) {
		t.Errorf("%d calls planned, %d made", sum.Calls, made)
	}
}

// Most requests of a changed config can be those of the one before. What the store has no reply to is all that is to be sent.
func TestStoredRepliesArePlannedAsFree(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]string{
		"more queries a passage":   "generate.queries.per_passage=3",
		"fewer":                    "generate.queries.per_passage=1",
		"a lower bar":              "judge.positive_at=1",
		"another slate":            "judge.cascade.0.slate=1",
		"more goes to judge 2":     "judge.cascade.0.forward_at=0",
		"another limit of judge 2": "models.large.max_tokens=500",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, 40, mockllm.Config{})
			l.must(0, "run")
			before := l.status()
			all, sum := l.objects("plan", "--set", set)
			l.must(0, "run", "--accept-changes", "--set", set)
			after := l.status()
			made := after.Calls.OK - before.Calls.OK
			if math.Abs(float64(sum.Calls-made)) > 0.05*float64(made)+8 {
				t.Errorf("%d calls planned, %d made", sum.Calls, made)
			}
			if sum.Stored == 0 {
				t.Errorf("nothing is said to be in the store: %+v", all)
			}
			if out := l.must(0, "plan", "--set", set).out; made > 0 && strings.Contains(out, "will refuse") {
				t.Errorf("the config that was run is said to be another:\n%s", out)
			}
		})
	}
}

// Of more pending items than are looked at, those looked at stand for all.
func TestAReplayOfSomeStandsForAll(t *testing.T) {
	t.Parallel()
	l := newLab(t, 120, mockllm.Config{})
	l.must(0, "run", "--limit", "60")
	before := l.status()
	a := &app{out: io.Discard, err: io.Discard, configFile: filepath.Join(l.dir, "config.yaml"), fileGiven: true, sets: []string{"generate.queries.per_passage=3"}}
	cfg, err := a.load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	st, err := openExisting(cfg.Run.Dir)
	if err != nil {
		t.Fatal(err)
	}
	planned := map[int]int64{}
	for _, looks := range []int{0, 40} {
		o, err := lookAhead(t.Context(), cfg, st, scope{want: everyStage(), looks: looks})
		if err != nil {
			t.Fatal(err)
		}
		planned[looks] = o.p.total(o.estimates()).Calls
		if o.replays.sampled != (looks > 0) {
			t.Errorf("%d looks: sampled %v", looks, o.replays.sampled)
		}
	}
	st.Close()
	l.must(0, "run", "--accept-changes", "--set", "generate.queries.per_passage=3")
	made := l.status().Calls.OK - before.Calls.OK
	near(t, "all looked at", planned[0], made, 0.05)
	near(t, "some looked at", planned[40], made, 0.1)
}
