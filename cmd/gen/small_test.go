package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPromptsAreShownWithoutAConfig(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 1)
	if err := os.Remove(filepath.Join(l.dir, "config.yaml")); err != nil {
		t.Fatal(err)
	}
	if r := l.must(0, "prompt", "list"); !strings.Contains(r.out, "query-only") || r.err != "" {
		t.Errorf("%s%s", r.out, r.err)
	}
	if r := l.must(0, "prompt", "show", "grade"); !strings.Contains(r.out, "define") {
		t.Error(r.out)
	}
	l.must(2, "prompt", "list", "--config", "config.yaml")
	l.must(2, "prompt", "list", "--set", "prompts.dir=nowhere")
	l.must(2, "status")
}
