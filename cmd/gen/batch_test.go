package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

// newBatchLab is a lab whose models are asked through batches.
func newBatchLab(t *testing.T, passages int, cfg mockllm.Config) *lab {
	t.Helper()
	l := newLab(t, passages, cfg)
	l.write("config.yaml", batchConfig(l.server.URL))
	return l
}

func batchConfig(url string) string {
	text := fmt.Sprintf(labConfig, url)
	text = strings.ReplaceAll(text, "patience: 3s", "mode: batch, retries: 2, patience: 3s")
	return strings.Replace(text, "run: {dir: run, seed: 7}", "run: {dir: run, seed: 7, batch: {poll: 10ms}}", 1)
}

// live is the export of a run that asks one by one; it is made once for each number of passages.
func live(t *testing.T, passages int) map[string]string {
	t.Helper()
	lives.Lock()
	defer lives.Unlock()
	if lives.sums[passages] == nil {
		l := newLab(t, passages, mockllm.Config{})
		l.must(0, "run")
		lives.sums[passages] = l.sums("run/export")
	}
	return lives.sums[passages]
}

var lives = struct {
	sync.Mutex
	sums map[int]map[string]string
}{sums: map[int]map[string]string{}}

// submittedOnce checks that no request was in two batches that were accepted.
func (l *lab) submittedOnce() {
	l.t.Helper()
	for id, n := range l.server.Batches().Submitted {
		if n > 1 {
			l.t.Errorf("%s was submitted %d times", id, n)
		}
	}
}

// endsAs checks that a batch run is what a live run is.
func (l *lab) endsAs(want map[string]string) {
	l.t.Helper()
	if got := l.sums("run/export"); !maps.Equal(want, got) {
		l.t.Error("the export differs from that of a live run")
	}
	l.must(0, "check")
	l.must(0, "check", "run/export")
	if n := l.server.Count(); n != 0 {
		l.t.Errorf("%d single requests were sent", n)
	}
	before := l.server.Batches()
	l.must(0, "run")
	if now := l.server.Batches(); now.Uploads != before.Uploads || now.Batches != before.Batches {
		l.t.Error("a finished run submitted something")
	}
	if left, err := filepath.Glob(filepath.Join(l.dir, "run", "batches", "*")); err != nil || len(left) > 0 {
		l.t.Errorf("files are left: %v, %v", left, err)
	}
}

func TestABatchRunGivesTheExportOfALiveRun(t *testing.T) {
	t.Parallel()
	want := live(t, 20)
	l := newBatchLab(t, 20, mockllm.Config{Batch: mockllm.BatchConfig{Looks: 2, Shuffle: true, Repeat: true, Unknown: true}})
	l.must(0, "run")
	l.submittedOnce()
	l.endsAs(want)
	s, b := l.status(), l.server.Batches()
	if got := s.Calls.OK + s.Calls.Failed; got != int64(b.Lines) {
		t.Errorf("%d calls are counted, %d requests were in batches", got, b.Lines)
	}
	if s.Cost == 0 {
		t.Error("nothing was priced")
	}
}

// The bodies of batches are those of single requests, byte by byte.
func TestALineHasTheBodyOfASingleRequest(t *testing.T) {
	t.Parallel()
	var single []string
	var l *lab
	ones := make(chan string, 10000)
	l = newLab(t, 4, mockllm.Config{Fault: func(_ int, r mockllm.Recorded) *mockllm.Fault { ones <- string(r.Body); return nil }})
	l.must(0, "run", "--set", "models.writer.extra.seed=7", "--set", "models.small.extra.model=s2")
	close(ones)
	for b := range ones {
		single = append(single, b)
	}
	batch := newBatchLab(t, 4, mockllm.Config{})
	batch.must(0, "run", "--set", "models.writer.extra.seed=7", "--set", "models.small.extra.model=s2")
	var bodies []string
	for _, b := range batch.server.Batches().Bodies {
		bodies = append(bodies, string(b))
	}
	slices.Sort(single)
	slices.Sort(bodies)
	if !slices.Equal(single, bodies) {
		t.Errorf("%d bodies of single requests, %d of lines, and they differ", len(single), len(bodies))
	}
}

