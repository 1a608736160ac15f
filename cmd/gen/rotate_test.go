package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"hardneg/internal/mockllm"
)

// N56: the key of a run expires in the night. One that lies in a file was renewed there, and the run ends as if nothing had been;
// one in the environment can't change, and the run stops.
func TestN56AKeyThatExpiresInTheMiddle(t *testing.T) {
	t.Parallel()
	var accepts atomic.Value
	var rotated atomic.Bool
	accepts.Store("Bearer first-key")
	var file string
	l := newLab(t, 12, mockllm.Config{Fault: func(n int, r mockllm.Recorded) *mockllm.Fault {
		if n == 30 {
			if err := os.WriteFile(file, []byte("second-key\n"), 0o600); err != nil {
				t.Error(err)
			}
			accepts.Store("Bearer second-key")
			rotated.Store(true)
		}
		if r.Header.Get("Authorization") != accepts.Load() {
			return &mockllm.Fault{Status: 401, Body: `{"error":{"message":"the key has expired","code":"invalid_api_key"}}`}
		}
		return nil
	}})
	file = filepath.Join(l.dir, "key")
	config, err := os.ReadFile(filepath.Join(l.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	withKey := func(ref string) {
		l.write("config.yaml", strings.ReplaceAll(string(config), `api_key: ""`, "api_key: "+ref))
	}

	l.env = []string{"KEY=first-key"}
	withKey("env:KEY")
	r := l.must(5, "run", "--set", "run.dir=environment")
	if !rotated.Load() || !strings.Contains(r.err, "api_key") || strings.Contains(r.err, "first-key") {
		t.Error(r.err)
	}

	l.server.Reset()
	accepts.Store("Bearer first-key")
	l.write("key", "first-key\n")
	withKey("file:key")
	r = l.must(0, "run")
	if s := l.status(); s.failed() != 0 || s.Calls.Failed == 0 || s.Calls.Failed > 10 || !strings.Contains(r.err, "read again") {
		t.Errorf("%+v: %s", s.Calls, r.err)
	}
}
