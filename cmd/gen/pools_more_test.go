package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"hardneg/internal/mockllm"
)

// Every strategy has spares, and where the pool of all is raised, each goes on where it was.
func TestPoolsOfAllStrategies(t *testing.T) {
	t.Parallel()
	entries := []string{"strategy: query-only, model: writer", "strategy: query-only, variant: elicited, model: writer", "strategy: triplet, model: writer",
		"strategy: query-positive, model: writer", "strategy: decompose, model: writer", "strategy: decompose, variant: rewrite, model: writer",
		"strategy: perturb, model: writer", "strategy: perturb, variant: rules", "strategy: paraphrase, model: writer", "strategy: twin, model: writer",
		"strategy: hard-query, model: writer", "strategy: bm25", "strategy: dense, encoder: e5, filter: none, floor: -1", "strategy: links, encoder: e5"}
	with := func(pool int, args ...string) []string {
		var all []string
		for _, e := range entries {
			all = append(all, fmt.Sprintf("{%s, count: 2, pool: %d}", e, pool))
		}
		return append(args, "--set", "generate.negatives=["+strings.Join(all, ", ")+"]", "--set", "models.e5.provider=offline", "--set", "corpus.fields.links=see")
	}
	l := newOfflineLab(t, 1)
	l.write("corpus.jsonl", linked(20))
	l.must(0, with(1, "run")...)
	before := l.status()
	kept := before.stage(stageVerify).Done
	if s := before.stage(stageNegatives); s.Planned != kept*3*int64(len(entries)) {
		t.Errorf("%+v", s)
	}
	l.must(0, with(3, "run")...)
	after := l.status()
	if s := after.stage(stageNegatives); s.Planned != kept*5*int64(len(entries)) || s.Pending+s.Failed != 0 || s.Done <= before.stage(stageNegatives).Done {
		t.Errorf("%+v", s)
	}
	l.must(0, with(3, "export", "--format", "hf,jsonl,st-labeled-pair", "--out", "x", "--spares")...)
	l.must(0, with(3, "check")...)
	l.must(0, "check", "x")
	seen := map[string]int{}
	for _, r := range l.rows("x") {
		positives, negatives := map[string]int{}, map[string]int{}
		for _, p := range r.Positives {
			positives[p.Source]++
		}
		for _, n := range r.Negatives {
			negatives[n.Strategy]++
		}
		if positives["generated"] > 2+2+1 || len(r.Hard) > 2 {
			t.Errorf("row %s has %v positives and %d hard queries: of paraphrase and twin 2, of triplet 1", r.QueryID, positives, len(r.Hard))
		}
		for s, n := range negatives {
			if most := map[bool]int{true: 1, false: 2}[s == "triplet"]; n > most {
				t.Errorf("row %s has %d negatives of %s", r.QueryID, n, s)
			}
		}
		for _, s := range r.Spares {
			seen[s.Strategy]++
		}
	}
	for _, s := range []string{"query-only", "query-only-elicited", "triplet", "query-positive", "decompose", "decompose-rewrite", "bm25", "dense"} {
		if seen[s] == 0 {
			t.Errorf("no spare of %s is left over: %v", s, seen)
		}
	}
	if seen["twin"]+seen["paraphrase"]+seen["hard-query"] > 0 {
		t.Errorf("positives or queries among the spares: %v", seen)
	}
}

// linked is a corpus in which each passage refers to the next five.
func linked(n int) string {
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSpace(labCorpus(n)), "\n") {
		var see []string
		for k := 1; k <= 5; k++ {
			see = append(see, fmt.Sprintf(`"p%05d"`, (i+k)%n))
		}
		b.WriteString(strings.TrimSuffix(line, "}") + `,"see":[` + strings.Join(see, ",") + "]}\n")
	}
	return b.String()
}

