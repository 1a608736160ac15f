package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hardneg/internal/llm"
	"hardneg/internal/mockllm"
)

// at is a fault of the n-th event of a kind.
func at(event string, n int, f mockllm.Fault) mockllm.BatchConfig {
	return mockllm.BatchConfig{Fault: func(e string, i int) *mockllm.Fault {
		if e == event && i == n {
			return &f
		}
		return nil
	}}
}

// firstBatch is a fault of all lines of the first batch.
func firstBatch(f mockllm.Fault) mockllm.BatchConfig {
	return mockllm.BatchConfig{Line: func(n int, _, _ string) *mockllm.Fault {
		if n == 1 {
			return &f
		}
		return nil
	}}
}

func complaint(status int, code, message string) mockllm.Fault {
	return mockllm.Fault{Status: status, Body: fmt.Sprintf(`{"error":{"message":%q,"type":"x","param":null,"code":%q}}`, message, code)}
}

// Faults of the catalogue that the Batch API and its lines can have, and that a run gets over: it ends as a live one.
func TestFaultsOfBatchesThatARunGetsOver(t *testing.T) {
	t.Parallel()
	want := live(t, 3)
	for name, c := range map[string]struct {
		batch mockllm.BatchConfig
		set   string
	}{
		"N8 answer to an upload is cut":       {batch: at("uploaded", 1, mockllm.Fault{Body: `{"id":"file-1","object":"file"}`, Cut: 9})},
		"N9 results are cut":                  {batch: at("content", 1, mockllm.Fault{Body: strings.Repeat("x", 99), Cut: 50, Chunked: true})},
		"N10 answer ends with the connection": {batch: at("created", 1, mockllm.Fault{Body: `{"id":"batch_1","object":"batch"}`, Cut: 9, UntilClose: true})},
		"N10 results end with the connection": {batch: at("content", 1, mockllm.Fault{Body: `{"id":"batch_req_1","custom_id":"00`, UntilClose: true})},
		"N13 told to wait":                    {batch: at("create", 1, mockllm.Fault{Status: 429, Headers: map[string]string{"Retry-After": "1"}})},
		"N24 server fault":                    {batch: at("upload", 1, mockllm.Fault{Status: 502})},
		"N24 server faults in lines":          {batch: firstBatch(mockllm.Fault{Status: 500})},
		"N26 overloaded":                      {batch: at("content", 1, mockllm.Fault{Status: 503})},
		"N27 error in a line with status 200": {batch: firstBatch(complaint(200, "server_error", "it broke"))},
		"N28 line without choices":            {batch: firstBatch(mockllm.Fault{Status: 200, Body: `{"choices":null}`})},
		"N29 page of a proxy":                 {batch: at("retrieve", 1, mockllm.Fault{Body: "<html>sign in</html>"})},
		"N36 created though it timed out":     {batch: at("created", 1, mockllm.Fault{Delay: 3 * time.Second}), set: "models.writer.timeout=2s"},
		"N54 refused when it is created":      {batch: at("create", 1, complaint(429, "token_limit_exceeded", "Enqueued token limit reached"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newBatchLab(t, 3, mockllm.Config{Batch: c.batch})
			args := []string{"run", "--set", "models.writer.patience=20s"}
			if c.set != "" {
				args = append(args, "--set", c.set)
			}
			l.must(0, args...)
			if c.batch.Line == nil {
				l.submittedOnce()
			}
			l.endsAs(want)
		})
	}
}

// Faults of the catalogue that stop a run: no item is charged, and when it is put right the run goes on to the end of a live one.
func TestFaultsOfBatchesThatStopARun(t *testing.T) {
	t.Parallel()
	want := live(t, 3)
	for name, c := range map[string]struct {
		event  string // "": a line
		fault  mockllm.Fault
		says   string
		events int // that there may be
	}{
		"N15 told to wait for ever": {"create", mockllm.Fault{Status: 429, Headers: map[string]string{"Retry-After": "86400"}}, "asks to wait", 1},
		"N16 no credit":             {"create", complaint(429, "insufficient_quota", "You exceeded your current quota"), "quota", 1},
		"N16 no credit in a line":   {"", complaint(429, "insufficient_quota", "You exceeded your current quota"), "quota", 0},
		"N18 refused key":           {"upload", mockllm.Fault{Status: 401}, "api_key", 1},
		"N19 no such model":         {"", complaint(404, "model_not_found", "The model w does not exist"), "does not have this model", 0},
		"N19 no Batch API":          {"upload", mockllm.Fault{Status: 404, Body: `{"detail":"Not Found"}`}, "mode: live", 1},
		"N33 sent elsewhere":        {"upload", mockllm.Fault{Status: 307, Headers: map[string]string{"Location": "http://127.0.0.1:1/"}}, "redirect", 1},
		"N36 batch is not known":    {"retrieve", mockllm.Fault{Status: 404, Body: `{"error":{"message":"No batch found"}}`}, "gen batch collect --lost batch_1", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var broken atomic.Bool
			broken.Store(true)
			act := func(here bool) *mockllm.Fault {
				if here && broken.Load() {
					return &c.fault
				}
				return nil
			}
			l := newBatchLab(t, 3, mockllm.Config{Batch: mockllm.BatchConfig{
				Fault: func(e string, _ int) *mockllm.Fault { return act(e == c.event) },
				Line:  func(int, string, string) *mockllm.Fault { return act(c.event == "") },
			}})
			r := l.must(5, "run")
			if !strings.Contains(r.err, c.says) || !strings.Contains(r.err, "go on with: gen run") {
				t.Errorf("it says: %s", r.err)
			}
			if n := l.server.BatchEvents(c.event); n > c.events {
				t.Errorf("%d times it was tried", n)
			}
			if s := l.status(); s.failed() != 0 {
				t.Errorf("%d items failed", s.failed())
			}
			broken.Store(false)
			l.must(0, "run")
			l.endsAs(want)
		})
	}
}

