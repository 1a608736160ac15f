package main

import (
	"encoding/json"
	"maps"
	"math"
	"strings"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

// object is one line of --json, whatever its type.
type object struct {
	Type     string   `json:"type"`
	Stage    string   `json:"stage"`
	Role     string   `json:"role"`
	Reason   string   `json:"reason"`
	Model    string   `json:"model"`
	Items    int64    `json:"items"`
	Calls    int64    `json:"calls"`
	Stored   int64    `json:"stored_calls"`
	Prompt   int64    `json:"prompt_tokens"`
	Seconds  *float64 `json:"seconds"`
	Basis    string   `json:"basis"`
	Path     string   `json:"path"`
	Imported bool     `json:"imported"`
	Passages int64    `json:"passages"`
	Rewrite  bool     `json:"rewrite"`
	SoFar    int64    `json:"calls_so_far"`
	Off      *float64 `json:"calls_error_percent"`
}

// objects runs a command and reads the objects that it prints, and the one of type total.
func (l *lab) objects(args ...string) (all []object, sum object) {
	l.t.Helper()
	for line := range strings.Lines(l.must(0, append(args, "--json")...).out) {
		var o object
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			l.t.Fatalf("%v: %s", err, line)
		}
		if all = append(all, o); o.Type == "total" {
			sum = o
		}
	}
	if sum.Type == "" {
		l.t.Fatalf("%v: no total in %+v", args, all)
	}
	return all, sum
}

// ofStage sums the calls and items of a stage.
func ofStage(all []object, stage string) (items, calls int64) {
	for _, o := range all {
		if o.Type == "stage" && o.Stage == stage {
			items += o.Items
			calls += o.Calls
		}
	}
	return items, calls
}

func near(t *testing.T, what string, got, want int64, within float64) {
	t.Helper()
	if math.Abs(float64(got-want)) > within*float64(want) {
		t.Errorf("%s: %d, want about %d", what, got, want)
	}
}

func TestAFinishedRunIsPlannedWithoutACall(t *testing.T) {
	t.Parallel()
	l := newLab(t, 30, mockllm.Config{})
	l.must(0, "run")
	for _, cmd := range [][]string{{"plan"}, {"run", "--dry-run"}} {
		all, sum := l.objects(cmd...)
		if sum.Calls != 0 || sum.Prompt != 0 || sum.Basis != basisMeasured || sum.Seconds == nil || *sum.Seconds != 0 {
			t.Errorf("%v of a finished run: %+v", cmd, sum)
		}
		for _, o := range all {
			if o.Type == "stage" && o.Items != 0 {
				t.Errorf("%v: %+v", cmd, o)
			}
			if o.Type == "export" && o.Rewrite {
				t.Error("an export that is up to date would be written")
			}
			if o.Type == "file" && !o.Imported {
				t.Error("the imported file would be imported")
			}
		}
	}
	if out := l.must(0, "run", "--dry-run").out; !strings.Contains(out, "imported already") || !strings.Contains(out, "up to date") {
		t.Error(out)
	}
}

// What is left is counted from what is pending, and the calls of stages to come from what their first items took.
func TestAPartlyDoneRunIsPlannedFromWhatItMeasured(t *testing.T) {
	t.Parallel()
	l := newLab(t, 90, mockllm.Config{})
	l.must(0, "run", "--limit", "30")
	before := l.status()
	all, sum := l.objects("plan")
	l.must(0, "run")
	after := l.status()
	near(t, "calls", sum.Calls, after.Calls.OK-before.Calls.OK, 0.08)
	near(t, "tokens in", sum.Prompt, after.Tokens.Prompt-before.Tokens.Prompt, 0.08)
	for _, name := range []string{stageQueries, stageVerify, stageNegatives} {
		_, calls := ofStage(all, name)
		var made int64
		if name == stageQueries {
			made = after.stage(name).Planned - before.stage(name).Planned + before.stage(name).Pending
			if calls != made {
				t.Errorf("queries: %d calls planned, %d were pending", calls, made)
			}
		}
	}
	for _, o := range all {
		if o.Type == "stage" && o.Stage != stageVerify && o.Basis != basisMeasured {
			t.Errorf("not measured: %+v", o)
		}
	}
	if sum.Seconds == nil {
		t.Error("every model was called, and the time is not known")
	}
}

