package llm

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hardneg"
)

const fullOpenAI = `{"id":"1","object":"chat.completion","created":1,"model":"m-2","provider":"x","choices":[{"index":0,"finish_reason":"stop",
"logprobs":{"content":[{"token":"3","logprob":-0.5,"bytes":[51],"top_logprobs":[{"token":"3","logprob":-0.5},{"token":"1","logprob":-2}]}]},
"message":{"role":"assistant","content":"3","reasoning_content":"hm","refusal":null}}],
"usage":{"prompt_tokens":100,"completion_tokens":5,"total_tokens":105,"prompt_tokens_details":{"cached_tokens":64}}}`

func TestDecodeOpenAI(t *testing.T) {
	wrap := func(message, rest string) string {
		return `{"model":"m","choices":[{"finish_reason":"stop","message":` + message + `}]` + rest + `}`
	}
	usage := `,"usage":{"prompt_tokens":10,"completion_tokens":2}`
	counted := hardneg.Usage{Prompt: 10, Completion: 2}
	for name, c := range map[string]struct {
		raw  string
		want Response
	}{
		"all fields": {fullOpenAI, Response{Content: "3", Thinking: "hm", FinishReason: "stop", Model: "m-2",
			Usage:    hardneg.Usage{Prompt: 100, Cached: 64, Completion: 5},
			Logprobs: []TokenLogprob{{"3", -0.5, []Alternative{{"3", -0.5}, {"1", -2}}}}}},
		"reasoning":         {wrap(`{"content":"x","reasoning":"why"}`, usage), Response{Content: "x", Thinking: "why", FinishReason: "stop", Model: "m", Usage: counted}},
		"refusal":           {wrap(`{"content":null,"refusal":"no"}`, usage), Response{Refusal: "no", FinishReason: "stop", Model: "m", Usage: counted}},
		"empty is no error": {wrap(`{"content":""}`, usage), Response{FinishReason: "stop", Model: "m", Usage: counted}},
		"parts":             {wrap(`{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}`, usage), Response{Content: "ab", FinishReason: "stop", Model: "m", Usage: counted}},
		"odd types":         {wrap(`{"content":"x","refusal":7,"tool_calls":"?"}`, `,"created":"now"`+usage), Response{Content: "x", FinishReason: "stop", Model: "m", Usage: counted}},
		"no usage":          {wrap(`{"content":"12345678"}`, ``), Response{Content: "12345678", FinishReason: "stop", Model: "m", Usage: hardneg.Usage{Completion: 2, Estimated: true}}},
		"usage of zeros":    {wrap(`{"content":"12345678"}`, `,"usage":{"prompt_tokens":0,"completion_tokens":0}`), Response{Content: "12345678", FinishReason: "stop", Model: "m", Usage: hardneg.Usage{Completion: 2, Estimated: true}}},
		"nonsense usage":    {wrap(`{"content":"12345678"}`, `,"usage":{"prompt_tokens":-5,"completion_tokens":1e300}`), Response{Content: "12345678", FinishReason: "stop", Model: "m", Usage: hardneg.Usage{Completion: 2, Estimated: true}}},
		"DeepSeek's cache":  {wrap(`{"content":"x"}`, `,"usage":{"prompt_tokens":10,"completion_tokens":2,"prompt_cache_hit_tokens":8}`), Response{Content: "x", FinishReason: "stop", Model: "m", Usage: hardneg.Usage{Prompt: 10, Cached: 8, Completion: 2}}},
		"OpenRouter's cache": {wrap(`{"content":"x"}`, `,"usage":{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":5}}`),
			Response{Content: "x", FinishReason: "stop", Model: "m", Usage: hardneg.Usage{Prompt: 10, Cached: 3, Written: 5, Completion: 2}}},
		"Anthropic's cache, in the prompt": {wrap(`{"content":"x"}`, `,"usage":{"prompt_tokens":10,"completion_tokens":2,"cache_read_input_tokens":3,"cache_creation_input_tokens":5}`),
			Response{Content: "x", FinishReason: "stop", Model: "m", Usage: hardneg.Usage{Prompt: 10, Cached: 3, Written: 5, Completion: 2}}},
		"Anthropic's cache, beside the prompt": {wrap(`{"content":"x"}`, `,"usage":{"prompt_tokens":2,"completion_tokens":2,"cache_read_input_tokens":3,"cache_creation_input_tokens":5}`),
			Response{Content: "x", FinishReason: "stop", Model: "m", Usage: hardneg.Usage{Prompt: 10, Cached: 3, Written: 5, Completion: 2}}},
		"more written than is": {wrap(`{"content":"x"}`, `,"usage":{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":99}}`),
			Response{Content: "x", FinishReason: "stop", Model: "m", Usage: hardneg.Usage{Prompt: 10, Cached: 4, Written: 6, Completion: 2}}},
		"null error is none":  {wrap(`{"content":"x"}`, `,"error":null`+usage), Response{Content: "x", FinishReason: "stop", Model: "m", Usage: counted}},
		"more cached than is": {wrap(`{"content":"x"}`, `,"usage":{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":99}}`), Response{Content: "x", FinishReason: "stop", Model: "m", Usage: hardneg.Usage{Prompt: 10, Cached: 10, Completion: 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DecodeOpenAI([]byte(c.raw))
			if err != nil {
				t.Fatal(err)
			}
			c.want.Raw = []byte(c.raw)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestDecodeOpenAIErrors(t *testing.T) {
	for body, c := range map[string]struct {
		class  Class
		reason string
		paid   bool
	}{
		`{"choices":null}`: {Temporary, "empty_choices", false},
		`{"choices":[]}`:   {Temporary, "empty_choices", false},
		`{}`:               {Temporary, "empty_choices", false},
		`null`:             {Temporary, "empty_choices", false},
		`[]`:               {Temporary, "empty_choices", false},
		`"hello"`:          {Temporary, "empty_choices", false},
		`{"choices":[{"message":{"content":"x"},"finish_reason":null}]}`:                                              {Temporary, "cut", true},
		`{"choices":[{"message":{"content":"x"}}]}`:                                                                   {Temporary, "cut", true},
		fullOpenAI[:len(fullOpenAI)/2]:                                                                                {Temporary, "cut", true},
		`{"choices":[{"message":{"content":"x"},"finish_reason":"error"}]}`:                                           {Temporary, "cut", true}, // OpenRouter, where the provider behind it failed
		`{"choices":[{"message":{"content":"x"},"finish_reason":"abort"}]}`:                                           {Temporary, "cut", true}, // vLLM and SGLang, when they end
		`{"choices":[{"error":{"code":502,"message":"upstream"},"message":{"content":"x"},"finish_reason":"error"}]}`: {Temporary, "http_502", false},
		`{"object":"error","message":"maximum context length is 10","code":400}`:                                      {Item, "context_length", false},
		`data: {"choices":[]}`: {Unavailable, "not_json", false},
		`nginx`:                {Unavailable, "not_json", false},
		`{"error":{"message":"too long: reduce the length","type":"invalid_request_error","param":null,"code":null}}`: {Item, "context_length", false},
	} {
		_, err := DecodeOpenAI([]byte(body))
		t.Run(body, func(t *testing.T) { want(c.class, c.reason, c.paid)(t, Response{}, err) })
	}
}

// sameResponse compares all but what is not part of a reply.
var sameResponse = cmpopts.IgnoreFields(Response{}, "Latency")

func TestStoredReplyReadsTheSame(t *testing.T) {
	for _, k := range kinds {
		for name, body := range map[string]string{"plain": k.ok, "BOM": "\xEF\xBB\xBF" + k.ok} {
			p, _ := k.new(options(serve(t, answer(200, strings.ReplaceAll(body, "OK", ""))(""))))
			live, err := p.Complete(t.Context(), request())
			if err != nil {
				t.Fatal(err)
			}
			if string(live.Raw) != body {
				t.Errorf("%s %s: raw is %q", k.name, name, live.Raw)
			}
			stored, err := p.Decode(live.Raw)
			if diff := cmp.Diff(live, stored, sameResponse); diff != "" || err != nil {
				t.Errorf("%s %s: %v\n%s", k.name, name, err, diff)
			}
		}
	}
}

func TestPromptTokensAreEstimated(t *testing.T) {
	body := `{"choices":[{"finish_reason":"stop","message":{"content":"12345678"}}]}`
	p, _ := NewOpenAI(options(serve(t, answer(200, body)(""))))
	resp, err := p.Complete(t.Context(), request())
	if want := (hardneg.Usage{Prompt: 4, Completion: 2, Estimated: true}); err != nil || resp.Usage != want {
		t.Errorf("got %+v, %v", resp.Usage, err)
	}
}

func FuzzDecodeOpenAI(f *testing.F) {
	for _, s := range []string{okOpenAI, fullOpenAI, okOllama, `{"error":{"message":["a"],"code":[1]}}`, `[{"error":1}]`, "\xEF\xBB\xBF{}", "\x1f\x8b\x08", `{"detail":[{"loc":[1]}]}`, ""} {
		f.Add([]byte(s))
	}
	for _, c := range errorBodies {
		f.Add([]byte(c.body))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, decode := range []func([]byte) (Response, error){DecodeOpenAI, DecodeOllama} {
			resp, err := decode(raw)
			if err == nil {
				again, err := decode(resp.Raw)
				if resp.FinishReason == "" || resp.Usage.Cached > resp.Usage.Prompt || err != nil || !cmp.Equal(resp, again) {
					t.Errorf("%+v", resp)
				}
				continue
			}
			e, ok := AsError(err)
			if !ok || e.Class == 0 || e.Reason == "" || e.Error() == "" {
				t.Errorf("%#v", err)
			}
		}
		_ = refusal(400, nil, raw)
	})
}
