package llm

import (
	"io"
	"log"
	"net/http"
	"strings"
	"testing"
	"time"
)

var quiet = log.New(io.Discard, "", 0)

// errorBodies are what servers send, and what it means; of both protocols, because servers mix them.
var errorBodies = []struct {
	name   string
	status int
	body   string
	class  Class
	reason string
}{
	{"wrong key", 401, `{"error":{"message":"Incorrect API key provided: ` + canary + `","type":"invalid_request_error","code":"invalid_api_key"}}`, Down, "refused"},
	{"forbidden", 403, `{"error":"nope"}`, Down, "refused"},
	{"moderated", 403, `{"error":{"message":"Your input was flagged","code":403,"metadata":{}}}`, Item, "content_filter"},
	{"no credit", 402, `{"error":{"message":"Insufficient credits","code":402}}`, Down, "quota"},
	{"quota", 429, `{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}`, Down, "quota"},
	{"quota in words", 429, `{"error":{"message":"You exceeded your current quota, please check your plan"}}`, Down, "quota"},
	{"billing", 429, `{"error":{"message":"x","code":"billing_hard_limit_reached"}}`, Down, "quota"},
	{"rate", 429, `{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}`, Overload, "http_429"},
	{"rate called quota", 429, `[{"error":{"code":429,"message":"You exceeded your current quota. Please retry in 31s","status":"RESOURCE_EXHAUSTED"}}]`, Overload, "http_429"},
	{"rate without body", 429, ``, Overload, "http_429"},
	{"overloaded", 529, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, Overload, "http_529"},
	{"queue full", 503, `{"error":"server busy, please try again.  maximum pending requests exceeded"}`, Overload, "http_503"},
	{"loading", 503, `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`, Overload, "http_503"},
	{"slow down", 503, `{"error":{"message":"x","code":"slow_down"}}`, Overload, "http_503"},
	{"proxy's 503", 503, ``, Temporary, "http_503"},
	{"proxy's page", 502, `<html><h1>502 Bad Gateway</h1></html>`, Temporary, "http_502"},
	{"gateway timeout", 504, `{"message":"x"}`, Temporary, "http_504"},
	{"server fault", 500, `{"error":{"message":"The server had an error"}}`, Temporary, "http_500"},
	{"runner crashed", 500, `{"error":"llama runner process no longer running: 2"}`, Temporary, "runner_died"},
	{"runner stopped", 500, `{"error":"model runner has unexpectedly stopped, this may be due to resource limitations or an internal error"}`, Temporary, "runner_died"},
	{"runner's signal", 500, `{"error":"an error was encountered while running the model: signal arrived during cgo execution"}`, Temporary, "runner_died"},
	{"runner gone", 500, `{"error":"connection refused"}`, Unavailable, "runner_gone"},
	{"runner gone in between", 500, `{"error":"health resp: Get \"http://127.0.0.1:35689/health\": read tcp 127.0.0.1:51680-\u003e127.0.0.1:35689: read: connection reset by peer"}`, Unavailable, "runner_gone"},
	{"runner gone in the middle of its word", 500, `{"error":{"message":"read health request: unexpected EOF","type":"api_error","param":null,"code":null}}`, Unavailable, "runner_gone"},
	{"runner silent", 500, `{"error":"server not responding"}`, Unavailable, "runner_gone"},
	{"runner does not come back", 500, `{"error":"timed out waiting for llama runner to start - progress 0.00 - "}`, Unavailable, "runner_gone"},
	{"runner not loaded again", 500, `{"error":"model failed to load, this may be due to resource limitations or an internal error, check ollama server logs for details"}`, Unavailable, "runner_gone"},
	{"runner reset", 500, `{"error":"error reading llm response: read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer"}`, Temporary, "runner_died"},
	{"runner cut", 500, `{"error":"error unmarshalling llm prediction response: unexpected end of JSON input"}`, Temporary, "runner_died"},
	{"runner without a word", 500, `{"error":"something went wrong, please see the ollama server logs for details"}`, Temporary, "runner_died"},
	{"llama-server crashed", 500, `{"error":"llama-server process no longer running: exit status 2 "}`, Temporary, "runner_died"},
	{"llama-server ended", 500, `{"error":"llama-server process has terminated: signal: killed"}`, Temporary, "runner_died"},
	{"llama-server cut", 500, `{"error":"error reading llama-server chat response: unexpected EOF"}`, Temporary, "runner_died"},
	{"no slot", 500, `{"error":"no slots available after 10 retries"}`, Overload, "no_slot"},
	{"an empty 500", 500, ``, Temporary, "http_500"},
	{"runner's end", 500, `{"error":"POST predict: Post \"http://127.0.0.1:1/completion\": EOF"}`, Temporary, "runner_died"},
	{"engine dead", 500, `{"object":"error","message":"EngineDeadError: see above","code":500}`, Unavailable, "engine_dead"},
	{"no memory", 500, `{"error":"model requires more system memory (5.6 GiB) than is available (2 GiB)"}`, Down, "no_memory"},
	{"wrong option", 500, `{"error":"option \"temperature\" must be of type float32"}`, Unsupported, "unsupported"},
	{"request timeout", 408, ``, Temporary, "http_408"},
	{"conflict", 409, ``, Temporary, "http_409"},
	{"too early", 425, ``, Temporary, "http_425"},
	{"OpenAI's unknown model", 404, `{"error":{"message":"The model 'x' does not exist","code":"model_not_found"}}`, Down, "unknown_model"},
	{"Ollama's unknown model", 404, `{"error":"model 'x' not found"}`, Down, "unknown_model"},
	{"wrong path", 404, `404 page not found`, Down, "not_found"},
	{"page on models", 404, `<html>the model page</html>`, Down, "not_found"},
	{"wrong method", 405, ``, Down, "not_found"},
	{"model in a 400", 400, `{"error":{"message":"x/y is not a valid model ID","code":400}}`, Down, "unknown_model"},
	{"embedding model", 400, `{"error":"\"x\" does not support chat"}`, Down, "unknown_model"},
	{"key in a 400", 400, `[{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}]`, Down, "refused"},
	{"OpenAI's context", 400, `{"error":{"message":"This model's maximum context length is 8192 tokens","code":"context_length_exceeded","param":"messages"}}`, Item, "context_length"},
	{"Ollama's context", 400, `{"error":"the input length exceeds the context length"}`, Item, "context_length"},
	{"vLLM's context", 400, `{"object":"error","message":"'max_tokens' is too large: 1024. This model's maximum context length is 512 tokens","code":400}`, Item, "context_length"},
	{"llama.cpp's context", 400, `{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}`, Item, "context_length"},
	{"Azure's filter", 400, `{"error":{"message":"The response was filtered due to Azure's content management policy","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}`, Item, "content_filter"},
	{"broken request", 400, `{"error":{"message":"We could not parse the JSON body"}}`, Item, "http_400"},
	{"too big", 413, ``, Item, "http_413"},
	{"unprocessable", 422, `{"detail":[{"type":"string_too_short","loc":["body","messages",0],"msg":"String too short"}]}`, Item, "http_422"},
	{"quoted request", 400, `{"error":{"message":"Input is malformed. You sent: ` + strings.Repeat("x", 400) + ` an unknown temperature, insufficient_quota"}}`, Item, "http_400"},
	{"temperature", 400, `{"error":{"message":"Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.","param":"temperature","code":"unsupported_value"}}`, Unsupported, "unsupported"},
	{"unknown parameter", 400, `{"error":{"message":"Unknown parameter: 'min_p'.","param":"min_p","code":"unknown_parameter"}}`, Unsupported, "unsupported"},
	{"unknown argument", 400, `{"error":{"message":"Unrecognized request argument supplied: min_p","type":"invalid_request_error"}}`, Unsupported, "unsupported"},
	{"forbidden extra", 422, `{"detail":[{"type":"extra_forbidden","loc":["body","min_p"],"msg":"Extra inputs are not permitted"}]}`, Unsupported, "unsupported"},
	{"thinking", 400, `{"error":"\"x\" does not support thinking"}`, Unsupported, "unsupported"},
}

