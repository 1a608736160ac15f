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
	l := newLab(t, 10, mockllm.Config{})
	flags := []string{"--config", "config.yaml", "--set", "run.budget.calls=3", "--set", "judge.relevance=it's so", "--limit", "5", "--stage", "queries", "--stage", "verify", "--shard", "0/1"}
	r := l.must(8, append([]string{"run"}, flags...)...)
	want := `go on with: gen run --config config.yaml --set run.budget.calls=3 --set 'judge.relevance=it'\''s so' --stage queries --stage verify --limit 5 --shard 0/1`
	if last := lastOf(r.err); !strings.HasSuffix(last, want) || !strings.HasPrefix(last, "kept in ") {
		t.Errorf("got  %s\nwant %s", last, want)
	}
}

func TestTheLastLineOfErrorsBeforeTheRunSaysWhatIsKept(t *testing.T) {
	l := newOfflineLab(t, 3)
	for _, args := range [][]string{{"--fast"}, {"now"}, {"--limit", "x"}, {"--limit", "0"}, {"--stage", "x"}, {"--set", "models.writer.api_key=sk-1234567890abcdef"}} {
		r := l.must(2, append([]string{"run"}, args...)...)
		if last := lastOf(r.err); last != "nothing was started; what the run directory holds is unchanged; go on with the same command, put right" {
			t.Errorf("%v: %s", args, last)
		}
	}
}

func TestTheLastLineTellsOfAnImportThatIsKept(t *testing.T) {
	l := newOfflineLab(t, 3)
	l.write("bad.jsonl", "{}\n")
	r := l.must(3, "run", "--set", "corpus.path=[corpus.jsonl, z.jsonl]")
	if last := lastOf(r.err); !strings.HasPrefix(last, "nothing was started: nothing was imported") || !strings.Contains(last, "go on with: gen run --set 'corpus.path=") {
		t.Errorf("a file that is not there: %s", last)
	}
	r = l.must(3, "run", "--set", "corpus.path=[corpus.jsonl, d.jsonl]")
	if s := l.status(); len(s.Stages) > 0 && s.stage(stageQueries).Planned > 0 {
		t.Errorf("something was imported: %s", r.err)
	}
	l.write("d.jsonl", "{}\n")
	r = l.must(3, "run", "--set", "corpus.path=[corpus.jsonl, d.jsonl]")
	if last := lastOf(r.err); !strings.Contains(last, "imported and kept in") || !strings.Contains(last, "corpus.jsonl (3 passages)") || strings.Contains(last, "nothing") {
		t.Errorf("after an import: %s", last)
	}
}

func TestTheLastLinesOfABusyRunAndOfASecondSignal(t *testing.T) {
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
