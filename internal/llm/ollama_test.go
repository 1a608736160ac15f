package llm

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hardneg"
)

// N46: a model is kept loaded over pauses.
func TestOllamaRequests(t *testing.T) {
	half := 0.7
	head := `"model":"m",` + messagesGolden + `,"stream":false`
	format := `,"format":{"type":"object","properties":{"query":{"type":"string"}}}`
	tail := `,"think":false,"truncate":false,"shift":false`
	for name, c := range map[string]struct {
		change func(*Request)
		want   string
	}{
		"temperature 0 is sent": {func(*Request) {},
			`{` + head + format + `,"keep_alive":"24h0m0s","options":{"num_ctx":4096,"num_predict":64,"seed":5,"temperature":0}` + tail + `}`},
		"nil is not sent": {func(r *Request) { r.Temperature, r.MaxTokens = nil, 0 },
			`{` + head + format + `,"keep_alive":"24h0m0s","options":{"num_ctx":4096,"seed":5}` + tail + `}`},
		"thinking, top_p, logprobs": {func(r *Request) { r.Think, r.Logprobs, r.TopP = true, true, &half },
			`{` + head + format + `,"keep_alive":"24h0m0s","options":{"num_ctx":4096,"num_predict":64,"seed":5,"temperature":0,"top_p":0.7}` +
				`,"think":true,"truncate":false,"shift":false,"logprobs":true,"top_logprobs":5}`},
		"what was said before": {func(r *Request) { r.History = []Turn{{"what is x", "x is y"}} },
			`{"model":"m","messages":[{"role":"system","content":"be brief"},{"role":"user","content":"what is x"},{"role":"assistant","content":"x is y"},` +
				`{"role":"user","content":"say \u003cx\u003e"}],"stream":false` + format +
				`,"keep_alive":"24h0m0s","options":{"num_ctx":4096,"num_predict":64,"seed":5,"temperature":0}` + tail + `}`},
		"options are merged": {func(r *Request) {
			r.Extra = map[string]any{"options": map[string]any{"num_ctx": nil, "temperature": 1, "min_p": 0.1}, "draft": true}
		}, `{"draft":true,` + head + format + `,"keep_alive":"24h0m0s","options":{"min_p":0.1,"num_predict":64,"seed":5,"temperature":1}` + tail + `}`},
		"extra removes and replaces": {func(r *Request) {
			r.Extra = map[string]any{"think": nil, "format": nil, "keep_alive": -1, "truncate": nil, "stream": false}
		}, `{"keep_alive":-1,` + head + `,"options":{"num_ctx":4096,"num_predict":64,"seed":5,"temperature":0},"shift":false}`},
	} {
		t.Run(name, func(t *testing.T) {
			var s sent
			o := options(serve(t, s.keeping(okOllama)))
			o.NumCtx = 4096
			p, err := NewOllama(o)
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
			if s.header.Get("Authorization") != "Bearer "+canary || s.header.Get("User-Agent") != "gen" || !strings.HasPrefix(s.host, "127.0.0.1") {
				t.Errorf("%v to %s", s.header, s.host)
			}
		})
	}
}

func TestDecodeOllama(t *testing.T) {
	raw := `{"model":"m","created_at":"soon","message":{"role":"assistant","content":"3","thinking":"hm"},"done":true,"done_reason":"length",` +
		`"load_duration":5,"prompt_eval_count":100,"prompt_eval_cached_count":90,"eval_count":4,` +
		`"logprobs":[{"token":"3","logprob":-0.5,"bytes":[51],"top_logprobs":[{"token":"1","logprob":-2}]}]}`
	got, err := DecodeOllama([]byte(raw))
	want := Response{Content: "3", Thinking: "hm", FinishReason: "length", Model: "m", Usage: hardneg.Usage{Prompt: 100, Cached: 90, Completion: 4},
		Logprobs: []TokenLogprob{{"3", -0.5, []Alternative{{"1", -2}}}}, Raw: []byte(raw)}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	old, err := DecodeOllama([]byte(`{"message":{"content":"12345678"},"done":true}`))
	if err != nil || old.FinishReason != "stop" || !old.Usage.Estimated || old.Usage.Completion != 2 {
		t.Errorf("%+v, %v", old, err)
	}
}