func TestErrorBodies(t *testing.T) {
	for _, c := range errorBodies {
		t.Run(c.name, func(t *testing.T) {
			both(t, answer(c.status, c.body), func(t *testing.T, r Response, err error) {
				want(c.class, c.reason, false)(t, r, err)
				e, _ := AsError(err)
				if e.Status != c.status || len(c.body) > 0 && len(e.Raw) == 0 || e.Endpoint == "" {
					t.Errorf("status %d, %d bytes, endpoint %q", e.Status, len(e.Raw), e.Endpoint)
				}
			})
		})
	}
}

// TestErrorsInside sends the same bodies with status 200, where code and type say enough.
func TestErrorsInside(t *testing.T) {
	for _, c := range []struct {
		body   string
		class  Class
		reason string
	}{
		{`{"error":{"message":"Provider returned error","code":502}}`, Temporary, "http_502"},
		{`{"error":{"message":"x","code":429}}`, Overload, "http_429"},
		{`{"error":{"message":"x","code":"429"}}`, Overload, "http_429"},
		{`{"error":{"message":"x","code":"rate_limit_exceeded"}}`, Overload, "http_429"},
		{`{"error":{"message":"x","type":"insufficient_quota"}}`, Down, "quota"},
		{`{"error":{"message":"bad ` + canary + `","code":"invalid_api_key"}}`, Down, "refused"},
		{`{"error":{"message":"x","code":"context_length_exceeded"}}`, Item, "context_length"},
		{`{"error":{"message":"x","type":"overloaded_error"}}`, Overload, "http_529"},
		{`{"error":"the input length exceeds the context length"}`, Item, "context_length"},
		{`{"error":"something broke"}`, Temporary, "http_500"},
		{`{"error":{"message":"x","type":"invalid_request_error","param":"min_p","code":"unknown_parameter"}}`, Unsupported, "unsupported"},
	} {
		t.Run(c.body, func(t *testing.T) { both(t, answer(200, c.body), want(c.class, c.reason, false)) })
	}
}

