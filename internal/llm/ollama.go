package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ollama/ollama/api"

	"hardneg"
)

// Ollama is a provider for Ollama's own API, which, unlike its OpenAI-compatible one, can refuse a prompt that is too long and
// takes a context length. It is safe for concurrent use.
type Ollama struct {
	wire   *wire
	client *api.Client
	puller *api.Client // sees replies as they come
	numCtx int
}

const ollamaEndpoint = "http://127.0.0.1:11434"

// keepAlive keeps a model loaded over pauses of a run: Ollama's own five minutes are shorter than some.
const keepAlive = 24 * time.Hour

// NewOllama returns a provider for the server at o.Endpoint, which has no path. It fails if that is not an http or https URL
// or holds credentials. Nothing is sent.
func NewOllama(o Options) (*Ollama, error) {
	w, err := newWire(o, ollamaEndpoint)
	if err != nil {
		return nil, err
	}
	base := &url.URL{Scheme: w.target.Scheme, Host: w.target.Host, Path: strings.TrimRight(w.target.Path, "/")}
	if o.Key != "" {
		base.Host = "server" // the library signs requests to ollama.com with a key file of its own; the wire knows the host
	}
	return &Ollama{wire: w, client: api.NewClient(base, w.client()), puller: api.NewClient(base, w.streaming()), numCtx: o.NumCtx}, nil
}

var _ Provider = (*Ollama)(nil)

// Endpoint implements [Provider].
func (o *Ollama) Endpoint() string { return o.wire.endpoint }

// Decode implements [Provider].
func (o *Ollama) Decode(raw []byte) (Response, error) { return DecodeOllama(raw) }

// Complete implements [Provider] with exactly one HTTP request. Errors are of type *[Error]. The response is that of
// [DecodeOllama], but for the prompt's tokens, which are estimated where the server does not count them.
func (o *Ollama) Complete(ctx context.Context, req Request) (Response, error) {
	if len(req.Texts) > 0 {
		return o.embed(ctx, &req)
	}
	start := time.Now()
	body, c, err := o.build(req)
	if err != nil {
		return Response{}, o.wire.finish(&Error{Class: Down, Reason: "bad_request", Err: err}, &capture{})
	}
	err = o.client.Chat(withCapture(ctx, c), body, func(api.ChatResponse) error { return nil })
	resp, failed := o.wire.settle(ctx, c, err, DecodeOllama)
	if failed == nil {
		failed = truncated(&req, &resp, o.numCtx)
	}
	if failed != nil {
		return Response{}, o.wire.finish(o.wire.renew(o.explain(failed, req.Model), c), c)
	}
	resp.estimatePrompt(&req)
	resp.Latency = time.Since(start)
	return resp, nil
}

// build puts a request together. think: false is sent and not just left out, because servers let models think that can, and a
// model that thinks ignores the format and uses up the token limit; models that can't think take it, and `extra: {think: null}`
// leaves it out for a server that does not.
func (o *Ollama) build(req Request) (*api.ChatRequest, *capture, error) {
	no := false
	body := &api.ChatRequest{Model: req.Model, Stream: &no, Options: o.options(req)}
	if req.System != "" {
		body.Messages = append(body.Messages, api.Message{Role: "system", Content: req.System})
	}
	for _, turn := range req.History {
		body.Messages = append(body.Messages, api.Message{Role: "user", Content: turn.User}, api.Message{Role: "assistant", Content: turn.Assistant})
	}
	body.Messages = append(body.Messages, api.Message{Role: "user", Content: req.User})
	ours := func(name string) bool { _, theirs := req.Extra[name]; return !theirs }
	if ours("format") {
		body.Format = req.Schema.JSON
	}
	if ours("keep_alive") {
		body.KeepAlive = &api.Duration{Duration: keepAlive}
	}
	if ours("think") {
		body.Think = &api.ThinkValue{Value: req.Think}
	}
	if ours("truncate") {
		body.Truncate = &no
	}
	if ours("shift") {
		body.Shift = &no
	}
	if ours("logprobs") && req.Logprobs {
		body.Logprobs, body.TopLogprobs = true, 5
	}
	extra := maps.Clone(req.Extra)
	if _, ok := extra["options"].(map[string]any); ok {
		delete(extra, "options") // merged by options
	}
	c, err := patches(map[string]any{}, extra, "model", "messages", "options")
	return body, c, err
}