// A batch run that is killed at any step goes on, and hands nothing over twice.
func TestABatchRunKilledAtEveryStepGivesTheSameExport(t *testing.T) {
	t.Parallel()
	want := live(t, 8)
	for _, at := range []struct {
		id, event string
		n         int
	}{{"P1", "upload", 1}, {"N50", "uploaded", 1}, {"N50", "create", 1}, {"N50", "created", 1}, {"N50", "created", 3}, {"P1", "retrieve", 1}, {"P1", "content", 1},
		{"P1", "content", 3}, {"N50", "uploaded", 4}} {
		t.Run(fmt.Sprint(at.id, " ", at.event, at.n), func(t *testing.T) {
			var victim atomic.Pointer[exec.Cmd]
			started := make(chan struct{})
			l := newBatchLab(t, 8, mockllm.Config{Batch: mockllm.BatchConfig{Looks: 1, Page: 1, Fault: func(event string, n int) *mockllm.Fault {
				<-started
				if c := victim.Load(); c != nil && event == at.event && n == at.n {
					_ = c.Process.Kill()
					time.Sleep(50 * time.Millisecond) // nobody is there to get the answer
				}
				return nil
			}}})
			c := l.command("run")
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			victim.Store(c)
			close(started)
			_ = c.Wait()
			victim.Store(nil)
			if c.ProcessState.ExitCode() != -1 {
				t.Fatalf("it was not killed: %v", c.ProcessState)
			}
			l.must(0, "run")
			l.submittedOnce()
			l.endsAs(want)
		})
	}
}

// Answers are stored in several commits; a kill between them costs nothing.
func TestABatchRunKilledWhileItCollects(t *testing.T) {
	t.Parallel()
	want := live(t, 30)
	l := newBatchLab(t, 30, mockllm.Config{})
	landed := false
	for range 20 {
		c := l.command("run")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		before := l.server.BatchEvents("content")
		waitFor(t, "a file of results to be fetched, or the end", func() bool {
			return l.server.BatchEvents("content") > before || syscall.Kill(c.Process.Pid, 0) != nil || exited(l)
		})
		_ = c.Process.Kill()
		_ = c.Wait()
		landed = landed || c.ProcessState.ExitCode() == -1
		if exited(l) {
			break
		}
	}
	if !landed {
		t.Error("no kill landed")
	}
	l.must(0, "run")
	l.submittedOnce()
	l.endsAs(want)
}

// exited reports whether the run has its export.
func exited(l *lab) bool {
	_, err := os.Stat(filepath.Join(l.dir, "run", "export", "jsonl", "manifest.json"))
	return err == nil
}

func TestASignalWhileWaitingForABatchEndsAtOnceAndTheNextRunGoesOn(t *testing.T) {
	t.Parallel()
	want := live(t, 5)
	for sig, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		l := newBatchLab(t, 5, mockllm.Config{Batch: mockllm.BatchConfig{Looks: 3}})
		c := l.command("run", "--set", "run.batch.poll=1h")
		var errs bytes.Buffer
		c.Stderr = &errs
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "a look at a batch", func() bool { return l.server.BatchEvents("retrieve") > 0 })
		time.Sleep(50 * time.Millisecond)
		kill(t, c, sig)
		_ = c.Wait()
		if got := c.ProcessState.ExitCode(); got != code || !strings.Contains(errs.String(), "10 requests of models.writer are at the provider") {
			t.Errorf("%v: exit %d: %s", sig, got, errs.String())
		}
		if r := l.must(0, "batch", "status"); !strings.Contains(r.out, "submitted") {
			t.Errorf("status: %s", r.out)
		}
		l.must(0, "run")
		l.submittedOnce()
		l.endsAs(want)
	}
}

func TestStatusOfBatchesAsJSONWorksWhileTheRunWaits(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 5, mockllm.Config{Batch: mockllm.BatchConfig{Looks: 3}})
	c := l.command("run", "--set", "run.batch.poll=1h")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Process.Kill(); _ = c.Wait() }()
	waitFor(t, "a submitted batch", func() bool { return strings.Contains(l.gen("batch", "status").out, "submitted") })
	for line := range strings.Lines(l.must(0, "batch", "status", "--json").out) {
		var b batchLine
		if err := json.Unmarshal([]byte(line), &b); err != nil {
			t.Fatal(err)
		}
		if b.Type != "batch" || b.Role != "writer" || b.Requests != 10 || b.State != "submitted" || b.Remote == "" {
			t.Errorf("%+v", b)
		}
	}
	l.must(7, "batch", "collect")
	l.must(7, "batch", "submit")
}
