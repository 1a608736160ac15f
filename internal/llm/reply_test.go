package llm

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

type sampleReply struct {
	Query string            `json:"query"`
	Terms []string          `json:"terms"`
	More  map[string]string `json:"more"`
}

const good = `{"query":"a","terms":["b"],"more":{"A":"1"}}`

var goodValue = sampleReply{"a", []string{"b"}, map[string]string{"A": "1"}}

func TestStrictDecoding(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		ok      bool
	}{
		"as asked for":               {good, true},
		"space around":               {"\n " + good + "\t\n", true},
		"other order":                {`{"more":{"A":"1"},"terms":["b"],"query":"a"}`, true},
		"escapes":                    {`{"query":"\u0061","terms":["b"],"more":{"A":"1"}}`, true},
		"duplicate key":              {`{"query":"x","query":"a","terms":["b"],"more":{"A":"1"}}`, false},
		"duplicate key in a map":     {`{"query":"a","terms":["b"],"more":{"A":"3","A":"1"}}`, false},
		"duplicate key by an escape": {`{"query":"a","terms":["b"],"more":{"A":"3","\u0041":"1"}}`, false},
		"case variant":               {`{"Query":"a","terms":["b"],"more":{"A":"1"}}`, false},
		"case variant as well":       {`{"query":"a","QUERY":"x","terms":["b"],"more":{"A":"1"}}`, false},
		"unknown key":                {`{"query":"a","terms":["b"],"more":{"A":"1"},"note":"x"}`, false},
		"a list of it":               {"[" + good + "]", false},
		"number for a string":        {`{"query":1,"terms":["b"],"more":{"A":"1"}}`, false},
		"number for a word":          {`{"query":"a","terms":["b"],"more":{"A":1}}`, false},
		"invalid UTF-8":              {"{\"query\":\"a\xff\"}", false},
		"lone surrogate":             {`{"query":"\ud800"}`, false},
		"single quotes":              {`{'query':'a'}`, false},
		"trailing comma":             {`{"query":"a",}`, false},
		"comment":                    {`{"query":"a" /* x */}`, false},
		"NaN":                        {`{"query":NaN}`, false},
		"cut":                        {good[:len(good)-2], false},
		"NUL after it":               {good + "\x00", false},
		"two values":                 {good + good, false},
		"text after it":              {good + " I hope this helps.", false},
		"null":                       {"null", false},
		"bare string":                {`"a"`, false},
		"no JSON":                    {"I cannot say.", false},
	} {
		var v sampleReply
		err := strict([]byte(c.content), &v)
		if c.ok != (err == nil) || c.ok && !cmp.Equal(v, goodValue) || !c.ok && !cmp.Equal(v, sampleReply{}) {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
}

func TestExactlyThreeRepairs(t *testing.T) {
	repaired := map[string]string{
		"thinking":                     "<think>maybe {\"query\":\"x\"}</think>\n" + good,
		"thinking, other tags":         "<reasoning>so</reasoning>" + good,
		"fence":                        "```json\n" + good + "\n```",
		"fence without a language":     "```\n" + good + "\n```\n",
		"prose around":                 "Here it is: " + good + "\nI hope it helps {really}.",
		"thinking, then a fence":       "<thinking>so</thinking>```json\n" + good + "```",
		"thinking, prose and a fence":  "<think>so</think>Sure:\n```json\n" + good + "\n```\nDone.",
		"a fence that does not end":    "```json\n" + good,
		"special token after it":       good + "<|im_end|>",
		"several values: the first is": good + `{"query":"x"}`,
	}
	for name, content := range repaired {
		var v sampleReply
		if fixed, err := ParseReply(content, &v); err != nil || !fixed || !cmp.Equal(v, goodValue) {
			t.Errorf("%s: %+v, repaired %v: %v", name, v, fixed, err)
		}
	}
	refused := map[string]string{
		"a thinking block that does not end": "<think>it could be " + good + " or",
		"prose with braces before":           "In the form {query}: " + good,
		"braces in strings are no objects":   `He said "{" and ` + strings.Replace(good, "{", "", 1),
		"cut object":                         "Here: " + good[:len(good)-1],
		"duplicate key in a fence":           "```\n{\"query\":\"a\",\"query\":\"b\"}\n```",
		"unknown key in prose":               `so: {"question":"a"} there`,
		"single quotes in a fence":           "```\n{'query':'a'}\n```",
		"only a fence":                       "```json\n```",
		"only thinking":                      "<think>" + good + "</think>",
		"a list in prose":                    `so: ["a"]`,
		"null in a fence":                    "```\nnull\n```",
		"nothing":                            "",
	}
	for name, content := range refused {
		v := goodValue
		if fixed, err := ParseReply(content, &v); err == nil || fixed || !cmp.Equal(v, goodValue) {
			t.Errorf("%s: %+v, repaired %v: want an error and the value untouched", name, v, fixed)
		}
	}
	var v sampleReply
	if fixed, err := ParseReply(good, &v); fixed || err != nil {
		t.Error("a good reply is no repaired one")
	}
}

func TestEachRepairForItself(t *testing.T) {
	var list []string
	if fixed, err := ParseReply("```json\n[\"a\"]\n```", &list); err != nil || !fixed || !cmp.Equal(list, []string{"a"}) {
		t.Errorf("a fence around a list: %q, %v: %v", list, fixed, err)
	}
	for s, want := range map[string]string{
		`so {"a":"}"} there`:         `{"a":"}"}`,
		`so {"a":"{"} there`:         `{"a":"{"}`,
		`so {"a":"\"}"} there`:       `{"a":"\"}"}`,
		`so {"a":"\\"} there`:        `{"a":"\\"}`,
		`so {"a":{"b":{}}} {} there`: `{"a":{"b":{}}}`,
		`so {"a":{}`:                 "",
		`so }{`:                      "",
		`so`:                         "",
	} {
		if got, ok := firstObject(s); ok != (want != "") || ok && got != want {
			t.Errorf("the first object of %s is %s, %v", s, got, ok)
		}
	}
}

func FuzzParseReply(f *testing.F) {
	for _, s := range []string{good, "```json\n" + good + "\n```", "<think>x</think>" + good, "a " + good + " b", `{"query":"\"}{"}`, "<think>{", `{"more":{"A":"1","A":"2"}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		var v sampleReply
		fixed, err := ParseReply(content, &v)
		if err != nil {
			if fixed || !cmp.Equal(v, sampleReply{}) {
				t.Fatalf("an error and a value: %+v, %v", v, err)
			}
			return
		}
		inner := []byte(content)
		if fixed {
			if inner = contained(t, content, v); inner == nil {
				t.Fatalf("%q is not in the reply %q", v, content)
			}
		}
		checkStrict(t, inner)
	})
}

// contained finds the part of a reply that decodes strictly to the value.
func contained(t *testing.T, content string, want sampleReply) []byte {
	t.Helper()
	for i := range content {
		if content[i] != '{' {
			continue
		}
		dec := json.NewDecoder(strings.NewReader(content[i:]))
		var raw json.RawMessage
		var v sampleReply
		if dec.Decode(&raw) == nil && strict(raw, &v) == nil && cmp.Equal(v, want) {
			return raw
		}
	}
	return nil
}

// checkStrict checks with another decoder that a text is one JSON value of the type, without unknown or duplicate keys.
func checkStrict(t *testing.T, b []byte) {
	t.Helper()
	if !json.Valid(b) || !utf8.Valid(b) {
		t.Fatalf("%q is no JSON in UTF-8", b)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var v sampleReply
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%q: %v", b, err)
	}
	var keys map[string]json.RawMessage
	_ = json.Unmarshal(b, &keys)
	for k := range maps.Keys(keys) {
		if k != "query" && k != "terms" && k != "more" {
			t.Fatalf("key %q in %q", k, b)
		}
	}
}
