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

	"hardneg/internal/mockllm"
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
