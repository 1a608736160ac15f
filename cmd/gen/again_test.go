package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

func lastOf(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

func TestTheLastLineRepeatsTheFlags(t *testing.T) {
	t.Parallel()
	l := newLab(t, 10, mockllm.Config{})
	flags := []string{"--config", "config.yaml", "--set", "run.budget.calls=3", "--set", "judge.relevance=it's so", "--limit", "5", "--stage", "queries", "--stage", "verify", "--shard", "0/1"}
	r := l.must(8, append([]string{"run"}, flags...)...)
	want := `go on with: gen run --config config.yaml --set run.budget.calls=3 --set 'judge.relevance=it'\''s so' --stage queries --stage verify --limit 5 --shard 0/1`
	if last := lastOf(r.err); !strings.HasSuffix(last, want) || !strings.HasPrefix(last, "kept in ") {
		t.Errorf("got  %s\nwant %s", last, want)
	}
}

// A command without the variables that set the config would be of another run.
func TestTheLastLineRepeatsTheEnvironment(t *testing.T) {
	t.Parallel()
	l := newLab(t, 10, mockllm.Config{})
	l.env = []string{"GEN_RUN_DIR=elsewhere", "GEN_JUDGE_RELEVANCE=it's so", "GEN_MODELS_WRITER_API_KEY=env:GEN_SECRET", "GEN_SECRET=sk-1234567890abcdef1234567890",
		"GEN_RUN_ON_END=", "GEN_CORPUS_LANGUAGE=en"}
	r := l.must(8, "run", "--set", "run.budget.calls=3")
	want := `go on with: GEN_CORPUS_LANGUAGE=en GEN_JUDGE_RELEVANCE='it'\''s so' GEN_MODELS_WRITER_API_KEY=env:GEN_SECRET GEN_RUN_DIR=elsewhere gen run --set run.budget.calls=3`
	if last := lastOf(r.err); !strings.HasSuffix(last, want) || strings.Contains(r.err, "sk-12") {
		t.Errorf("got  %s\nwant %s", last, want)
	}
	l.env = append(l.env, "GEN_JUDGE_RELEVANCE=as sk-proj-1234567890abcdef1234567890 says")
	r = l.must(2, "run", "--set", "run.budget.calls=3")
	if strings.Contains(r.err, "sk-proj") {
		t.Errorf("a key is repeated:\n%s", r.err)
	}
}

func TestTheLastLineOfErrorsBeforeTheRunSaysWhatIsKept(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 3)
	for _, args := range [][]string{{"--fast"}, {"now"}, {"--limit", "x"}, {"--limit", "0"}, {"--stage", "x"}, {"--set", "models.writer.api_key=sk-1234567890abcdef"}} {
		r := l.must(2, append([]string{"run"}, args...)...)
		if last := lastOf(r.err); last != "nothing was started; what the run directory holds is unchanged; go on with the same command, put right" {
			t.Errorf("%v: %s", args, last)
		}
	}
}

func TestTheLastLineTellsOfAnImportThatIsKept(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 3)
	l.write("bad.jsonl", "{}\n")
	r := l.must(3, "run", "--set", "corpus.path=[corpus.jsonl, z.jsonl]")
	if last := lastOf(r.err); !strings.HasPrefix(last, "nothing was started") || !strings.Contains(last, "go on with: gen run --set 'corpus.path=") {
		t.Errorf("a file that is not there: %s", last)
	}
	l.noRun()
	l.write("d.jsonl", "{}\n")
	r = l.must(3, "run", "--set", "corpus.path=[corpus.jsonl, d.jsonl]")
	if last := lastOf(r.err); !strings.Contains(last, "imported and kept in") || !strings.Contains(last, "corpus.jsonl (3 passages)") || strings.Contains(last, "nothing") {
		t.Errorf("after an import: %s", last)
	}
}

// What failed before an endpoint went away is not asked for again by itself.
func TestTheLastLineOfAnEndpointThatIsGoneTellsOfRetry(t *testing.T) {
	t.Parallel()
	l := newLab(t, 20, mockllm.Config{Fault: func(n int, r mockllm.Recorded) *mockllm.Fault {
		switch {
		case n == 3:
			return &mockllm.Fault{Status: 400, Body: `{"error":{"message":"this one never"}}`}
		case n > 10:
			return &mockllm.Fault{Status: 401}
		}
		return nil
	}})
	r := l.must(5, "run", "--set", "models.writer.patience=1s")
	if last := lastOf(r.err); !strings.Contains(last, "items pending, 1 failed (pending again after: gen retry --set models.writer.patience=1s); go on with: gen run") {
		t.Error(last)
	}
}

func TestTheLastLinesOfABusyRunAndOfASecondSignal(t *testing.T) {
	t.Parallel()
	l := newLab(t, 8, mockllm.Config{Latency: time.Minute})
	c := l.command("run", "--set", "run.drain=60s")
	var errs strings.Builder
	c.Stderr = &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "a call on its way", func() bool { return l.server.InFlight() > 0 })
	r := l.must(7, "run", "--set", "run.seed=7")
	if last := lastOf(r.err); !strings.Contains(last, "is kept; when it has ended go on with: gen run --set run.seed=7") {
		t.Errorf("in use: %s", last)
	}
	kill(t, c, syscall.SIGINT)
	time.Sleep(200 * time.Millisecond)
	kill(t, c, syscall.SIGINT)
	_ = c.Wait()
	if last := lastOf(errs.String()); !strings.HasSuffix(last, "everything that was saved is kept; go on with: gen run --set run.drain=60s") {
		t.Errorf("second signal: %s", last)
	}
}