// Lines that say that one request will never work fail that item, as a single reply does, and no batch asks again.
func TestFaultsOfLinesThatFailTheItem(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]mockllm.Fault{
		"N20 too long":       complaint(400, "context_length_exceeded", "maximum context length is 10 tokens"),
		"N22 content policy": complaint(400, "content_filter", "the content management policy"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			single := newLab(t, 3, mockllm.Config{Fault: func(int, mockllm.Recorded) *mockllm.Fault { return &f }})
			single.must(4, "run")
			batch := newBatchLab(t, 3, mockllm.Config{Batch: mockllm.BatchConfig{Line: func(int, string, string) *mockllm.Fault { return &f }}})
			batch.must(4, "run")
			batch.submittedOnce()
			one, other := fmt.Sprint(single.status().Stages), fmt.Sprint(batch.status().Stages)
			if one != other {
				t.Errorf("single requests: %s\nbatches: %s", one, other)
			}
		})
	}
}

func TestN35UsageThatIsMissingIsEstimated(t *testing.T) {
	t.Parallel()
	l := newBatchLab(t, 3, mockllm.Config{NoUsage: true})
	l.must(0, "run")
	if s := l.status(); s.Tokens.Prompt == 0 || s.Cost == 0 {
		t.Errorf("tokens %+v, cost %v", s.Tokens, s.Cost)
	}
}

// P7: a full disk is told from a lost connection, and what is half written is taken away.
func TestP7AFullDiskWhileResultsAreFetched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.jsonl")
	if err := os.Symlink("/dev/full", path+".part"); err != nil {
		t.Fatal(err)
	}
	err := writeWhole(path, func(w io.Writer) error {
		_, err := w.Write(make([]byte, 1<<20))
		return &llm.Error{Class: llm.Temporary, Reason: "cut", Err: err} // as the transfer sees it
	})
	if codeOf(err) != exitStorage || !strings.Contains(hintOf(err), "free space") {
		t.Errorf("exit %d: %v", codeOf(err), err)
	}
	if left, _ := filepath.Glob(path + "*"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