func TestDecodeOllamaErrors(t *testing.T) {
	for body, c := range map[string]struct {
		reason string
		paid   bool
	}{
		`{"message":{"content":"x"},"done":false}`: {"cut", true},
		`{"message":{"content":"x"}}`:              {"cut", true},
		`null`:                                     {"cut", true},
		okOllama[:40]:                              {"cut", true},
		`{"message":{"content":""},"done":true,"done_reason":"load"}`:   {"load", false},
		`{"message":{"content":""},"done":true,"done_reason":"unload"}`: {"unload", false},
		`{"error":"an error was encountered while running the model"}`:  {"runner_died", false},
	} {
		_, err := DecodeOllama([]byte(body))
		t.Run(body, func(t *testing.T) { want(Temporary, c.reason, c.paid)(t, Response{}, err) })
	}
}

// N45: a server that cuts what it reads and says nothing.
func TestSilentlyCutPrompt(t *testing.T) {
	body := strings.Replace(okOllama, `"prompt_eval_count":7`, `"prompt_eval_count":2050`, 1)
	p, _ := NewOllama(options(serve(t, answer(200, body)(""))))
	req := request()
	req.User = strings.Repeat("word and ", 2000) // about 4500 tokens
	_, err := p.Complete(t.Context(), req)
	want(Item, "prompt_truncated", false)(t, Response{}, err)
	req.User = strings.Repeat("word and ", 1000)
	if _, err := p.Complete(t.Context(), req); err != nil {
		t.Error(err)
	}
}

// A prompt that fills the context leaves no room for a reply, so it must have been cut.
func TestAPromptThatFillsTheContextWasCut(t *testing.T) {
	o := options(serve(t, answer(200, strings.Replace(okOllama, `"prompt_eval_count":7`, `"prompt_eval_count":512`, 1))("")))
	o.NumCtx = 512
	p, _ := NewOllama(o)
	_, err := p.Complete(t.Context(), request())
	want(Item, "prompt_truncated", false)(t, Response{}, err)
}

// Ollama's OpenAI-compatible endpoint cuts prompts too, and is known by its replies. Others are believed.
func TestSilentlyCutPromptBehindOllamasOtherEndpoint(t *testing.T) {
	for fingerprint, reason := range map[string]string{"fp_ollama": "prompt_truncated", "fp_other": ""} {
		body := `{"id":"c","system_fingerprint":"` + fingerprint + `","choices":[{"message":{"content":"{}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":2048,"completion_tokens":1}}`
		p, _ := NewOpenAI(options(serve(t, answer(200, body)("")) + "/v1"))
		req := request()
		req.User = strings.Repeat("word and ", 2000) // about 4500 tokens
		_, err := p.Complete(t.Context(), req)
		if e, _ := AsError(err); reason == "" && err != nil || reason != "" && (e == nil || e.Reason != reason) {
			t.Errorf("%s: %v", fingerprint, err)
		}
	}
}

func TestOllamaModelsAndVersion(t *testing.T) {
	p, _ := NewOllama(options(serve(t, answer(200, `{"version":"0.34.4","models":[{"name":"b:1"},{"name":"a"}]}`)(""))))
	got, err := p.Models(t.Context())
	if diff := cmp.Diff([]string{"a", "b:1"}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if v, err := p.Version(t.Context()); v != "0.34.4" || err != nil {
		t.Error(v, err)
	}
}

// TestCallsAreSmall guards against the 8 MB that Ollama's library allocates for reading a reply.
func TestCallsAreSmall(t *testing.T) {
	for _, k := range kinds {
		p, _ := k.new(options(serve(t, answer(200, k.ok)(""))))
		call := func() {
			if _, err := p.Complete(t.Context(), request()); err != nil {
				t.Fatal(err)
			}
		}
		call()
		var before, after runtime.MemStats
		const n = 50
		runtime.ReadMemStats(&before)
		for range n {
			call()
		}
		runtime.ReadMemStats(&after)
		if each := (after.TotalAlloc - before.TotalAlloc) / n; each > 100<<10 {
			t.Errorf("%s: %d bytes a call, the test server's included", k.name, each)
		}
	}
}

func BenchmarkComplete(b *testing.B) {
	for _, k := range kinds {
		for _, size := range []int{1, 6} {
			b.Run(fmt.Sprintf("%s/%dKB", k.name, size), func(b *testing.B) {
				p, _ := k.new(options(serve(b, answer(200, strings.Replace(k.ok, "count\":7", "count\":1500", 1))("")) + k.path))
				req := request()
				req.User = strings.Repeat("word and \"so\" ", size*1024/14)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := p.Complete(b.Context(), req); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
