package llm

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	quick "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"hardneg"
)

// chatCompletion is what we read of a reply. Fields that servers fill with different types are of type any.
type chatCompletion struct {
	Object  string          `json:"object"`
	Model   string          `json:"model"`
	Error   json.RawMessage `json:"error"`
	Choices []struct {
		Error        json.RawMessage `json:"error"`
		FinishReason string          `json:"finish_reason"`
		Message      struct {
			Content          any `json:"content"`
			Refusal          any `json:"refusal"`
			ReasoningContent any `json:"reasoning_content"` // DeepSeek, vLLM
			Reasoning        any `json:"reasoning"`         // OpenRouter, newer vLLM, Ollama
		} `json:"message"`
		Logprobs *struct {
			Content wireLogprobs `json:"content"`
		} `json:"logprobs"`
	} `json:"choices"`
	Usage *struct {
		Prompt        float64 `json:"prompt_tokens"`
		Completion    float64 `json:"completion_tokens"`
		CacheHit      float64 `json:"prompt_cache_hit_tokens"`     // DeepSeek
		CacheRead     float64 `json:"cache_read_input_tokens"`     // gateways to Anthropic
		CacheCreation float64 `json:"cache_creation_input_tokens"` // the same
		PromptDetails *struct {
			Cached  float64 `json:"cached_tokens"`
			Written float64 `json:"cache_write_tokens"` // OpenRouter, newer OpenAI
		} `json:"prompt_tokens_details"`
	} `json:"usage"`
}

// DecodeOpenAI reads the raw body of a chat completion, stored or just come. It needs nothing else, so that equal bytes give
// equal responses. An empty content is no error: whoever asked decides. Errors are of type *[Error]: Temporary for cut, empty
// and unreadable bodies and for replies without choices, Unavailable for what is not from a model at all, and for an error
// object whatever it says.
func DecodeOpenAI(raw []byte) (Response, error) {
	var r chatCompletion
	if e := readJSON(raw, &r); e != nil {
		return Response{}, e
	}
	if hasError(r.Error) || r.Object == "error" {
		return Response{}, innerRefusal(raw)
	}
	if len(r.Choices) == 0 {
		return Response{}, &Error{Class: Temporary, Reason: "empty_choices", Err: errors.New("the reply has no choices")}
	}
	c := r.Choices[0]
	if hasError(c.Error) {
		return Response{}, innerRefusal(fmt.Appendf(nil, `{"error":%s}`, c.Error))
	}
	switch c.FinishReason {
	case "":
		return Response{}, cut(errors.New("it has no finish_reason"))
	case "error", "abort": // the server's trouble, not the model's last word
		return Response{}, cut(fmt.Errorf("its finish_reason is %s", c.FinishReason))
	}
	resp := Response{
		Content:      contentText(c.Message.Content),
		Thinking:     contentText(c.Message.ReasoningContent),
		Refusal:      contentText(c.Message.Refusal),
		FinishReason: c.FinishReason,
		Model:        r.Model,
		Raw:          raw,
	}
	if resp.Thinking == "" {
		resp.Thinking = contentText(c.Message.Reasoning)
	}
	if c.Logprobs != nil {
		resp.Logprobs = c.Logprobs.Content
	}
	resp.Usage = r.usage()
	resp.settleUsage()
	return resp, nil
}

// usage reads the counts. Anthropic counts what its cache had or got beside the prompt and not in it, and so do some gateways.
func (r *chatCompletion) usage() (out hardneg.Usage) {
	u := r.Usage
	if u == nil {
		return out
	}
	out = hardneg.Usage{Prompt: tokens(u.Prompt), Completion: tokens(u.Completion), Cached: tokens(max(u.CacheHit, u.CacheRead)), Written: tokens(u.CacheCreation)}
	if d := u.PromptDetails; d != nil {
		out.Cached, out.Written = max(out.Cached, tokens(d.Cached)), max(out.Written, tokens(d.Written))
	}
	if beside := tokens(u.CacheRead) + tokens(u.CacheCreation); beside > out.Prompt {
		out.Prompt += beside
	}
	return out
}

func hasError(raw json.RawMessage) bool {
	switch string(raw) {
	case "", "null", `""`, "{}", "false":
		return false
	}
	return true
}

// contentText reads a content: a string, null, or a list of parts with texts.
func contentText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var b strings.Builder
		for _, part := range v {
			if m, ok := part.(map[string]any); ok {
				b.WriteString(contentText(m["text"]))
			}
		}
		return b.String()
	}
	return ""
}