func TestMessagesSayWhatToDo(t *testing.T) {
	for _, c := range []struct {
		kind, body, want string
		status           int
	}{
		{"openai", `{"error":{"message":"'temperature' does not support 0","param":"temperature"}}`, "`temperature: null`", 400},
		{"openai", `{"error":{"message":"Unknown parameter: 'min_p'."}}`, "`extra: {min_p: null}`", 400},
		{"openai", `404 page not found`, "usually ends in /v1", 404},
		{"ollama", `{"error":"model 'm' not found"}`, "ollama pull m`", 404},
		{"ollama", `404 page not found`, "no /v1", 404},
		{"ollama", `{"error":"\"m\" does not support thinking"}`, "`think: false`", 400},
	} {
		for _, k := range kinds {
			if k.name != c.kind {
				continue
			}
			err := completeAgainst(t, k.new, k.path, answer(c.status, c.body)(""))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s %d %s: %v", c.kind, c.status, c.body, err)
			}
		}
	}
}

func TestShouldNotRetry(t *testing.T) {
	both(t, answer(500, "", "X-Should-Retry", "false"), want(Item, "http_500", false))
	both(t, answer(429, "", "X-Should-Retry", "false"), want(Item, "http_429", false))
	both(t, answer(401, "", "X-Should-Retry", "false"), want(Down, "refused", false))
	both(t, answer(500, "", "X-Should-Retry", "true"), want(Temporary, "http_500", false))
}

func TestRetryAfter(t *testing.T) {
	date := "Mon, 02 Jan 2006 15:04:05 GMT"
	for _, c := range []struct {
		headers []string
		want    time.Duration
	}{
		{nil, 0},
		{[]string{"Retry-After", "7"}, 7 * time.Second},
		{[]string{"Retry-After", "0.5"}, 500 * time.Millisecond},
		{[]string{"Retry-After-Ms", "1500", "Retry-After", "7"}, 1500 * time.Millisecond},
		{[]string{"Retry-After-Ms", "x", "Retry-After", "7"}, 7 * time.Second},
		{[]string{"Retry-After", "Mon, 02 Jan 2006 15:04:35 GMT", "Date", date}, 30 * time.Second},
		{[]string{"Retry-After", "Mon, 02 Jan 2006 15:04:00 GMT", "Date", date}, 0},
		{[]string{"Retry-After", "Mon, 02 Jan 2096 15:04:00 GMT", "Date", date}, 24 * time.Hour},
		{[]string{"Retry-After", "-3"}, 0},
		{[]string{"Retry-After", "NaN"}, 0},
		{[]string{"Retry-After", "Inf"}, 0},
		{[]string{"Retry-After", "soon"}, 0},
		{[]string{"Retry-After", "1e9"}, 24 * time.Hour},
		{[]string{"Retry-After-Ms", "1e300"}, 24 * time.Hour},
	} {
		both(t, answer(429, "", c.headers...), func(t *testing.T, _ Response, err error) {
			if e, _ := AsError(err); e == nil || e.RetryAfter != c.want {
				t.Errorf("%v: got %+v, want %s", c.headers, e, c.want)
			}
		})
	}
}

func TestErrorBodyIsCapped(t *testing.T) {
	both(t, answer(500, strings.Repeat("x", 1<<20)), func(t *testing.T, _ Response, err error) {
		e, _ := AsError(err)
		if len(e.Raw) != maxErrorReply || len(err.Error()) > 1000 {
			t.Errorf("%d bytes kept, message of %d", len(e.Raw), len(err.Error()))
		}
	})
}

// TestCutSecret puts the key where a message is cut short, so that half of it would get past a redactor that comes later.
func TestCutSecret(t *testing.T) {
	for n := 180; n < 215; n++ {
		both(t, answer(500, strings.Repeat("x", n)+canary), func(t *testing.T, _ Response, err error) {
			if strings.Contains(err.Error(), "sk-") {
				t.Error(err)
			}
		})
	}
}

func completeAgainst(t *testing.T, make func(Options) (Provider, error), path string, h http.HandlerFunc) error {
	t.Helper()
	url := serve(t, h)
	p, err := make(options(url + path))
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Complete(t.Context(), request())
	return err
}