func TestAPlanSaysWhatItOnlyAssumes(t *testing.T) {
	t.Parallel()
	l := newLab(t, 30, mockllm.Config{})
	_, sum := l.objects("plan")
	if sum.Basis != basisEstimated || sum.Seconds != nil {
		t.Errorf("nothing was measured: %+v", sum)
	}
	l.must(0, "run", "--stage", "queries")
	all, _ := l.objects("plan")
	basis := map[string]string{}
	for _, o := range all {
		if o.Type == "stage" {
			basis[o.Stage] = o.Basis
		}
	}
	if basis[stageQueries] != basisMeasured || basis[stageVerify] != basisEstimated || basis[stageJudge] != basisEstimated {
		t.Errorf("%v", basis)
	}
	if _, calls := ofStage(all, stageQueries); calls != 0 {
		t.Errorf("%d calls for queries that are all there", calls)
	}
	if out := l.must(0, "plan").out; !strings.Contains(out, "unknown") || !strings.Contains(out, "estimated") || !strings.Contains(out, "measured") {
		t.Error(out)
	}
}

func TestADryRunKeepsToLimitStageAndShard(t *testing.T) {
	t.Parallel()
	l := newLab(t, 60, mockllm.Config{})
	for _, started := range []bool{false, true} {
		if started {
			l.must(0, "run", "--limit", "10")
		}
		left := int64(0)
		if !started {
			left = 20
		}
		all, _ := l.objects("run", "--dry-run", "--limit", "10")
		if items, calls := ofStage(all, stageQueries); items != left || calls != left {
			t.Errorf("started %v: --limit 10: %d queries, %d calls", started, items, calls)
		}
		all, sum := l.objects("run", "--dry-run", "--stage", "queries", "--limit", "15")
		if items, _ := ofStage(all, stageQueries); items != left+10 || sum.Calls != items {
			t.Errorf("started %v: --stage queries: %d queries, %d calls in all", started, items, sum.Calls)
		}
	}
	if _, sum := l.objects("run", "--dry-run", "--limit", "10"); sum.Calls != 0 {
		t.Errorf("the first 10 passages are done: %+v", sum)
	}
	l.must(2, "run", "--dry-run", "--shard", "0/3")
	var shards int64
	for _, sh := range []string{"0/3", "1/3", "2/3"} {
		all, _ := l.objects("run", "--dry-run", "--shard", sh, "--set", "run.dir=another")
		items, _ := ofStage(all, stageQueries)
		if items == 0 || items == 120 {
			t.Errorf("shard %s: %d queries", sh, items)
		}
		shards += items
	}
	if shards != 120 {
		t.Errorf("%d queries in the shards together", shards)
	}
}

func TestADryRunNamesTheFilesToImportByContent(t *testing.T) {
	t.Parallel()
	l := newLab(t, 10, mockllm.Config{})
	l.must(0, "run")
	l.write("copy.jsonl", labCorpus(10))
	l.write("grown.jsonl", labCorpus(14))
	all, _ := l.objects("run", "--dry-run", "--set", "corpus.path=[corpus.jsonl, copy.jsonl, grown.jsonl]")
	want := map[string]object{"corpus.jsonl": {Imported: true}, "copy.jsonl": {Imported: true}, "grown.jsonl": {Passages: 4}}
	for _, o := range all {
		if o.Type == "file" {
			name := o.Path[strings.LastIndex(o.Path, "/")+1:]
			if o.Imported != want[name].Imported || o.Passages != want[name].Passages {
				t.Errorf("%+v", o)
			}
			delete(want, name)
		}
		if o.Type == "export" && !o.Rewrite {
			t.Error("new passages, and the export would not be written")
		}
	}
	if len(want) > 0 {
		t.Errorf("not named: %v", want)
	}
	if items, _ := ofStage(all, stageQueries); items != 8 {
		t.Errorf("%d queries for 4 new passages", items)
	}
}