// tokens reads a count that a server may give as a float, or nonsense.
func tokens(f float64) int64 {
	if f < 0 || f > 1e12 {
		return 0
	}
	return int64(f)
}

// settleUsage estimates what the server did not count of its own reply, and keeps the parts consistent.
func (r *Response) settleUsage() {
	u := &r.Usage
	if u.Completion == 0 {
		u.Completion = estimateTokens(r.Thinking) + estimateTokens(r.Content)
		u.Estimated = u.Completion > 0
	}
	u.Estimated = u.Estimated || u.Prompt == 0
	u.Cached = min(u.Cached, u.Prompt)
	u.Written = min(u.Written, u.Prompt-u.Cached)
}

// estimateTokens takes four characters for a token.
func estimateTokens(s string) int64 { return int64(utf8.RuneCountInString(s)+3) / 4 }

// estimatePromptOf takes all that is sent but the schema.
func estimatePromptOf(req *Request) int64 {
	n := estimateTokens(req.System) + estimateTurns(req.History) + estimateTokens(req.User)
	for _, t := range req.Texts {
		n += estimateTokens(t)
	}
	return n
}

func estimateTurns(turns []Turn) (n int64) {
	for _, t := range turns {
		n += estimateTokens(t.User) + estimateTokens(t.Assistant)
	}
	return n
}

// estimatePrompt fills in the tokens of a prompt that the server did not count. A stored reply alone does not show them.
func (r *Response) estimatePrompt(req *Request) {
	if r.Usage.Prompt == 0 {
		r.Usage.Prompt = estimatePromptOf(req)
	}
}

// readJSON decodes a body into v, or says what it is instead. Fields of an unexpected type are left out.
func readJSON(raw []byte, v any) *Error {
	body := bytes.TrimSpace(plain(raw))
	if len(body) == 0 {
		return &Error{Class: Temporary, Reason: "empty_body", PossiblyPaid: true, Err: errors.New("the reply is empty")}
	}
	if body[0] != '{' && body[0] != '[' && body[0] != '"' && body[0] != 'n' {
		return notJSON(body)
	}
	if !utf8.Valid(body) && json.Valid(body) {
		return &Error{Class: Temporary, Reason: "bad_utf8", Err: errors.New("the reply is not UTF-8; what it says can't be known")}
	}
	if quick.Unmarshal(body, v, quickly) == nil {
		return nil
	}
	// Something is not as it should be: a field of another type, which does no harm and which only this decoder reads over, or worse.
	reset(v)
	err := json.Unmarshal(body, v)
	var syntax *json.SyntaxError
	switch {
	case !errors.As(err, &syntax):
		return nil
	case errors.Is(json.NewDecoder(bytes.NewReader(body)).Decode(&json.RawMessage{}), io.ErrUnexpectedEOF):
		return cut(io.ErrUnexpectedEOF)
	case body[0] == 'n' || body[0] == '[':
		return notJSON(body)
	}
	return &Error{Class: Temporary, Reason: "bad_json", PossiblyPaid: true, Err: fmt.Errorf("the reply is broken JSON: %w", err)}
}

// quickly reads what nearly every reply is, in half the time; the last of two equal names counts, as with encoding/json.
var quickly = quick.JoinOptions(jsontext.AllowDuplicateNames(true))

// reset forgets what was read until something went wrong.
func reset(v any) { reflect.ValueOf(v).Elem().SetZero() }

// notJSON is the answer of something in between: a portal, a proxy, another server. What is not even text may be damage.
func notJSON(body []byte) *Error {
	e := &Error{Class: Unavailable, Reason: "not_json",
		Err: fmt.Errorf("the reply is not from a model server; is base_url right? It begins: %s", beginning(body, 200))}
	if !utf8.Valid(body) {
		e.Class, e.Err = Temporary, errors.New("the reply is unreadable bytes")
	}
	return e
}

var (
	utf8BOM   = []byte("\xEF\xBB\xBF")
	gzipMagic = []byte{0x1f, 0x8b, 0x08}
)

// plain undoes what servers and proxies do to a body without saying so: gzip without its header, a byte order mark. What can't
// be undone is returned as it is.
func plain(raw []byte) []byte {
	if bytes.HasPrefix(raw, gzipMagic) {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return raw
		}
		unpacked, err := io.ReadAll(io.LimitReader(z, maxReply))
		if err != nil {
			return raw
		}
		raw = unpacked
	}
	return bytes.TrimPrefix(raw, utf8BOM)
}
