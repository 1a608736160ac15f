package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	stdin, closeStdin := io.Pipe()
	out, stdout := io.Pipe()
	log := filepath.Join(t.TempDir(), "log")
	done := make(chan error)
	go func() { done <- run([]string{"-latency", "0s", "-stdin", "-log", log}, stdin, stdout) }()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(strings.TrimSpace(line)+"/v1/chat/completions", "application/json", strings.NewReader(`{"model":"m"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	_ = closeStdin.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(log); err != nil || !strings.Contains(string(b), `"model":"m"`) {
		t.Errorf("%s, %v", b, err)
	}
}

func TestBadFlags(t *testing.T) {
	for _, args := range [][]string{{"-addr", "0.0.0.0:0"}, {"-precompute", "some"}} {
		if err := run(args, strings.NewReader(""), io.Discard); err == nil {
			t.Error(args)
		}
	}
}