// options are the model parameters, with those of extra.options merged in; a nil removes one.
func (o *Ollama) options(req Request) map[string]any {
	m := map[string]any{"seed": int(req.Seed & 0x7fffffff)} // the server reads 32 bits, signed, and takes -1 for random
	if o.numCtx > 0 {
		m["num_ctx"] = o.numCtx
	}
	if req.MaxTokens > 0 {
		m["num_predict"] = req.MaxTokens
	}
	if req.Temperature != nil {
		m["temperature"] = *req.Temperature
	}
	if req.TopP != nil {
		m["top_p"] = *req.TopP
	}
	extra, _ := req.Extra["options"].(map[string]any)
	maps.Copy(m, extra)
	maps.DeleteFunc(m, func(_ string, v any) bool { return v == nil })
	return m
}

// explain adds what helps with Ollama.
func (o *Ollama) explain(e *Error, model string) *Error {
	switch e.Reason {
	case "unknown_model":
		e.Err = fmt.Errorf("%w; `%s` gets it", e.Err, o.PullCommand(model))
	case "not_found":
		e.Err = fmt.Errorf("%w; for ollama base_url has no /v1 and no /api", e.Err)
	}
	return e
}

// ollamaChat is what we read of a reply.
type ollamaChat struct {
	Error   json.RawMessage `json:"error"`
	Model   string          `json:"model"`
	Message struct {
		Content  any `json:"content"`
		Thinking any `json:"thinking"`
	} `json:"message"`
	Done       bool         `json:"done"`
	DoneReason string       `json:"done_reason"`
	Prompt     float64      `json:"prompt_eval_count"`
	Cached     float64      `json:"prompt_eval_cached_count"`
	Completion float64      `json:"eval_count"`
	Logprobs   wireLogprobs `json:"logprobs"`
}

// DecodeOllama reads the raw body of a chat reply, stored or just come; see [DecodeOpenAI].
func DecodeOllama(raw []byte) (Response, error) {
	var r ollamaChat
	if e := readJSON(raw, &r); e != nil {
		return Response{}, e
	}
	switch {
	case hasError(r.Error):
		return Response{}, innerRefusal(raw)
	case !r.Done:
		return Response{}, cut(errors.New("it is not marked as done"))
	case r.DoneReason == "load" || r.DoneReason == "unload":
		return Response{}, &Error{Class: Temporary, Reason: r.DoneReason, Err: errors.New("the server only loaded or unloaded the model")}
	}
	resp := Response{
		Content:      contentText(r.Message.Content),
		Thinking:     contentText(r.Message.Thinking),
		FinishReason: r.DoneReason,
		Model:        r.Model,
		Usage:        hardneg.Usage{Prompt: tokens(r.Prompt), Cached: tokens(r.Cached), Completion: tokens(r.Completion)},
		Logprobs:     r.Logprobs,
		Raw:          raw,
	}
	if resp.FinishReason == "" {
		resp.FinishReason = "stop" // servers before 0.1.35 give no reason
	}
	resp.settleUsage()
	return resp, nil
}

// Models lists the names of the models that the server has, sorted.
func (o *Ollama) Models(ctx context.Context) ([]string, error) {
	c := &capture{}
	_, err := o.client.List(withCapture(ctx, c))
	return o.wire.names(ctx, c, err, func(body []byte) ([]string, *Error) {
		var l struct {
			Models []struct {
				Name string `json:"name"`
			} `json:"models"`
		}
		failed := readJSON(body, &l)
		var names []string
		for _, m := range l.Models {
			names = append(names, m.Name)
		}
		slices.Sort(names)
		return names, failed
	})
}

// Digest names the weights that the server has under the name of a model; "" if it has no such model or does not say.
func (o *Ollama) Digest(ctx context.Context, model string) (string, error) {
	c := &capture{}
	_, err := o.client.List(withCapture(ctx, c))
	found, err := o.wire.names(ctx, c, err, func(body []byte) ([]string, *Error) {
		var l struct {
			Models []struct {
				Name   string `json:"name"`
				Digest string `json:"digest"`
			} `json:"models"`
		}
		failed := readJSON(body, &l)
		for _, m := range l.Models {
			if m.Name == model || m.Name == model+":latest" {
				return []string{m.Digest}, failed
			}
		}
		return []string{""}, failed
	})
	if err != nil {
		return "", err
	}
	return found[0], nil
}

// Version is the server's version.
func (o *Ollama) Version(ctx context.Context) (string, error) {
	c := &capture{}
	_, err := o.client.Version(withCapture(ctx, c))
	names, err := o.wire.names(ctx, c, err, func(body []byte) ([]string, *Error) {
		var v struct {
			Version string `json:"version"`
		}
		failed := readJSON(body, &v)
		return []string{v.Version}, failed
	})
	if err != nil {
		return "", err
	}
	return names[0], nil
}
