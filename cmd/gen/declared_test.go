package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hardneg/internal/mockllm"
)

var cooler = []string{"--set", "models.writer.temperature=0.3", "--set", "models.small.max_tokens=700", "--set", "models.large.timeout=9s"}

func with(cmd string, more ...any) []string {
	args := strings.Fields(cmd)
	for _, m := range more {
		switch m := m.(type) {
		case string:
			args = append(args, strings.Fields(m)...)
		case []string:
			args = append(args, m...)
		}
	}
	return args
}

func TestAFinishedRunIsKeptOverADeclaredChange(t *testing.T) {
	t.Parallel()
	l := newLab(t, 8, mockllm.Config{})
	l.must(0, "run")
	sent, data := l.server.Count(), l.sums("run/export/jsonl/data")
	r := l.must(2, with("run", cooler)...)
	if !strings.Contains(r.err, "--reuse-ignoring temperature,max_tokens") && !strings.Contains(r.err, "--reuse-ignoring max_tokens,temperature") {
		t.Errorf("the refusal does not name the way out: %s", r.err)
	}
	if _, sum := l.objects(with("plan --reuse-ignoring temperature,max_tokens,timeout", cooler)...); sum.Calls != 0 {
		t.Errorf("%d calls planned", sum.Calls)
	}
	for _, flag := range []string{"--reuse-ignoring temperature,max_tokens,timeout", "", "--reuse-ignoring temperature"} {
		l.must(0, with("run", flag, cooler)...)
	}
	if n := l.server.Count() - sent; n != 0 {
		t.Errorf("%d calls after a declared change of a finished run", n)
	}
	if !maps.Equal(data, l.sums("run/export/jsonl/data")) {
		t.Error("the rows are others")
	}
	l.must(0, "check")
	for what, text := range map[string]string{
		"status": l.must(0, "status").out, "why": l.must(0, "why", "p00001").out, "plan": l.must(0, with("plan", cooler)...).out, "card": l.read(filepath.Join(l.dir, "run/export/jsonl/README.md")),
	} {
		if !strings.Contains(text, "models.writer.temperature") || !strings.Contains(text, "models.small.max_tokens") || !strings.Contains(text, "0.7") {
			t.Errorf("%s does not tell of the change:\n%s", what, text)
		}
	}
	if s := l.status(); len(s.Declared) != 3 {
		t.Errorf("%+v", s.Declared)
	}
}

// heard is what a server was asked, in its order: the journal does not keep bodies.
type heard struct {
	mu  sync.Mutex
	all []heardRequest
}

type heardRequest struct {
	Model       string
	Messages    json.RawMessage
	Temperature float64
}

func (h *heard) hook(_ int, r mockllm.Recorded) *mockllm.Fault {
	var q heardRequest
	if err := json.Unmarshal(r.Body, &q); err != nil {
		panic(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, q)
	return nil
}

// temperatures are those that a model was asked with. It wants nothing asked twice, whatever the parameters.
func (h *heard) temperatures(t *testing.T, model string) (out []float64) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	seen := map[string]bool{}
	for _, q := range h.all {
		once := q.Model + string(q.Messages)
		if seen[once] {
			t.Errorf("asked twice: %s %.200s", q.Model, q.Messages)
		}
		seen[once] = true
		if q.Model == model {
			out = append(out, q.Temperature)
		}
	}
	return out
}

// A run that is half done goes on with the new values, and asks nothing again that was answered.
func TestAHalfFinishedRunGoesOnWithTheDeclaredValues(t *testing.T) {
	t.Parallel()
	for _, calls := range []int{15, 40, 70} {
		var h heard
		l := newLab(t, 12, mockllm.Config{Fault: h.hook})
		l.must(8, with("run --set", fmt.Sprintf("run.budget.calls=%d", calls))...)
		before := len(h.temperatures(t, "w"))
		l.must(0, with("run --reuse-ignoring temperature --set models.writer.temperature=0.3")...)
		for i, temperature := range h.temperatures(t, "w") {
			if want := map[bool]float64{true: 0.7, false: 0.3}[i < before]; temperature != want {
				t.Errorf("call %d of %d: temperature %g, want %g", i, before, temperature, want)
			}
		}
		l.must(0, "check")
		// A third value, and the first one again: what is done stays done.
		sent := l.server.Count()
		l.must(0, with("run --reuse-ignoring temperature --set models.writer.temperature=0.1")...)
		l.must(0, with("run --set models.writer.temperature=0.3")...)
		l.must(0, "run")
		if l.server.Count() != sent {
			t.Errorf("%d calls more", l.server.Count()-sent)
		}
	}
}

func TestWhatReuseIgnoringDoesNotCover(t *testing.T) {
	t.Parallel()
	l := newLab(t, 6, mockllm.Config{})
	l.must(0, "run")
	sent := l.server.Count()
	for args, want := range map[string]string{
		"--reuse-ignoring top_p":                                                                        `"top_p"`,
		"--reuse-ignoring model,temperature":                                                            `"model"`,
		"--reuse-ignoring temperature --accept-changes":                                                 "only one",
		"--reuse-ignoring temperature --set run.seed=8":                                                 "run.seed was 7, is 8",
		"--reuse-ignoring timeout --set models.small.temperature=1":                                     "--reuse-ignoring temperature",
		"--reuse-ignoring temperature --set models.small.temperature=1 --set models.small.max_tokens=9": "models.small.max_tokens was 1024, is 9",
		"--reuse-ignoring temperature --set models.small.temperature=1 --set models.small.model=z":      "models.small.model was s, is z",
	} {
		for _, cmd := range []string{"run", "run --dry-run"} {
			r := l.must(2, with(cmd, args)...)
			if !strings.Contains(r.err, want) || !strings.Contains(r.err, "--accept-changes") {
				t.Errorf("%s %s: %s", cmd, args, r.err)
			}
			if strings.Contains(r.err, "models.small.temperature was") != strings.HasPrefix(args, "--reuse-ignoring timeout") {
				t.Errorf("%s %s lists what was declared: %s", cmd, args, r.err)
			}
		}
	}
	if s := l.status(); l.server.Count() != sent || len(s.Declared) != 0 {
		t.Errorf("a refused change left %+v and %d calls", s.Declared, l.server.Count()-sent)
	}
	l.must(2, "plan", "--reuse-ignoring", "seed")
}