// What a raised pool asks for may fail, and be asked for again; what stood before stays.
func TestFailuresOfARaisedPoolAreRetried(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	l := newLab(t, 10, mockllm.Config{Fault: func(_ int, r mockllm.Recorded) *mockllm.Fault {
		if broken.Load() && r.Model == "w" {
			return &mockllm.Fault{Body: `{"id":"x","object":"chat.completion","model":"w","choices":[{"index":0,"finish_reason":"stop",` +
				`"message":{"role":"assistant","content":"I would rather not."}}],"usage":{"prompt_tokens":9,"completion_tokens":9}}`}
		}
		return nil
	}})
	l.must(0, pooledWith(0, 0, "run")...)
	before, kept := l.dataOf("run/export"), l.status().stage(stageVerify).Done
	broken.Store(true)
	l.must(4, pooledWith(2, 1, "run")...)
	if s := l.status().stage(stageNegatives); s.Failed != kept*2 || s.Pending != 0 {
		t.Errorf("%+v, want 2 failed slots of %d queries", s, kept)
	}
	l.must(0, pooledWith(2, 1, "check")...)
	l.must(4, pooledWith(0, 0, "export", "--format", "jsonl", "--out", "x")...)
	if !maps.Equal(before, l.dataOf("x")) {
		t.Error("what failed in the pool shows in an export without it")
	}
	broken.Store(false)
	l.must(0, pooledWith(2, 1, "retry")...)
	l.must(0, pooledWith(2, 1, "run")...)
	if s := l.status(); s.State != "complete" || s.failed() != 0 || s.stage(stageNegatives).Planned != kept*7 {
		t.Errorf("%+v", s)
	}
	l.must(0, pooledWith(2, 1, "check")...)
	l.must(0, pooledWith(0, 0, "export", "--format", "jsonl", "--out", "y")...)
	if !maps.Equal(before, l.dataOf("y")) {
		t.Error("without the pool, the export is not the one of before")
	}
}

// Through batches a raised pool comes to the same as live.
func TestARaisedPoolInBatches(t *testing.T) {
	t.Parallel()
	var want map[string]string
	for _, l := range []*lab{newLab(t, 6, mockllm.Config{}), newBatchLab(t, 6, mockllm.Config{})} {
		l.must(0, pooledWith(1, 0, "run")...)
		l.must(0, pooledWith(3, 2, "run", "--set", "export.spares=true")...)
		l.must(0, pooledWith(3, 2, "check")...)
		got := l.sums("run/export")
		if want != nil && !maps.Equal(want, got) {
			t.Error("batches lead to another export")
		}
		want = got
	}
}

// Models that share an entry share its pool.
func TestARaisedPoolOfSeveralModels(t *testing.T) {
	t.Parallel()
	with := func(pool int, args ...string) []string {
		return append(args, "--set", fmt.Sprintf("generate.negatives=[{strategy: query-only, models: [writer, large], count: 2, pool: %d}]", pool))
	}
	l := newLab(t, 20, mockllm.Config{})
	l.must(0, with(0, "run")...)
	kept, sent := l.status().stage(stageVerify).Done, l.server.Count()
	all, _ := l.objects(with(2, "plan")...)
	if items, calls := ofStage(all, stageNegatives); items != kept*2 || calls != kept {
		t.Errorf("%d slots in %d calls are planned for %d queries", items, calls, kept)
	}
	l.must(0, with(2, "run")...)
	asked := 0
	for _, r := range l.server.Requests()[sent:] {
		if r.Model == "w" {
			asked++
		}
	}
	if s := l.status(); s.State != "complete" || s.stage(stageNegatives).Planned != kept*4 || asked == 0 || asked >= int(kept) {
		t.Errorf("%+v; the first of two models was asked about %d of %d queries", s, asked, kept)
	}
	l.must(0, with(2, "check")...)
}

