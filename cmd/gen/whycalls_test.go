package main

import (
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// chatReply is a whole answer of an OpenAI-compatible server.
const chatReply = `{"id":"x","object":"chat.completion","model":"w","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"%s"}}],` +
	`"usage":{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500}}`

func TestWhyShowsEveryAttemptAndFailureWithTheirSum(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1, mockllm.Config{Fault: func(n int, _ mockllm.Recorded) *mockllm.Fault {
		switch n { // a passage's queries are asked for one after the other
		case 1:
			return &mockllm.Fault{Status: 500, Body: `{"error":{"message":"the first one stumbled"}}`}
		case 2:
			return &mockllm.Fault{Body: strings.Replace(chatReply, "%s", "this is no JSON", 1)}
		}
		return nil
	}})
	l.must(0, "run")
	r := l.must(0, "why", "p00000")
	at := 0
	for _, want := range []string{l.server.URL, "attempt 0", "FAILED: http_500 (temporary), HTTP 500", "the first one stumbled", "attempt 0", "$0.0020", "this is no JSON", "attempt 1",
		"together: 3 calls, 1 of them failed, $0.0", "of this query: "} {
		i := strings.Index(r.out[at:], want)
		if i < 0 {
			t.Fatalf("%q is missing after byte %d:\n%s", want, at, r.out)
		}
		at += i
	}
	if n := shownCalls(r.out); n != l.server.Count() {
		t.Errorf("%d calls are shown, %d were made:\n%s", n, l.server.Count(), r.out)
	}
}

// shownCalls counts the calls in a text of `gen why`, without the references to those above.
func shownCalls(out string) int {
	return strings.Count(out, "\n  call ") - strings.Count(out, ": see above\n")
}

func TestWhyShowsTheCallsOfWhatNeverGotAReply(t *testing.T) {
	t.Parallel()
	for model, stage := range map[string]string{"w": "queries", "s": "judge", "l": "judge"} {
		t.Run(model, func(t *testing.T) {
			l := newLab(t, 1, mockllm.Config{Fault: func(_ int, r mockllm.Recorded) *mockllm.Fault {
				if strings.Contains(string(r.Body), `"model":"`+model+`"`) {
					return &mockllm.Fault{Status: 422, Body: `{"error":{"message":"not with me"}}`}
				}
				return nil
			}})
			l.gen("run")
			out := l.must(0, "why", "p00000").out
			if !strings.Contains(out, "not with me") {
				t.Errorf("the failed calls of stage %s are missing:\n%s", stage, out)
			}
			if n := shownCalls(out); n != l.server.Count() {
				t.Errorf("%d calls are shown, %d were made:\n%s", n, l.server.Count(), out)
			}
		})
	}
}
