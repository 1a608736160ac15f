package llm

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The entries of the catalogue that are about what a model writes: every one is read, read after a repair that is counted, or asked for
// once more and then failed with the reply kept. Nothing is guessed.
func TestCatalogueOfReplies(t *testing.T) {
	for name, c := range map[string]struct {
		s      step
		reason string // "": it is read
		repair bool
	}{
		"M1 no JSON":                       {step{content: "I think it is about harbours."}, "not_json", false},
		"M2 a fence":                       {step{content: "```json\n" + good + "\n```"}, "", true},
		"M2 prose around a fence":          {step{content: "Sure:\n```json\n" + good + "\n```\nDone."}, "", true},
		"M3 cut by the limit":              {step{content: good[:12], finish: "length"}, "length", false},
		"M4 cut, and said to be whole":     {step{content: good[:12]}, "not_json", false},
		"M5 a key twice":                   {step{content: `{"query":"x","query":"a","terms":["b"],"more":{"A":"1"}}`}, "not_json", false},
		"M6 another case":                  {step{content: `{"Query":"a","terms":["b"],"more":{"A":"1"}}`}, "not_json", false},
		"M6 a key too many":                {step{content: `{"query":"a","terms":["b"],"more":{"A":"1"},"score":1}`}, "not_json", false},
		"M7 single quotes":                 {step{content: `{'query':'a','terms':['b'],'more':{'A':'1'}}`}, "not_json", false},
		"M7 a comma too many":              {step{content: `{"query":"a","terms":["b"],"more":{"A":"1"},}`}, "not_json", false},
		"M7 a comment":                     {step{content: `{"query":"a", // the query` + "\n" + `"terms":["b"],"more":{"A":"1"}}`}, "not_json", false},
		"M7 NaN":                           {step{content: `{"query":NaN,"terms":["b"],"more":{"A":"1"}}`}, "not_json", false},
		"M8 a number for a text":           {step{content: `{"query":5,"terms":["b"],"more":{"A":"1"}}`}, "not_json", false},
		"M8 an endless number":             {step{content: `{"query":1e400,"terms":["b"],"more":{"A":"1"}}`}, "not_json", false},
		"M15 nothing":                      {step{content: ""}, "empty", false},
		"M15 nothing, as it thought":       {step{thought: "it may be", finish: "length"}, "thinking", false},
		"M15 nothing up to the limit":      {step{content: "", finish: "length"}, "length", false},
		"M16 thinking before":              {step{content: "<think>hm {</think>" + good}, "", true},
		"M16 thinking that does not end":   {step{content: "<think>it may be " + good}, "thinking", false},
		"M18 the same again and again":     {step{content: `{"query":"` + strings.Repeat("how long the drone ", 40), finish: "length"}, "loop", false},
		"M19 white space without an end":   {step{content: strings.Repeat(" \n", 5000), finish: "length"}, "loop", false},
		"M19 an object without an end":     {step{content: `{"query":"` + strings.Repeat("a", 5000), finish: "length"}, "loop", false},
		"M19 an end after much of nothing": {step{content: good[:len(good)-1] + strings.Repeat(" ", 5000) + "}"}, "", false},
	} {
		p, a, err := asking(0, nil, c.s)
		var u *Unreadable
		switch {
		case c.reason == "":
			if err != nil || !cmp.Equal(a.Value, goodValue) || c.repair != (len(a.Repaired) == 1) || p.calls() != 1 {
				t.Errorf("%s: %+v, %d calls: %v", name, a, p.calls(), err)
			}
		case !errors.As(err, &u) || u.Reason != c.reason || p.calls() != 2 || u.Call.IsZero():
			t.Errorf("%s: %v after %d calls, want %s after 2", name, err, p.calls(), c.reason)
		}
	}
}

// M44: of several choices the first one counts, and a call of a tool is no reply.
func TestM44SeveralChoicesAndToolCalls(t *testing.T) {
	two, err := DecodeOpenAI([]byte(`{"choices":[{"index":0,"message":{"content":"first"},"finish_reason":"stop"},{"index":1,"message":{"content":"second"},"finish_reason":"stop"}]}`))
	if err != nil || two.Content != "first" {
		t.Errorf("%+v, %v", two, err)
	}
	tool, err := DecodeOpenAI([]byte(`{"choices":[{"message":{"content":null,"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = asking(0, nil, step{content: tool.Content, finish: tool.FinishReason})
	var u *Unreadable
	if !errors.As(err, &u) || u.Reason != "empty" {
		t.Errorf("%v", err)
	}
}
