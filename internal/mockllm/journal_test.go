package mockllm

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hardneg/internal/llm"
	"hardneg/prompts"
)

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault  Fault
		reason string
	}{
		"status":       {Fault{Status: 503}, "http_503"},
		"headers":      {Fault{Status: 429, Headers: map[string]string{"Retry-After": "7"}}, "http_429"},
		"body":         {Fault{Body: "<html>sign in"}, "not_json"},
		"empty":        {Fault{Empty: true}, "empty_body"},
		"close before": {Fault{CloseBefore: true}, "connection"},
		"cut":          {Fault{Cut: 50}, "cut"},
		"cut chunks":   {Fault{Cut: 50, Chunked: true}, "cut"},
		"cut by close": {Fault{Cut: 50, UntilClose: true}, "cut"},
		"hang":         {Fault{Hang: true}, "timeout"},
		"slow drip":    {Fault{DripBytes: 1, DripEvery: 50 * time.Millisecond}, "timeout"},
		"fast drip":    {Fault{DripBytes: 64, DripEvery: time.Millisecond}, ""},
		"delay":        {Fault{Delay: time.Millisecond}, ""},
		"until close":  {Fault{UntilClose: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, Config{Fault: func(int, Recorded) *Fault { return &c.fault }})
			for _, p := range providers(t, s) {
				ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
				_, err := p.Complete(ctx, llm.Request{Model: "m", User: "hello"})
				cancel()
				e, ok := llm.AsError(err)
				if c.reason == "" && err != nil || c.reason != "" && (!ok || e.Reason != c.reason) {
					t.Errorf("got %v, want %q", err, c.reason)
				}
			}
			waitIdle(s)
			if s.InFlight() != 0 || s.Count() != 2 {
				t.Errorf("%+v", s.Stats())
			}
		})
	}
}

func get(t *testing.T, method, url string) string {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), method, url, nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return string(b)
}

func TestJournal(t *testing.T) {
	var log bytes.Buffer
	s := start(t, Config{Log: &log, Latency: 5 * time.Millisecond})
	p := providers(t, s)["openai"]
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			_, _ = p.Complete(t.Context(), llm.Request{Model: fmt.Sprint("m", i%2), User: fmt.Sprint(i % 3)})
		})
	}
	wg.Wait()
	_, _ = p.Complete(t.Context(), llm.Request{Model: "m0", User: "0"}) // its answer was had before
	waitIdle(s)
	st := s.Stats()
	if st.Count != 7 || st.Answered != 7 || st.Repeated < 1 || st.MaxInFlight < 2 || len(s.CountByHash()) != 6 || s.CountByModel()["m0"] != 4 {
		t.Errorf("%+v, %v", st, s.CountByHash())
	}
	if lines := strings.Count(get(t, "GET", s.URL+"/_mock/log"), "\n"); lines != 7 || strings.Count(log.String(), "\n") != 7 {
		t.Errorf("%d lines in the log", lines)
	}
	if got := get(t, "GET", s.URL+"/_mock/stats"); !strings.Contains(got, `"by_model":{"m0":4,"m1":3}`) {
		t.Error(got)
	}
	if get(t, "POST", s.URL+"/_mock/reset"); s.Count() != 0 {
		t.Error("not reset")
	}
}

func waitIdle(s *Server) {
	for until := time.Now().Add(time.Second); s.InFlight() > 0 && time.Now().Before(until); {
		time.Sleep(time.Millisecond)
	}
}

func TestLearnAndReplay(t *testing.T) {
	asked := 0
	s := start(t, Config{Precompute: Learn, Grades: func(string, string, string) string { asked++; return "1" }})
	p := providers(t, s)["openai"]
	first := slate(t, p, "q", "A", "x")
	s.SetMode(Replay)
	if second := slate(t, p, "q", "A", "x"); asked != 1 || !cmp.Equal(first, second) {
		t.Errorf("asked %d times; %v, %v", asked, first, second)
	}
	if _, err := p.Complete(t.Context(), llm.Request{Model: "m", User: "new"}); err == nil {
		t.Error("an answer that was not learnt")
	}
	get(t, "POST", s.URL+"/_mock/mode/off")
	if slate(t, p, "q", "A", "x"); asked != 2 {
		t.Error("mode off answers from memory")
	}
}

func TestLoopbackOnly(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		if s, err := Start(Config{Addr: addr}); err == nil {
			s.Close()
			t.Errorf("listens on %s", addr)
		}
	}
}

func BenchmarkReplay(b *testing.B) {
	s := start(b, Config{Precompute: Learn})
	req := render(b, "query", prompts.QueryData{Fence: "f", Passage: strings.Repeat(passage, 20)}, querySchema)
	for name, p := range providers(b, s) {
		b.Run(name, func(b *testing.B) {
			b.SetParallelism(16)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := p.Complete(b.Context(), req); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