func TestADryRunRefusesTheChangeThatTheRunRefuses(t *testing.T) {
	t.Parallel()
	l := newLab(t, 10, mockllm.Config{})
	l.must(0, "run")
	before := l.sums("run/export")
	change := []string{"--set", "judge.cascade.0.slate=1"}
	list := func(r result) string {
		from, to := strings.Index(r.err, "the config has changed"), strings.Index(r.err, "hint:")
		if from < 0 || to < from {
			t.Fatalf("no list: %s", r.err)
		}
		return r.err[from:to]
	}
	real := list(l.must(2, append([]string{"run"}, change...)...))
	if dry := list(l.must(2, append([]string{"run", "--dry-run"}, change...)...)); dry != real || !strings.Contains(dry, "judge: ") {
		t.Errorf("the dry run says\n%s\nthe run\n%s", dry, real)
	}
	r := l.must(0, append([]string{"run", "--dry-run", "--accept-changes"}, change...)...)
	if !strings.Contains(r.out, "  judge: ") {
		t.Error(r.out)
	}
	if out := l.must(0, append([]string{"plan"}, change...)...).out; !strings.Contains(out, "  judge: ") || !strings.Contains(out, "will refuse") {
		t.Error(out)
	}
	all, sum := l.objects(append([]string{"plan"}, change...)...)
	if _, calls := ofStage(all, stageJudge); calls == 0 || calls != sum.Calls {
		t.Errorf("the judge is to be asked anew: %d calls of %d", calls, sum.Calls)
	}
	if !maps.Equal(before, l.sums("run/export")) {
		t.Error("something was written")
	}
}

func TestTheFirstEstimateIsHeldAgainstWhatCame(t *testing.T) {
	t.Parallel()
	l := newLab(t, 30, mockllm.Config{})
	_, first := l.objects("plan")
	find := func() object {
		all, _ := l.objects("plan")
		for _, o := range all {
			if o.Type == "estimated" {
				return o
			}
		}
		t.Fatalf("no estimate in %+v", all)
		return object{}
	}
	l.must(0, "run", "--stage", "queries")
	if e := find(); e.Calls != first.Calls || e.SoFar != 60 || e.Off != nil {
		t.Errorf("in the middle: %+v, planned %d", e, first.Calls)
	}
	l.must(0, "run")
	made := l.status().Calls.OK
	if e := find(); e.Calls != first.Calls || e.SoFar != made || e.Off == nil || math.Abs(*e.Off-100*float64(e.Calls-made)/float64(made)) > 0.01 {
		t.Errorf("at the end: %+v, %d made", e, made)
	}
	if out := l.must(0, "plan").out; !strings.Contains(out, "estimated ") || !strings.Contains(out, " %)") {
		t.Error(out)
	}
}

// A time is the calls times their latency, over the calls that are under way at once; it is not invented where no call was made.
func TestATimeComesFromMeasuredLatencyOrIsUnknown(t *testing.T) {
	t.Parallel()
	l := newLab(t, 30, mockllm.Config{Latency: 40 * time.Millisecond})
	l.must(0, "run", "--stage", "queries", "--limit", "12")
	all, sum := l.objects("plan")
	for _, o := range all {
		switch {
		case o.Type != "stage" || o.Stage == stageRelabel:
		case o.Stage != stageQueries && o.Seconds == nil:
		case o.Stage != stageQueries:
			t.Errorf("a time without a call: %+v", o)
		case o.Calls != 36 || o.Seconds == nil || *o.Seconds < 36*0.04/4 || *o.Seconds > 5*36*0.04/4:
			t.Errorf("%+v", o)
		}
	}
	if sum.Seconds != nil {
		t.Errorf("the sum has a time of %g s, though most stages have none", *sum.Seconds)
	}
}
