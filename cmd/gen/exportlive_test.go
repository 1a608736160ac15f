package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"syscall"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

// complete reads what a manifest says of its export.
func (l *lab) complete(dir string) bool {
	l.t.Helper()
	b, err := os.ReadFile(filepath.Join(l.dir, dir, "manifest.json"))
	if err != nil {
		l.t.Fatal(err)
	}
	var m struct{ Complete bool }
	if err := json.Unmarshal(b, &m); err != nil {
		l.t.Fatal(err)
	}
	return m.Complete
}

// TestAnExportOfARunThatIsGoingOn: its rows are whole, they are those of the final export, and the run does not notice.
func TestAnExportOfARunThatIsGoingOn(t *testing.T) {
	t.Parallel()
	l := newLab(t, 60, mockllm.Config{Latency: 30 * time.Millisecond})
	run := l.command("run")
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "twenty judged candidates", func() bool {
		r := l.gen("status", "--json")
		var s status
		return r.code == 0 && json.Unmarshal([]byte(r.out), &s) == nil && s.stage(stageJudge).Done >= 20
	})
	l.must(2, "export", "--format", "jsonl", "--out", "refused")
	partial := []string{"a", "b", "c"}
	for _, dir := range partial {
		l.must(0, "export", "--format", "jsonl,st-ntuple,beir", "--out", dir, "--allow-partial", "--set", "export.negatives=1")
		l.must(0, "check", dir)
	}
	if l.complete("a/jsonl") {
		t.Error("an export of a run that goes on says that it is complete")
	}
	if err := run.Wait(); err != nil {
		t.Fatal(err)
	}
	if !l.complete("run/export/jsonl") {
		t.Error("the run's own export says that it is not complete")
	}
	final := map[string]row{}
	for _, r := range l.rows("run/export") {
		final[r.QueryID] = r
	}
	for _, dir := range partial {
		rows := l.rows(dir)
		if len(rows) == 0 || len(rows) > len(final) {
			t.Errorf("%s has %d rows, the final export has %d", dir, len(rows), len(final))
		}
		for _, r := range rows {
			if !reflect.DeepEqual(r, final[r.QueryID]) {
				t.Errorf("%s: row %s differs from the final one", dir, r.QueryID)
			}
		}
	}
}

// TestAKilledExportLeavesTheOldOne kills exports at many moments: what stands is the old one or the new one, and whole.
func TestAKilledExportLeavesTheOldOne(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 60)
	l.must(0, "run")
	l.must(0, "export", "--format", "hf,mteb", "--out", "x")
	for delay := time.Duration(0); delay < 300*time.Millisecond; delay += 20 * time.Millisecond {
		c := l.command("export", "--format", "hf,mteb", "--out", "x", "--force", "--set", "relabel.policy=remove-query")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(delay)
		kill(t, c, syscall.SIGKILL)
		_ = c.Wait()
		l.must(0, "check", "x")
	}
	l.must(0, "export", "--format", "hf,mteb", "--out", "x", "--force")
	entries, err := os.ReadDir(filepath.Join(l.dir, "x"))
	if err != nil || len(entries) != 2 {
		t.Errorf("left: %v, %v", entries, err)
	}
}