// A raised pool of a run that compares queries with their texts takes the vectors of its new texts, and no other.
func TestARaisedPoolTakesTheVectorsOfItsTexts(t *testing.T) {
	t.Parallel()
	l := newSimilarityLab(t, 20, mockllm.Config{}, "openai")
	l.must(0, pooledWith(1, 1, "run")...)
	l.must(0, pooledWith(2, 3, "run", "--set", "export.spares=true")...)
	l.sentOnce("raised")
	for _, r := range l.rows("run/export") {
		for _, s := range r.Spares {
			if s.Similarity == nil {
				t.Errorf("no similarity of %+v", s)
			}
		}
	}
	l.wantCosines("run/export")
	l.must(0, pooledWith(2, 3, "check")...)
	l.must(0, pooledWith(2, 3, "export", "--format", "jsonl", "--out", "x", "--spares", "--scores", "dense")...)
	for _, r := range l.rows("x") {
		for i := 1; i < len(r.Spares); i++ {
			if *r.Spares[i].Similarity > *r.Spares[i-1].Similarity {
				t.Errorf("the spares of %s are not by falling similarity", r.QueryID)
			}
		}
	}
}

// Queries that a raised pool has not reached stand with what they have, and the stages that are not wanted make none of them pending.
func TestARaisedPoolKeepsToLimitAndStage(t *testing.T) {
	t.Parallel()
	l := newLab(t, 20, mockllm.Config{})
	l.must(0, pooledWith(0, 0, "run")...)
	rows, sent, kept := len(l.rows("run/export")), l.server.Count(), l.status().stage(stageVerify).Done
	l.must(0, pooledWith(0, 3, "run", "--stage", "export", "--set", "export.spares=true")...)
	if got := l.rows("run/export"); len(got) != rows || l.server.Count() != sent {
		t.Errorf("%d rows of %d, and %d calls for an export", len(got), rows, l.server.Count()-sent)
	}
	if s := l.status().stage(stageNegatives); s.Pending != kept*3 {
		t.Errorf("%+v", s)
	}
	if r := l.must(0, pooledWith(0, 3, "run", "--limit", "8", "--set", "export.spares=true")...); !strings.Contains(r.err, "a pool was raised: 1") {
		t.Error(r.err)
	}
	with := 0
	got := l.rows("run/export")
	for _, r := range got {
		if len(r.Spares) > 0 {
			with++
			if r.PassageID > "p00007" {
				t.Errorf("spares of %s, and the limit is 8 passages", r.PassageID)
			}
		}
	}
	if len(got) < rows || with == 0 {
		t.Errorf("%d rows of %d, %d of them with spares", len(got), rows, with)
	}
	l.must(0, pooledWith(0, 3, "check")...)
	r := l.must(2, pooledWith(0, 3, "export", "--format", "jsonl", "--out", "x")...)
	if !strings.Contains(r.err, "items are pending") {
		t.Error(r.err)
	}
	l.must(0, pooledWith(0, 3, "run")...)
	if s := l.status(); s.State != "complete" || s.stage(stageNegatives).Planned != kept*7 {
		t.Errorf("%+v", s)
	}
	l.must(0, pooledWith(0, 3, "check")...)
}

func TestWhyTellsSparesFromOthers(t *testing.T) {
	t.Parallel()
	l := newLab(t, 12, mockllm.Config{})
	l.must(0, pooledWith(1, 3, "run")...)
	l.must(0, pooledWith(1, 3, "export", "--format", "jsonl", "--out", "x", "--spares")...)
	rows := l.rows("x")
	at := slices.IndexFunc(rows, func(r row) bool { return len(r.Spares) > 1 })
	out := l.must(0, pooledWith(1, 3, "why", rows[at].QueryID)...).out
	for _, want := range []string{"generated query-only, slot 0; ", "generated query-only, slot 2 (spare 1 of 1); ", "mined bm25, slot 4 (spare 3 of 3); ", "\nspare     [1] "} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}
	if out := l.must(0, pooledWith(0, 3, "why", rows[at].QueryID)...).out; !strings.Contains(out, "slot 2 (spare 1, beyond pool: 0); ") {
		t.Error(out)
	}
}
