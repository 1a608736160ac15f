package main

import (
	"strings"
	"sync/atomic"
	"testing"

	"hardneg/internal/mockllm"
)

// N49: a tag of Ollama is pulled anew in the middle of a run, and means another model from then on.
func TestN49OtherWeightsUnderTheSameName(t *testing.T) {
	var digest atomic.Value
	digest.Store("sha256:aaaaaaaaaaaaaaaaaaaa")
	l := newLab(t, 6, mockllm.Config{Models: []string{"w:latest", "s", "l"}, Digest: func() string { return digest.Load().(string) }})
	l.edit("provider: openai", "provider: ollama")
	l.edit("/v1", "")
	l.must(0, "run", "--limit", "3")
	l.must(0, "run", "--limit", "4")
	sent := l.server.Count()
	digest.Store("sha256:bbbbbbbbbbbbbbbbbbbb")
	r := l.must(2, "run")
	if !strings.Contains(r.err, "sha256:aaa") || !strings.Contains(r.err, "w at http") || !strings.Contains(r.err, "--accept-changes") || l.server.Count() != sent {
		t.Errorf("%d calls: %s", l.server.Count()-sent, r.err)
	}
	l.must(0, "run", "--accept-changes")
	digest.Store("")
	l.must(0, "run")
	l.must(0, "check")
}
