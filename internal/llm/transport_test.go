package llm

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const canary = "sk-canary-0123456789"

const okOpenAI = `{"model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"{\"query\":\"x\"}"},"finish_reason":"stop"}],` +
	`"usage":{"prompt_tokens":7,"completion_tokens":3}}`

const okOllama = `{"model":"m-1","created_at":"2025-01-01T00:00:00Z","message":{"role":"assistant","content":"{\"query\":\"x\"}"},` +
	`"done":true,"done_reason":"stop","prompt_eval_count":7,"eval_count":3}`

func request() Request {
	zero := 0.0
	return Request{Model: "m", System: "be brief", User: "say <x>", MaxTokens: 64, Temperature: &zero, Seed: 1<<63 + 5,
		Schema: Schema{Name: "query", JSON: json.RawMessage(`{"type":"object","properties":{"query":{"type":"string"}}}`)}}
}

func options(endpoint string) Options {
	return Options{Endpoint: endpoint, Concurrency: 4,
		Access: Access{Key: canary, Redact: func(s string) string { return strings.ReplaceAll(s, canary, "***") }}}
}

// kinds are the providers, each as a function of options, with a right answer of its protocol.
var kinds = []struct {
	name string
	path string
	ok   string
	new  func(Options) (Provider, error)
}{
	{"openai", "/v1", okOpenAI, func(o Options) (Provider, error) { return NewOpenAI(o) }},
	{"ollama", "", okOllama, func(o Options) (Provider, error) { return NewOllama(o) }},
}

// both runs a test for each provider against the same handler.
func both(t *testing.T, handler func(ok string) http.HandlerFunc, check func(t *testing.T, resp Response, err error)) {
	t.Helper()
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			srv := httptest.NewServer(handler(k.ok))
			defer srv.Close()
			p, err := k.new(options(srv.URL + k.path))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			resp, err := p.Complete(ctx, request())
			check(t, resp, err)
		})
	}
}

// raw answers with bytes as they are and closes the connection.
func raw(response string) func(string) http.HandlerFunc {
	return func(ok string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			conn, buf, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			defer conn.Close()
			_, _ = buf.WriteString(strings.ReplaceAll(response, "OK", ok[:len(ok)/2]))
			_ = buf.Flush()
		}
	}
}

func want(class Class, reason string, paid bool) func(*testing.T, Response, error) {
	return func(t *testing.T, _ Response, err error) {
		t.Helper()
		e, ok := AsError(err)
		if !ok {
			t.Fatalf("got %v, want an *Error", err)
		}
		if e.Class != class || e.Reason != reason || e.PossiblyPaid != paid {
			t.Errorf("got %v %s paid=%v (%v), want %v %s paid=%v", e.Class, e.Reason, e.PossiblyPaid, err, class, reason, paid)
		}
		if strings.Contains(err.Error()+string(e.Raw), canary) {
			t.Errorf("the key is in %q or the body", err)
		}
	}
}

func TestTimeout(t *testing.T) {
	silent := func(string) http.HandlerFunc {
		return func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that the client goes
			<-r.Context().Done()
		}
	}
	drip := func(string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		}
	}
	for name, handler := range map[string]func(string) http.HandlerFunc{"silent": silent, "drip": drip} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			both(t, handler, func(t *testing.T, r Response, err error) {
				want(Temporary, "timeout", true)(t, r, err)
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Error("the cause is lost")
				}
			})
		})
	}
}

func TestCancelled(t *testing.T) {
	for _, k := range kinds {
		arrived := make(chan struct{})
		srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			close(arrived)
			<-r.Context().Done()
		}))
		p, _ := k.new(options(srv.URL + k.path))
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		_, err := p.Complete(ctx, request())
		want(Temporary, "cancelled", true)(t, Response{}, err)
		if !errors.Is(err, context.Canceled) {
			t.Error("the cause is lost")
		}
		srv.Close()
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := "http://" + l.Addr().String()
	_ = l.Close()
	for _, endpoint := range []string{refused, "http://nowhere.invalid"} {
		for _, k := range kinds {
			p, _ := k.new(options(endpoint))
			_, err := p.Complete(t.Context(), request())
			want(Unavailable, "unreachable", false)(t, Response{}, err)
		}
	}
}

func TestConnectTimeout(t *testing.T) {
	p, _ := NewOpenAI(options("http://127.0.0.1:1/v1"))
	p.wire.base.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		select { // the library goes on dialling for whoever comes next; the real dialler has a limit of its own
		case <-ctx.Done():
		case <-t.Context().Done():
		}
		return nil, context.Canceled
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := p.Complete(ctx, request())
	want(Unavailable, "unreachable", false)(t, Response{}, err)
}

func TestTLS(t *testing.T) {
	srv := httptest.NewUnstartedServer(answer(200, "OK")(okOpenAI))
	srv.Config.ErrorLog = quiet
	srv.StartTLS()
	defer srv.Close()
	for name, endpoint := range map[string]string{"unknown authority": srv.URL, "http to https": strings.Replace(srv.URL, "https", "http", 1)} {
		p, _ := NewOpenAI(options(endpoint))
		_, err := p.Complete(t.Context(), request())
		t.Log(name, err)
		want(Down, "tls", false)(t, Response{}, err)
	}
	open := httptest.NewServer(answer(200, "OK")(okOpenAI))
	defer open.Close()
	p, _ := NewOpenAI(options(strings.Replace(open.URL, "http", "https", 1)))
	_, err := p.Complete(t.Context(), request())
	want(Down, "tls", false)(t, Response{}, err)
	if p.wire.base.TLSClientConfig.MinVersion != tls.VersionTLS12 {
		t.Error("old TLS versions are accepted")
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	var reached atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		both(t, answer(status, "", "Location", other.URL+"/?key="+canary), want(Down, "redirect", false))
	}
	if reached.Load() {
		t.Error("a redirect was followed")
	}
}

func TestOneRequestEach(t *testing.T) {
	for _, status := range []int{200, 429, 500, 503} {
		for _, k := range kinds {
			var n atomic.Int32
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				n.Add(1)
				w.WriteHeader(status)
				_, _ = io.WriteString(w, k.ok)
			}))
			p, _ := k.new(options(srv.URL + k.path))
			for range 3 {
				_, _ = p.Complete(t.Context(), request())
			}
			srv.Close()
			if n.Load() != 3 {
				t.Errorf("%s, status %d: %d requests for 3 calls", k.name, status, n.Load())
			}
		}
	}
}

func TestEndpoints(t *testing.T) {
	for _, bad := range []string{"localhost:8000", "ftp://x/v1", "http://", "http://u:" + canary + "@h/v1", "http://\x7f" + canary} {
		for _, k := range kinds {
			if _, err := k.new(options(bad)); err == nil || strings.Contains(err.Error(), canary) {
				t.Errorf("%s: %v", bad, err)
			}
		}
	}
	var said []string
	o := options("http://gpu.example/v1/?api-version=1")
	o.Notify = func(s string) { said = append(said, s) }
	p, err := NewOpenAI(o)
	if err != nil || p.Endpoint() != "http://gpu.example/v1" || len(said) != 1 {
		t.Errorf("%v, %q, %q", err, p.Endpoint(), said)
	}
}
