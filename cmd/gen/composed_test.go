package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/mockllm"
	"hardneg/store"
)

// ofTasksArgs has queries written for tasks, two a task, with two negatives each.
func ofTasksArgs(tasks int, args ...string) []string {
	return append(args, "--set", "corpus.path=[]", "--set", "generate.queries.prompt=query-task", "--set", fmt.Sprint("generate.queries.tasks.count=", tasks),
		"--set", "generate.queries.tasks.per_request=5", "--set", "generate.queries.tasks.languages=[en]", "--set", "generate.negatives=[{strategy: triplet, model: writer, count: 2}]")
}

// fromPassages has queries written with a further positive and two negatives.
func fromPassages(args ...string) []string {
	return append(args, "--set", "generate.queries.prompt=query-triplet", "--set", "generate.negatives=[{strategy: triplet, model: writer, count: 3}]")
}

// wantStageCalls compares the calls of the stages that write with what was planned.
func (l *lab) wantStageCalls(planned []object, queries int64) {
	l.t.Helper()
	_, q := ofStage(planned, stageQueries)
	_, n := ofStage(planned, stageNegatives)
	if q != queries || n != 0 || l.callsOf(stageQueries) != queries || l.callsOf(stageNegatives) != 0 {
		l.t.Errorf("queries: %d calls planned, %d made; negatives: %d and %d; want %d, and none for what comes with them",
			q, l.callsOf(stageQueries), n, l.callsOf(stageNegatives), queries)
	}
}

// From tasks: some are thought up in a request, and each query comes with its answer and its negatives in one more. All of it is judged.
func TestTripletsOfTasks(t *testing.T) {
	t.Parallel()
	l := newLab(t, 0, mockllm.Config{})
	planned, _ := l.objects(ofTasksArgs(12, "plan")...)
	l.must(0, ofTasksArgs(12, "run")...)
	l.wantStageCalls(planned, 3+24)
	sent := l.server.Count()
	l.must(0, ofTasksArgs(12, "run")...)
	if l.server.Count() != sent {
		t.Error("a finished run made calls")
	}
	asked := map[string]bool{}
	for _, c := range l.recipeCalls() {
		user := userPart(c)
		thinking := strings.HasPrefix(user, "First step. Think up 5 search tasks")
		if c.Stage == stageQueries && thinking == strings.HasPrefix(user, "<<<task ") {
			t.Errorf("neither step: %s", user)
		}
		if c.Stage == stageQueries && !thinking {
			_, slots, _ := strings.Cut(user, "Query: ")
			slots, _, _ = strings.Cut(slots, "\n")
			asked[slots] = true
		}
	}
	if len(asked) < 12 {
		t.Errorf("the slots of 24 queries are %q", slices.Collect(maps.Keys(asked)))
	}
	rows := l.rows("run/export")
	for _, r := range rows {
		p := r.Positives[0]
		if p.DocID != r.PassageID || p.Source != "generated" || p.Grade == nil || *p.Grade < 2 || p.Score == nil {
			t.Errorf("the first positive of %s is %+v", r.QueryID, p)
		}
		for _, n := range r.Negatives {
			if n.Source != "generated" || n.Strategy != "triplet" || n.Model != "w" || n.Grade == nil {
				t.Errorf("a negative of %s is %+v", r.QueryID, n)
			}
		}
	}
	if len(rows) < 8 {
		t.Errorf("%d rows", len(rows))
	}
	l.must(0, ofTasksArgs(12, "check")...)
	l.must(0, "check", "run/export")
	out := l.must(0, ofTasksArgs(12, "why", rows[0].PassageID)...).out
	for _, want := range []string{"asked for: task: Given a question about ", "; query: ", " words, for readers with a ", "education; language: English\n", "written with it, in place of a passage:",
		"its task was thought up with others before:", "generated triplet, slot 0; done\nasked for: query: "} {
		if !strings.Contains(out, want) {
			t.Errorf("why does not say %q:\n%s", want, out)
		}
	}
	if card := l.card("run/export"); !strings.Contains(card, "2 per task, of 12 tasks") || !strings.Contains(card, "without any passage") || !strings.Contains(card, "the answer that was written with the query, which needs grade 2") {
		t.Error(card)
	}
}

// From a passage: one request a query, whose texts are the slots of the strategy.
func TestTripletsOfPassages(t *testing.T) {
	t.Parallel()
	l := newLab(t, 12, mockllm.Config{})
	planned, _ := l.objects(fromPassages("plan")...)
	l.must(0, fromPassages("run")...)
	l.wantStageCalls(planned, 24)
	for _, c := range l.recipeCalls() {
		if c.Stage == stageQueries && (strings.Count(userPart(c), "<<<passage ") != 1 || !strings.Contains(userPart(c), "1. a document of ") || strings.Count(userPart(c), " words that does not answer the query") != 2) {
			t.Errorf("%s", userPart(c))
		}
	}
	rows := l.rows("run/export")
	for _, r := range rows {
		if p := r.Positives[0]; p.DocID != r.PassageID || p.Source != "passage" || !strings.HasPrefix(p.DocID, "p0") {
			t.Errorf("the first positive of %s is %+v", r.QueryID, p)
		}
	}
	if len(rows) < 12 {
		t.Errorf("%d rows", len(rows))
	}
	out := l.must(0, fromPassages("why", rows[0].QueryID)...).out
	for _, want := range []string{"asked for: query: ", "generated triplet, slot 2; done", "asked for: query: "} {
		if !strings.Contains(out, want) {
			t.Errorf("why does not say %q:\n%s", want, out)
		}
	}
	l.must(0, "check", "run/export")
}

