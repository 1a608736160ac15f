package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"

	"hardneg/internal/config"
	"hardneg/internal/llm"
)

// nightConfig has three models on two endpoints.
const nightConfig = `run: {dir: run, seed: 7}
corpus: {path: [corpus.jsonl]}
models:
  writer: {provider: openai, model: w, base_urls: ["http://a.test/v1", "http://b.test/v1"], api_key: "", concurrency: 24, patience: 30m, timeout: 60s, retries: 6, price: {input: 1, output: 2}}
  small: {provider: openai, model: s, base_urls: ["http://a.test/v1", "http://b.test/v1"], api_key: "", concurrency: 24, patience: 30m, timeout: 60s, retries: 6, price: {input: 1, output: 2}}
  large: {provider: openai, model: l, base_urls: ["http://a.test/v1", "http://b.test/v1"], api_key: "", concurrency: 24, patience: 30m, timeout: 60s, retries: 6, price: {input: 1, output: 2}}
generate:
  queries: {model: writer}
  negatives: [{strategy: query-only, model: writer, count: 6}]
judge:
  cascade: [{model: small, slate: 8, forward_at: 1}, {model: large, slate: 8}]
export: {formats: [jsonl]}
`

// night is a network of its own time: two endpoints of one model server, of which b.test is dead for an hour, and which both fail in
// eight ways, each in one call of twenty.
type night struct {
	answers  http.Handler
	begin    time.Time
	killAt   []int // calls at which the program is to be killed
	kill     context.CancelFunc
	inFlight int

	mu     sync.Mutex
	calls  int
	lost   int // in flight at the kills
	good   map[uint64]int
	asked  map[uint64]int
	byHost map[string]int // in the dead hour
	faults map[string]int
}

// The hour in which one endpoint is dead, from the begin of the night.
const (
	deadFrom = 5 * time.Minute / nightPart
	deadTo   = deadFrom + time.Hour/nightPart
)

// nightFaults are what happens to calls; what is behind them is right.
var nightFaults = []struct {
	name   string
	status int
	head   string // Retry-After
	body   string
}{
	{"429", 429, "1", `{"error":{"message":"rate limit"}}`},
	{"500", 500, "", `{"error":{"message":"internal error"}}`},
	{"busy", 503, "", `{"error":{"message":"server busy, try later"}}`},
	{"lost", 0, "", ""},
	{"cut", 200, "", `{"choices":[{"message":{"content":"{\"que`},
	{"silent", 0, "", ""},
	{"empty", 200, "", `{"choices":[]}`},
	{"prose", 200, "", `{"choices":[{"message":{"content":"Well, let me think."},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":6}}`},
}

// saidText is what a program says: workers and the progress say it at the same time, as a terminal lets them.
type saidText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *saidText) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *saidText) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// through makes providers on a network that is none.
func through(network http.RoundTripper) serving {
	return func(m config.Model, _ string, _ []string, _ int64, concurrency int, notify func(string)) ([]llm.Provider, error) {
		var out []llm.Provider
		for _, endpoint := range m.Endpoints() {
			p, err := llm.NewOpenAI(llm.Options{Endpoint: endpoint, Network: network, Concurrency: concurrency, Notify: notify})
			if err != nil {
				return nil, err
			}
			out = append(out, p)
		}
		return out, nil
	}
}

// RoundTrip implements [http.RoundTripper].
func (n *night) RoundTrip(req *http.Request) (*http.Response, error) {
	dead := time.Since(n.begin) >= deadFrom && time.Since(n.begin) < deadTo
	if dead {
		n.mu.Lock()
		n.byHost[req.URL.Host]++
		n.mu.Unlock()
	}
	if dead && req.URL.Host == "b.test" {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	}
	httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{})
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	key, fault, took := n.begun(body)
	defer n.ended()
	if fault >= 0 && nightFaults[fault].name == "silent" {
		took = 24 * time.Hour
	}
	timer := time.NewTimer(took)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-req.Context().Done():
		n.answered(key, fault) // nobody listens any more, and it is paid for
		return nil, req.Context().Err()
	}
	n.answered(key, fault)
	if fault < 0 {
		return n.right(req, body), nil
	}
	f := nightFaults[fault]
	if f.status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return reply(f.status, f.head, f.body, f.name == "cut"), nil
}

// begun counts a call, decides what is to happen to it and how long it takes, and kills the program if it is time.
func (n *night) begun(body []byte) (key uint64, fault int, took time.Duration) {
	h := xxhash.New()
	_, _ = h.Write(body)
	n.mu.Lock()
	defer n.mu.Unlock()
	key = h.Sum64()
	n.asked[key]++
	n.calls++
	n.inFlight++
	_, _ = h.Write([]byte{byte(n.asked[key])})
	draw := h.Sum64()
	took = 2*time.Second + time.Duration(draw%6000)*time.Millisecond
	if fault = int(draw >> 32 % 20); fault >= len(nightFaults) {
		fault = -1
	} else {
		n.faults[nightFaults[fault].name]++
	}
	if len(n.killAt) > 0 && n.calls == n.killAt[0] {
		n.killAt = n.killAt[1:]
		n.lost += n.inFlight
		n.kill()
	}
	return key, fault, took
}

func (n *night) ended() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.inFlight--
}

// answered counts right answers: what is paid for and useful.
func (n *night) answered(key uint64, fault int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if fault < 0 {
		n.good[key]++
	}
}

// repeated is how many right answers were paid for again.
func (n *night) repeated() (sum int) {
	for _, k := range n.good {
		sum += max(0, k-1)
	}
	return sum
}

func (n *night) right(req *http.Request, body []byte) *http.Response {
	again := httptest.NewRequest(req.Method, req.URL.Path, strings.NewReader(string(body)))
	rec := httptest.NewRecorder()
	n.answers.ServeHTTP(rec, again)
	return rec.Result()
}

func reply(status int, after, body string, cut bool) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	if after != "" {
		h.Set("Retry-After", after)
	}
	r := &http.Response{StatusCode: status, Header: h, ContentLength: -1, Body: io.NopCloser(strings.NewReader(body))}
	if cut {
		r.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), broken{}))
	}
	return r
}

// broken is where a connection breaks.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
