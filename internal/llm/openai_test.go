package llm

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func serve(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

// sent is what a server got.
type sent struct {
	mu     sync.Mutex
	bodies []string
	header http.Header
	host   string
	uri    string
}

// keeping answers with ok and keeps what was sent.
func (s *sent) keeping(ok string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.bodies, s.header, s.host, s.uri = append(s.bodies, string(b)), r.Header, r.Host, r.RequestURI
		_, _ = io.WriteString(w, ok)
	}
}

func (s *sent) last() string { return s.bodies[len(s.bodies)-1] }

const (
	messagesGolden = `"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"say \u003cx\u003e"}]`
	formatGolden   = `"response_format":{"type":"json_schema","json_schema":{"name":"query","schema":{"type":"object","properties":{"query":{"type":"string"}}},"strict":true}}`
)

func TestOpenAIRequests(t *testing.T) {
	half := 0.7
	for name, c := range map[string]struct {
		change func(*Request)
		want   string
	}{
		"temperature 0 is sent": {func(*Request) {},
			`{"max_tokens":64,"temperature":0,"model":"m",` + messagesGolden + `,"stream":false,` + formatGolden + `}`},
		"nil is not sent": {func(r *Request) { r.Temperature, r.MaxTokens = nil, 0 },
			`{"model":"m",` + messagesGolden + `,"stream":false,` + formatGolden + `}`},
		"all sampling": {func(r *Request) { r.Temperature, r.TopP, r.Logprobs = &half, &half, true },
			`{"logprobs":true,"max_tokens":64,"temperature":0.7,"top_logprobs":5,"top_p":0.7,"model":"m",` + messagesGolden + `,"stream":false,` + formatGolden + `}`},
		"no system message": {func(r *Request) { r.System = "" },
			`{"max_tokens":64,"temperature":0,"model":"m","messages":[{"role":"user","content":"say \u003cx\u003e"}],"stream":false,` + formatGolden + `}`},
		"what was said before": {func(r *Request) { r.History = []Turn{{"what is x", "x is y"}} },
			`{"max_tokens":64,"temperature":0,"model":"m","messages":[{"role":"system","content":"be brief"},{"role":"user","content":"what is x"},` +
				`{"role":"assistant","content":"x is y"},{"role":"user","content":"say \u003cx\u003e"}],"stream":false,` + formatGolden + `}`},
		"extra adds, overrides and removes": {func(r *Request) {
			r.Extra = map[string]any{"min_p": 0.1, "temperature": 1, "max_tokens": nil, "provider": map[string]any{"sort": nil}}
		}, `{"min_p":0.1,"provider":{"sort":null},"temperature":1,"model":"m",` + messagesGolden + `,"stream":false,` + formatGolden + `}`},
		"extra removes the format": {func(r *Request) { r.Extra = map[string]any{"response_format": nil} },
			`{"max_tokens":64,"temperature":0,"model":"m",` + messagesGolden + `,"stream":false}`},
		"extra replaces the format": {func(r *Request) { r.Extra = map[string]any{"response_format": map[string]any{"type": "text"}} },
			`{"max_tokens":64,"response_format":{"type":"text"},"temperature":0,"model":"m",` + messagesGolden + `,"stream":false}`},
		"extra replaces the model": {func(r *Request) { r.Extra = map[string]any{"model": "other"} },
			`{"max_tokens":64,` + messagesGolden + `,"model":"other",` + formatGolden + `,"stream":false,"temperature":0}`},
		"reasoning model": {func(r *Request) { r.Model, r.Logprobs = "o3-mini", true },
			`{"logprobs":true,"max_completion_tokens":64,"temperature":0,"top_logprobs":5,"model":"o3-mini",` + messagesGolden + `,"stream":false,` + formatGolden + `}`},
		"GPT-6": {func(r *Request) { r.Model, r.Temperature = "gpt-6-sol", &half },
			`{"max_completion_tokens":64,"temperature":0.7,"model":"gpt-6-sol",` + messagesGolden + `,"stream":false,` + formatGolden + `}`},
	} {
		t.Run(name, func(t *testing.T) {
			var s sent
			p, err := NewOpenAI(options(serve(t, s.keeping(okOpenAI)) + "/v1"))
			if err != nil {
				t.Fatal(err)
			}
			req := request()
			c.change(&req)
			if _, err := p.Complete(t.Context(), req); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, s.last()); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOpenAIHeaders(t *testing.T) {
	var s sent
	o := options(serve(t, s.keeping(okOpenAI)) + "/v1/?api-version=7")
	o.Headers = map[string]string{"x-title": "t", "Host": "inner", "api-key": "k"}
	p, _ := NewOpenAI(o)
	if _, err := p.Complete(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	got := []string{s.header.Get("Authorization"), s.header.Get("User-Agent"), s.header.Get("X-Title"), s.header.Get("Api-Key"),
		s.header.Get("Content-Type"), s.host, s.uri}
	want := []string{"Bearer " + canary, "gen", "t", "k", "application/json", "inner", "/v1/chat/completions?api-version=7"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNoKeyNoHeader(t *testing.T) {
	var s sent
	p, _ := NewOpenAI(Options{Endpoint: serve(t, s.keeping(okOpenAI))})
	if _, err := p.Complete(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	if got, ok := s.header["Authorization"]; ok {
		t.Error(got)
	}
}

func TestBadExtra(t *testing.T) {
	for _, k := range kinds {
		p, _ := k.new(options("http://127.0.0.1:1"))
		for _, extra := range map[string]map[string]any{"NaN": {"x": math.NaN()}, "stream": {"stream": true}, "model": {"model": math.NaN()}} {
			req := request()
			req.Extra = extra
			_, err := p.Complete(t.Context(), req)
			want(Down, "bad_request", false)(t, Response{}, err)
		}
	}
}

// refusing answers 400 as long as the body has a word, and keeps what was sent.
func (s *sent) refusing(bad, message string) http.HandlerFunc {
	ok := s.keeping("")
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		ok(httptest.NewRecorder(), r)
		if strings.Contains(string(body), bad) {
			w.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": message}})
			return
		}
		_, _ = io.WriteString(w, okOpenAI)
	}
}

func TestAdaptations(t *testing.T) {
	for name, c := range map[string]struct {
		model, bad, message, reason, then string
	}{
		"json_schema": {"m", `"json_schema"`, "This response_format type is unavailable now", "adapt_json_object",
			`be brief\n\nReply with one JSON object that meets this JSON schema, and with nothing else:\n{\"type\":\"object\",\"properties\"`},
		"schema keyword": {"m", `"json_schema"`, "Invalid schema for response_format 'query': 'minItems' is not permitted", "adapt_json_object", `"json_object"`},
		"max_tokens": {"m", `"max_tokens"`, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
			"adapt_max_completion_tokens", `"max_completion_tokens":64`},
		"max_completion_tokens": {"o3", `"max_completion_tokens"`, "Unrecognized request argument supplied: max_completion_tokens", "adapt_max_tokens", `"max_tokens":64`},
		"logprobs":              {"m", `"logprobs"`, "logprobs is not supported by this model", "adapt_no_logprobs", `"temperature":0`},
	} {
		t.Run(name, func(t *testing.T) {
			var s sent
			var said []string
			o := options(serve(t, s.refusing(c.bad, c.message)))
			o.Notify = func(m string) { said = append(said, m) }
			p, _ := NewOpenAI(o)
			req := request()
			req.Model, req.Logprobs = c.model, true
			_, err := p.Complete(t.Context(), req)
			want(Temporary, c.reason, false)(t, Response{}, err)
			for range 2 {
				if _, err := p.Complete(t.Context(), req); err != nil {
					t.Fatal(err)
				}
			}
			if !strings.Contains(s.last(), c.then) || strings.Contains(s.last(), c.bad) {
				t.Errorf("then sent %s", s.last())
			}
			if len(said) != 1 {
				t.Errorf("said %q", said)
			}
		})
	}
}

func TestAdaptationIsTriedOnce(t *testing.T) {
	var s sent
	p, _ := NewOpenAI(options(serve(t, s.refusing("response_format", "response_format is not supported"))))
	_, err := p.Complete(t.Context(), request())
	want(Temporary, "adapt_json_object", false)(t, Response{}, err)
	_, err = p.Complete(t.Context(), request())
	want(Unsupported, "unsupported", false)(t, Response{}, err)
}

func TestConcurrentAdaptation(t *testing.T) {
	var s sent
	var mu sync.Mutex
	said := 0
	o := options(serve(t, s.refusing(`"json_schema"`, "json_schema is not supported")))
	o.Notify = func(string) { mu.Lock(); said++; mu.Unlock() }
	p, _ := NewOpenAI(o)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 3 {
				_, err := p.Complete(t.Context(), request())
				if e, ok := AsError(err); ok && e.Reason != "adapt_json_object" {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if said != 1 {
		t.Errorf("said %d times", said)
	}
}

func TestOpenAIModels(t *testing.T) {
	p, _ := NewOpenAI(options(serve(t, answer(200, `{"object":"list","data":[{"id":"b"},{"id":"a"}]}`)(""))))
	got, err := p.Models(t.Context())
	if diff := cmp.Diff([]string{"a", "b"}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	p, _ = NewOpenAI(options(serve(t, answer(401, `{"error":{"message":"bad `+canary+`"}}`)(""))))
	_, err = p.Models(t.Context())
	want(Down, "refused", false)(t, Response{}, err)
}
