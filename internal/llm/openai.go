package llm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// OpenAI is a provider for any server with OpenAI's chat completions. What a server does not take of a request (a reply
// schema, the name of the token limit, log probabilities) it learns from the first refusal: that call fails as Temporary with
// a reason adapt_…, and later requests, that one's repetition included, have the other form.
//
// It is safe for concurrent use.
type OpenAI struct {
	wire   *wire
	client *openai.Client
	form   atomic.Uint32 // what the server has refused so far
	texts  encoded
	raws   encoded
}

// The bits of OpenAI.form.
const (
	formJSONObject       = 1 << iota // json_object with the schema in the prompt
	formCompletionTokens             // max_completion_tokens for every model
	formMaxTokens                    // max_tokens for every model
	formNoLogprobs
)

const openAIEndpoint = "https://api.openai.com/v1"

// NewOpenAI returns a provider for the server at o.Endpoint, which usually ends in /v1. It fails if that is not an http or
// https URL or holds credentials. Nothing is sent.
func NewOpenAI(o Options) (*OpenAI, error) {
	w, err := newWire(o, openAIEndpoint)
	if err != nil {
		return nil, err
	}
	cfg := openai.DefaultConfig("") // the wire shows the key
	cfg.BaseURL = w.endpoint
	cfg.HTTPClient = w.client()
	return &OpenAI{wire: w, client: openai.NewClientWithConfig(cfg)}, nil
}

var _ Provider = (*OpenAI)(nil)

// Endpoint implements [Provider].
func (o *OpenAI) Endpoint() string { return o.wire.endpoint }

// Decode implements [Provider].
func (o *OpenAI) Decode(raw []byte) (Response, error) { return DecodeOpenAI(raw) }

// Complete implements [Provider] with exactly one HTTP request. Errors are of type *[Error]. The response is that of
// [DecodeOpenAI], but for the prompt's tokens, which are estimated where the server does not count them.
func (o *OpenAI) Complete(ctx context.Context, req Request) (Response, error) {
	if len(req.Texts) > 0 {
		return o.embed(ctx, &req)
	}
	start := time.Now()
	form := o.form.Load()
	c, err := o.build(&req, form)
	if err != nil {
		return Response{}, o.wire.finish(&Error{Class: Down, Reason: "bad_request", Err: err}, &capture{})
	}
	err = o.chat(ctx, c, req.Model)
	if errors.Is(err, openai.ErrChatCompletionInvalidModel) {
		return Response{}, o.wire.finish(&Error{Class: Down, Reason: "unknown_model", Err: fmt.Errorf("model %q cannot chat", req.Model)}, c)
	}
	resp, failed := o.wire.settle(ctx, c, err, DecodeOpenAI)
	if failed == nil && bytes.Contains(resp.Raw, []byte(ollamaFingerprint)) {
		failed = truncated(&req, &resp, 0)
	}
	if failed != nil {
		return Response{}, o.wire.finish(o.wire.renew(o.adapt(failed, &req, form), c), c)
	}
	resp.estimatePrompt(&req)
	resp.Latency = time.Since(start)
	resp.Pause = rateHint(c.header)
	return resp, nil
}

// chat sends what was built. The library is given the model alone and sends the body that is put in place of its own: it would
// encode every text twice, drop a temperature of 0, so that the server's default of 1 would hold, and refuse others by the
// model's name.
func (o *OpenAI) chat(ctx context.Context, c *capture, model string) error {
	_, err := o.client.CreateChatCompletion(withCapture(ctx, c), openai.ChatCompletionRequest{Model: model})
	return err
}

// build puts a request together.
func (o *OpenAI) build(req *Request, form uint32) (*capture, error) {
	c, err := &capture{}, error(nil)
	if len(req.Extra) == 0 {
		c.add, err = appendSampling(make([]byte, 0, 128), req, form)
	} else {
		c, err = patches(sampling(req, form), req.Extra, "model", "messages")
	}
	if err == nil {
		c.own, err = o.body(c.add, req, form)
	}
	return c, err
}

