package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/mockllm"
	"hardneg/store"
)

// The answers of one task, and answers that are nearly the same, are in one split, whatever ties them together.
func TestAnswersThatBelongTogetherAreInOneSplit(t *testing.T) {
	t.Parallel()
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	cfg := &config.Config{Generate: config.Generate{Queries: config.Queries{Prompt: generate.QueryTask, Tasks: config.Tasks{Count: 60}}}}
	im := &importer{cfg: cfg, st: st, say: func(string, ...any) {}}
	if err := im.corpus(t.Context()); err != nil {
		t.Fatal(err)
	}
	essay := func(n int) string {
		var b strings.Builder
		for i := range 60 {
			fmt.Fprintf(&b, "word%d ", n*1000+i)
		}
		return b.String()
	}
	const recipe = 1
	pages := slices.Collect(st.PassagePages(t.Context()))
	if len(pages) != 1 {
		t.Fatalf("%d pages", len(pages))
	}
	passages, err := pages[0]()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range passages {
		n := int(p.Row)
		var out []store.QueryOutcome
		for sample, text := range []string{essay(n), essay(n+1) + "and more"} { // the second answer of a task is nearly the first of the next
			q := hardneg.Query{Key: hardneg.KeyOf(p.ID, fmt.Sprint(sample)), Text: fmt.Sprint("query ", n, sample), PassageID: p.ID, Sample: sample, Asked: "so", Answer: text}
			if n > 30 && sample == 1 {
				q.Answer = essay(n*7 + 100) // and of these tasks it is not
			}
			out = append(out, store.QueryOutcome{Query: q, Norm: normOf(q.Text), Outcome: hardneg.Done})
		}
		if err := st.SaveQueries(store.Task{Recipe: recipe, Input: p.Row}, out); err != nil {
			t.Fatal(err)
		}
	}
	s, err := newSplitter(t.Context(), st, recipe, config.Split{Train: .4, Validation: .3, Test: .3}, 2)
	if err != nil {
		t.Fatal(err)
	}
	splits := map[string]int{}
	for n := range 60 {
		split := s.of(generate.TaskID(n))
		if splits[split]++; n <= 30 && split != s.of(generate.TaskID(0)) {
			t.Errorf("task %d is in split %s, and the first one in %s", n, split, s.of(generate.TaskID(0)))
		}
	}
	if len(splits) != 3 {
		t.Errorf("tasks that nothing ties together are in %v", splits)
	}
}

// All texts of tasks are written by a model, among positives and negatives: that is balanced, and says so.
func TestOriginsOfTasksAreBalanced(t *testing.T) {
	t.Parallel()
	l := newLab(t, 0, mockllm.Config{})
	l.must(0, ofTasksArgs(12, "run", "--set", "export.balance_origin=true", "--set", "export.formats=[hf, jsonl, st-triplet, beir, flagembedding, mteb]")...)
	rows := l.rows("run/export")
	if len(rows) < 6 {
		t.Errorf("%d rows", len(rows))
	}
	for _, r := range rows {
		if len(r.Positives) != 1 || r.Positives[0].Source != "generated" || slices.ContainsFunc(r.Negatives, func(n labText) bool { return n.Source != "generated" }) {
			t.Errorf("%+v", r)
		}
	}
	if card := l.card("run/export"); !strings.Contains(card, "Balanced: generated text has the same share") {
		t.Error(card)
	}
	l.must(0, "check", "run/export")
}

// A run is of tasks or of passages, has no fewer tasks than before, and says what it needs.
func TestARunOfTasksStaysOne(t *testing.T) {
	t.Parallel()
	l := newLab(t, 6, mockllm.Config{})
	l.must(0, ofTasksArgs(6, "run")...)
	first := l.sums("run/export")
	for want, args := range map[string][]string{
		"run are written for tasks, and prompt":       {"run"},
		"tasks.count is 4, and ":                      ofTasksArgs(4, "run"),
		"is asked for tasks, and nothing is imported": ofTasksArgs(6, "import", "corpus.jsonl"),
	} {
		for _, command := range []string{args[0], "plan"} {
			if r := l.must(2, append([]string{command}, args[1:]...)...); command == args[0] && !strings.Contains(r.err, want) {
				t.Errorf("%q is not said: %s", want, r.err)
			}
			if args[0] == "import" {
				break
			}
		}
	}
	l.must(0, ofTasksArgs(9, "run")...)
	whole := newLab(t, 0, mockllm.Config{})
	whole.must(0, ofTasksArgs(9, "run")...)
	if got := l.sums("run/export"); !maps.Equal(got, whole.sums("run/export")) || maps.Equal(got, first) {
		t.Error("tasks that are added later are others")
	}
	l.must(0, "run", "--set", "run.dir=passages")
	if r := l.must(2, ofTasksArgs(6, "run", "--set", "run.dir=passages")...); !strings.Contains(r.err, "holds 6 passages, and prompt \"query-task\" is asked for tasks alone") {
		t.Error(r.err)
	}
	l.must(0, ofTasksArgs(6, "try", "-n", "1")...)
	l.must(0, ofTasksArgs(6, "doctor")...)
	l.must(0, ofTasksArgs(9, "run", "--dry-run")...)
}

// The shards of a run have the tasks of the whole between them.
func TestShardsShareTheTasks(t *testing.T) {
	t.Parallel()
	l := newLab(t, 0, mockllm.Config{})
	sum := int64(0)
	for i := range 2 {
		dir := fmt.Sprint("run.dir=shard", i)
		shard := fmt.Sprint(i, "/2")
		planned, _ := l.objects(ofTasksArgs(12, "run", "--dry-run", "--json", "--shard", shard, "--set", dir)...)
		items, _ := ofStage(planned, stageQueries)
		l.must(0, ofTasksArgs(12, "run", "--shard", shard, "--set", dir)...)
		n := l.statusOf("--set", dir).stage(stageQueries).Planned
		if sum += n; n == 0 || n != items {
			t.Errorf("shard %d has %d queries, planned were %d", i, n, items)
		}
	}
	if sum != 24 {
		t.Errorf("%d queries in all, want two for each of 12 tasks", sum)
	}
}
