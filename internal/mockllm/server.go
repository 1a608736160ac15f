// Package mockllm is a model server for tests and benchmarks: OpenAI's chat completions and embeddings, and Ollama's, on a loopback
// address, answered by rules from the JSON schema that a request carries, or from the words of the texts. Equal requests get equal answers, byte by byte. It
// records every request and can be told to fail in every way in which servers fail.
//
// It knows the program only through what it is sent: fenced passages and queries, and reply schemas. Grades depend on model,
// query and passage text alone, never on label, order or slate, so that a test can tell a run's right outcome.
package mockllm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Mode says what the server does with answers that it gave before.
type Mode int32

// The modes.
const (
	Off    Mode = iota // every answer is made anew
	Learn              // answers are kept, and a second identical request gets its bytes at no cost
	Replay             // as Learn, and a request that was not learnt is refused with status 500: for benchmarks
)

// Config sets a server up. The zero value answers at once.
type Config struct {
	Addr       string                                 // loopback address; "" is 127.0.0.1 with any port
	Latency    time.Duration                          // time from request to answer
	Grades     func(model, query, text string) string // "" : [DefaultGrade] decides
	Vectors    func(model, text string) []float32     // nil: words decide
	Places     func(model, label string) string       // the grade of whatever stands under a label; "" : Grades decides
	Fault      func(n int, r Recorded) *Fault         // asked for each request, n counts from 1; nil is no fault
	NoUsage    bool                                   // leave the token counts out
	Cache      Cache                                  // what the token counts say of a cache
	Models     []string                               // what the lists of models say; any model is answered
	Precompute Mode
	Digest     func() string // of the weights of every model, in the lists of models (vLLM's root); nil: none is told
	Batch      BatchConfig
	Log        io.Writer // gets one JSON line for each finished request; may be nil
}

// Cache are the tokens of every prompt that a cache has had, and that were put into it.
type Cache struct{ Read, Written int }

// Server is a running mock server.
type Server struct {
	URL string // http://127.0.0.1:port, without path

	cfg      Config
	mode     atomic.Int32
	http     *http.Server
	listener net.Listener
	served   chan struct{}
	journal  journal
	answers  sync.Map // sha256 of path and body → *answer
	batches  batches
}

// New starts a server and panics if it can't listen; for tests.
func New(cfg Config) *Server {
	s, err := Start(cfg)
	if err != nil {
		panic(err)
	}
	return s
}

// Start starts a server. It fails if the address is taken or not a loopback address.
func Start(cfg Config) (*Server, error) {
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:0"
	}
	addr, err := net.ResolveTCPAddr("tcp", cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("mockllm: %w", err)
	}
	if !addr.IP.IsLoopback() {
		return nil, errors.New("mockllm: " + cfg.Addr + " is not a loopback address")
	}
	l, err := net.ListenTCP("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("mockllm: %w", err)
	}
	s := &Server{URL: "http://" + l.Addr().String(), cfg: cfg, listener: l, served: make(chan struct{})}
	s.mode.Store(int32(cfg.Precompute))
	s.journal.log = cfg.Log
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 30 * time.Second, ConnState: s.journal.connection}
	go func() { // ends with Close, which waits for it
		defer close(s.served)
		_ = s.http.Serve(l) // always ends with ErrServerClosed
	}()
	return s, nil
}

// Handler answers requests without a network.
func (s *Server) Handler() http.Handler { return s.http.Handler }

// Close stops the server at once and waits until it has stopped listening.
func (s *Server) Close() {
	_ = s.http.Close()
	<-s.served
}

// Shutdown lets requests in flight end first.
func (s *Server) Shutdown(ctx context.Context) error { return s.http.Shutdown(ctx) }

// SetMode changes what is done with earlier answers; a benchmark learns in a first run and replays in a second.
func (s *Server) SetMode(m Mode) { s.mode.Store(int32(m)) }

// maxBody is more than any test sends.
const maxBody = 32 << 20

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, r *http.Request) { s.chat(w, r, openAI) })
	mux.HandleFunc("POST /api/chat", func(w http.ResponseWriter, r *http.Request) { s.chat(w, r, ollama) })
	mux.HandleFunc("POST /v1/embeddings", func(w http.ResponseWriter, r *http.Request) { s.chat(w, r, openAIEmbed) })
	mux.HandleFunc("POST /api/embed", func(w http.ResponseWriter, r *http.Request) { s.chat(w, r, ollamaEmbed) })
	mux.HandleFunc("GET /v1/models", s.listOpenAI)
	mux.HandleFunc("GET /api/tags", s.listOllama)
	mux.HandleFunc("GET /api/version", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, map[string]string{"version": "0.34.4"}) })
	mux.HandleFunc("GET /_mock/log", s.serveLog)
	mux.HandleFunc("GET /_mock/stats", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.Stats()) })
	mux.HandleFunc("POST /_mock/reset", func(w http.ResponseWriter, _ *http.Request) { s.Reset(); writeJSON(w, s.Stats()) })
	mux.HandleFunc("POST /_mock/mode/{mode}", s.serveMode)
	s.batchRoutes(mux)
	return mux
}

// chat answers one request of either API.
func (s *Server) chat(w http.ResponseWriter, r *http.Request, p protocol) {
	arrived := time.Now()
	body, err := readBody(w, r)
	if err != nil {
		http.Error(w, "the body cannot be read", http.StatusBadRequest)
		return
	}
	q := s.ask(p, body)
	rec := &Recorded{Model: q.model, Path: r.URL.Path, Arrived: arrived, Body: body, Header: r.Header, sum: q.sum}
	s.journal.arrive(rec)
	defer s.journal.finish(rec) // deferred, because a fault may end the handler by a panic
	if s.cfg.Fault != nil {
		if f := s.cfg.Fault(rec.N, *rec); f != nil {
			f.do(w, r, rec, q.answer, s.cfg.Latency)
			return
		}
	}
	a := q.answer()
	if !pause(r.Context(), s.cfg.Latency) {
		return
	}
	rec.Status = a.status
	if send(w, a.status, a.body) == nil && r.Context().Err() == nil {
		rec.Bytes, rec.Answered = len(a.body), true
	}
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength < 0 || r.ContentLength > maxBody {
		return io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	}
	b := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, b)
	return b, err
}

// send writes a whole answer and waits until the connection has it.
func send(w http.ResponseWriter, status int, body []byte) error {
	h := w.Header()
	if h["Content-Type"] == nil {
		h["Content-Type"] = contentJSON
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}

var contentJSON = []string{"application/json"}

// pause reports whether it was not interrupted.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