// body is the JSON of a request, with the members that come first in it.
func (o *OpenAI) body(first []byte, req *Request, form uint32) ([]byte, error) {
	_, own := req.Extra["response_format"]
	format := !own && len(req.Schema.JSON) > 0
	text := req.System
	if format && form&formJSONObject != 0 {
		text = strings.TrimPrefix(text+"\n\nReply with one JSON object that meets this JSON schema, and with nothing else:\n"+string(req.Schema.JSON), "\n\n")
	}
	system, err := o.texts.of(text, encodeText)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, len(first)+len(system)+len(req.User)+len(req.User)/8+2*len(req.Schema.JSON)+256)
	b = append(append(b, '{'), first...)
	b = appendText(append(b, `"model":`...), req.Model)
	b = append(b, `,"messages":[`...)
	if text != "" {
		b = append(append(append(b, `{"role":"system","content":`...), system...), "},"...)
	}
	for _, turn := range req.History {
		b = appendText(append(b, `{"role":"user","content":`...), turn.User)
		b = append(appendText(append(b, `},{"role":"assistant","content":`...), turn.Assistant), "},"...)
	}
	b = req.appendEscaped(append(b, `{"role":"user","content":`...))
	b = append(b, `}],"stream":false`...)
	if format {
		if b, err = o.appendFormat(append(b, `,"response_format":`...), req.Schema, form); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// appendEscaped appends the JSON of the text, which a sealed request has at hand.
func (r *Request) appendEscaped(b []byte) []byte {
	if r.escaped == nil {
		return appendText(b, r.User)
	}
	return append(b, r.escaped...)
}

func (o *OpenAI) appendFormat(b []byte, s Schema, form uint32) ([]byte, error) {
	if form&formJSONObject != 0 {
		return append(b, `{"type":"json_object"}`...), nil
	}
	schema, err := o.raws.of(string(s.JSON), encodeRaw)
	if err != nil {
		return nil, err
	}
	b = appendText(append(b, `{"type":"json_schema","json_schema":{"name":`...), s.Name)
	b = append(append(b, `,"schema":`...), schema...)
	return append(b, `,"strict":true}}`...), nil
}

func sampling(req *Request, form uint32) map[string]any {
	m := make(map[string]any, 8)
	if req.MaxTokens > 0 {
		m[tokensField(req.Model, form)] = req.MaxTokens
	}
	if req.Temperature != nil {
		m["temperature"] = *req.Temperature
	}
	if req.TopP != nil {
		m["top_p"] = *req.TopP
	}
	if req.Logprobs && form&formNoLogprobs == 0 {
		m["logprobs"], m["top_logprobs"] = true, 5
	}
	return m
}

// appendSampling appends the JSON members of [sampling], byte for byte, without the map: nothing else is asked of nearly every run.
func appendSampling(b []byte, req *Request, form uint32) (_ []byte, err error) {
	logprobs := req.Logprobs && form&formNoLogprobs == 0
	if logprobs {
		b = append(b, `"logprobs":true,`...)
	}
	if req.MaxTokens > 0 {
		b = append(append(append(b, '"'), tokensField(req.Model, form)...), `":`...)
		b = append(strconv.AppendInt(b, int64(req.MaxTokens), 10), ',')
	}
	if req.Temperature != nil {
		if b, err = appendNumber(append(b, `"temperature":`...), req.Temperature); err != nil {
			return nil, err
		}
		b = append(b, ',')
	}
	if logprobs {
		b = append(b, `"top_logprobs":5,`...)
	}
	if req.TopP != nil {
		if b, err = appendNumber(append(b, `"top_p":`...), req.TopP); err != nil {
			return nil, err
		}
		b = append(b, ',')
	}
	return b, nil
}

// tokensField is the name of the token limit: OpenAI's reasoning models refuse the old one.
func tokensField(model string, form uint32) string {
	if form&formMaxTokens != 0 {
		return "max_tokens"
	}
	if form&formCompletionTokens != 0 {
		return "max_completion_tokens"
	}
	for _, series := range []string{"o1", "o3", "o4", "gpt-5", "gpt-6"} {
		if strings.HasPrefix(model, series) {
			return "max_completion_tokens"
		}
	}
	return "max_tokens"
}

// patches merges the user's extra fields into ours. Those in own are in the body already and must be replaced.
func patches(fields, extra map[string]any, own ...string) (*capture, error) {
	c := &capture{}
	for k, v := range extra {
		switch {
		case k == "stream" && v != false && v != nil:
			return nil, errors.New("extra.stream: replies are not streamed")
		case k == "stream":
		case slices.Contains(own, k):
			if c.replace == nil {
				c.replace = map[string]any{}
			}
			c.replace[k] = v
		default:
			fields[k] = v
		}
	}
	var err error
	c.add, err = members(fields)
	return c, err
}

// adaptations are the parameters that can be done without, and how.
var adaptations = map[string]struct {
	bit    uint32
	reason string
	notice string
}{
	"response_format":       {formJSONObject, "adapt_json_object", "the server does not take the reply schema; it gets response_format json_object, and the schema in the prompt"},
	"max_tokens":            {formCompletionTokens, "adapt_max_completion_tokens", "the model takes max_completion_tokens in place of max_tokens"},
	"max_completion_tokens": {formMaxTokens, "adapt_max_tokens", "the server takes max_tokens in place of max_completion_tokens"},
	"logprobs":              {formNoLogprobs, "adapt_no_logprobs", "the server gives no log probabilities; replies come without"},
}

// adapt changes the form of later requests if that can cure the failure of one that was sent in the given form. Only the first
// of the calls that failed for the same reason at the same time tells of it; all are to be sent again.
func (o *OpenAI) adapt(e *Error, req *Request, form uint32) *Error {
	var bad *badParameter
	if e.Class != Unsupported || !errors.As(e.Err, &bad) {
		return e
	}
	a, ok := adaptations[bad.name]
	if _, own := req.Extra[bad.name]; !ok || own || form&a.bit != 0 {
		return e
	}
	if o.form.Or(a.bit)&a.bit == 0 {
		o.wire.notify(o.wire.redact(fmt.Sprintf("%s: %s (it says: %s)", o.wire.endpoint, a.notice, bad.message)))
	}
	return &Error{Class: Temporary, Reason: a.reason, Status: e.Status, Err: bad}
}
