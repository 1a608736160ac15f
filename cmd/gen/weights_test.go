package main

import (
	"strings"
	"sync/atomic"
	"testing"

	"hardneg/internal/mockllm"
)

// N49: a tag of Ollama is pulled anew in the middle of a run, and means another model from then on.
func TestN49OtherWeightsUnderTheSameName(t *testing.T) {
	t.Parallel()
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

// N49: a server comes back with other weights in the middle of a run: the connection to it was lost, so it is asked before it gets more
// work. One that says that it is the same goes on.
func TestN49OtherWeightsAfterALostConnection(t *testing.T) {
	for name, way := range map[string]func(*lab){
		"vllm":   func(l *lab) { l.edit("concurrency: 4", "concurrency: 2") },
		"ollama": func(l *lab) { l.edit("provider: openai", "provider: ollama"); l.edit("/v1", "") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var digest atomic.Value
			digest.Store("sha256:aaaaaaaaaaaaaaaaaaaa")
			l := newLab(t, 30, mockllm.Config{Models: []string{"w", "s", "l"}, Digest: func() string { return digest.Load().(string) }, Fault: func(n int, _ mockllm.Recorded) *mockllm.Fault {
				switch n {
				case 15:
					return &mockllm.Fault{CloseBefore: true}
				case 60:
					digest.Store("sha256:bbbbbbbbbbbbbbbbbbbb")
					return &mockllm.Fault{CloseBefore: true}
				}
				return nil
			}})
			way(l)
			r := l.must(2, "run")
			if n := l.server.Count(); n < 60 || n > 60+3*10 || !strings.Contains(r.err, "had sha256:aaa") || !strings.Contains(r.err, "has sha256:bbb") || !strings.Contains(r.err, "go on with: gen run") {
				t.Errorf("%d calls: %s", n, r.err)
			}
			if s := l.status(); s.failed() > 0 || s.pending() == 0 {
				t.Errorf("%+v", s.Stages)
			}
			l.must(2, "run")
			l.must(0, "run", "--accept-changes")
			l.must(0, "check")
		})
	}
}