// Queries with documents come to the same one by one, through batches, after kills, and first in part.
func TestTripletsHoweverTheyAreAsked(t *testing.T) {
	t.Parallel()
	for name, args := range map[string]func(...string) []string{"tasks": func(a ...string) []string { return ofTasksArgs(10, a...) }, "passages": fromPassages} {
		live := newLab(t, 10, mockllm.Config{})
		live.must(0, args("run")...)
		batched := newBatchLab(t, 10, mockllm.Config{})
		batched.must(0, args("run")...)
		batched.submittedOnce()
		part := newLab(t, 10, mockllm.Config{})
		part.must(0, args("run", "--limit", "3")...)
		part.must(0, args("run", "--stage", "queries", "--stage", "verify")...)
		part.must(0, args("run")...)
		killed := newLab(t, 10, mockllm.Config{Latency: 20 * time.Millisecond})
		for landed := range 4 {
			c := killed.command(args("run")...)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			waitFor(t, "a call", func() bool { return killed.server.Count() > 6*landed && killed.server.InFlight() > 0 })
			_ = c.Process.Signal(syscall.SIGKILL) // it may have ended
			_ = c.Wait()
		}
		killed.must(0, args("run")...)
		want := live.sums("run/export")
		for how, l := range map[string]*lab{"through batches": batched, "in parts": part, "after kills": killed} {
			if !maps.Equal(want, l.sums("run/export")) || len(want) == 0 {
				t.Errorf("%s %s: the export is another one", name, how)
			}
			l.must(0, "check")
		}
	}
}

// A reply that can't be read fails its items alone; a retry asks again, and what follows is as if nothing had been.
func TestTripletsAfterUnreadableReplies(t *testing.T) {
	t.Parallel()
	var mended atomic.Bool
	l := newLab(t, 0, mockllm.Config{Fault: func(_ int, r mockllm.Recorded) *mockllm.Fault {
		if !mended.Load() && strings.Contains(string(r.Body), "Second step.") && strings.Contains(string(r.Body), "ambiguous. Documents") {
			return &mockllm.Fault{Body: `{"choices":[{"message":{"role":"assistant","content":"{\"user_query\": \"a query of its own\"}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":9}}`}
		}
		return nil
	}})
	l.must(4, ofTasksArgs(10, "run")...)
	s := l.status().stage(stageQueries)
	if s.Failed == 0 || s.Failed == s.Planned || s.Pending != 0 {
		t.Errorf("%+v", s)
	}
	mended.Store(true)
	l.must(0, "retry", "--stage", "queries")
	l.must(0, ofTasksArgs(10, "run")...)
	if s := l.status(); s.stage(stageQueries).Failed != 0 || s.stage(stageNegatives).Done+s.stage(stageNegatives).Rejected != s.stage(stageNegatives).Planned {
		t.Errorf("%+v", s.Stages)
	}
	l.must(0, "check")
}

// What the judges do not take for an answer is no positive: its query is in no row.
func TestAnAnswerOfATaskMustBeOne(t *testing.T) {
	t.Parallel()
	l := newLab(t, 0, mockllm.Config{Grades: func(_, _, passage string) string {
		if strings.Contains(passage, " All of ") && len(passage)%2 == 0 {
			return "1"
		}
		if strings.Contains(passage, " All of ") {
			return "3"
		}
		return "1"
	}})
	l.must(0, ofTasksArgs(10, "run")...)
	if s := l.status().stage(stageVerify); s.Rejected == 0 || s.Done == 0 {
		t.Errorf("%+v", s)
	}
	for _, r := range l.rows("run/export") {
		if len(r.Positives[0].Text)%2 == 0 || *r.Positives[0].Grade != 3 {
			t.Errorf("%+v", r.Positives[0])
		}
	}
}

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
	err = st.EachPassage(t.Context(), func(row int64, p hardneg.Passage) error {
		n := int(row)
		var out []store.QueryOutcome
		for sample, text := range []string{essay(n), essay(n+1) + "and more"} { // the second answer of a task is nearly the first of the next
			q := hardneg.Query{Key: hardneg.KeyOf(p.ID, fmt.Sprint(sample)), Text: fmt.Sprint("query ", n, sample), PassageID: p.ID, Sample: sample, Asked: "so", Answer: text}
			if n > 30 && sample == 1 {
				q.Answer = essay(n*7 + 100) // and of these tasks it is not
			}
			out = append(out, store.QueryOutcome{Query: q, Norm: normOf(q.Text), Outcome: hardneg.Done})
		}
		return st.SaveQueries(store.Task{Recipe: recipe, Input: row}, out)
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSplitter(t.Context(), st, recipe, config.Split{Train: .4, Validation: .3, Test: .3})
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
