package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hardneg/internal/mockllm"
)

func TestARunWhoseFolderIsDeletedStops(t *testing.T) {
	t.Parallel()
	l := newLab(t, 400, mockllm.Config{Latency: 20 * time.Millisecond})
	done := make(chan result, 1)
	go func() { done <- l.gen("run") }()
	waitFor(t, "calls", func() bool { return l.server.Count() > 20 })
	if err := os.RemoveAll(filepath.Join(l.dir, "run")); err != nil {
		t.Fatal(err)
	}
	r := <-done
	sent := l.server.Count()
	if r.code != exitStorage || !strings.Contains(r.err, "not in its place") || !strings.Contains(r.err, "nothing is kept") {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	if sent > 2000 {
		t.Errorf("%d calls were made", sent)
	}
	if _, err := os.Stat(filepath.Join(l.dir, "run", "export")); err == nil {
		t.Error("an export was written")
	}
}
