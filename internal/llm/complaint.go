package llm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// complaint is what the body of a failed call says, read from any of the forms that servers use:
//
//	{"error": {"message", "type", "param", "code"}}    OpenAI and most others
//	{"error": "…"}                                      Ollama
//	{"object": "error", "message", "code"}              older vLLM
//	{"detail": "…"}, {"detail": [{"loc", "msg", "type"}]}  FastAPI
//	[{"error": {…}}]                                    Gemini
//
// and anything else as text.
type complaint struct {
	message string
	code    string // the server's word or number
	kind    string // its type
	param   string // the parameter that it names
	low     string // in lower case, for finding words
}

type complaintBody struct {
	Error   json.RawMessage `json:"error"`
	Detail  json.RawMessage `json:"detail"`
	Message any             `json:"message"`
	Code    any             `json:"code"`
	Type    any             `json:"type"`
	Param   any             `json:"param"`
	Status  any             `json:"status"`
}

type complaintDetail struct {
	Loc  []any  `json:"loc"`
	Msg  string `json:"msg"`
	Type string `json:"type"`
}

func readComplaint(body []byte) complaint {
	text := bytes.TrimSpace(plain(body))
	if list := []json.RawMessage{}; json.Unmarshal(text, &list) == nil && len(list) > 0 {
		text = list[0]
	}
	var b complaintBody
	var c complaint
	if json.Unmarshal(text, &b) == nil {
		c = b.read()
	}
	if c.message == "" {
		c.message = beginning(text, 200)
	}
	// only the beginning, because some servers go on to quote the request, and a passage may speak of anything
	c.low = strings.ToLower(strings.Join([]string{beginning([]byte(c.message), 400), c.code, c.kind, c.param}, "\n"))
	return c
}

func (b complaintBody) read() complaint {
	var inner complaintBody
	var text string
	switch {
	case len(b.Error) > 0 && json.Unmarshal(b.Error, &text) == nil && text != "":
		return complaint{message: text, code: word(b.Code), kind: word(b.Type)}
	case len(b.Error) > 0 && json.Unmarshal(b.Error, &inner) == nil && inner.Message != nil:
		return inner.read()
	case len(b.Error) > 0 && !isNull(b.Error):
		return complaint{message: string(b.Error), code: word(inner.Code), kind: word(inner.Type), param: word(inner.Param)}
	case len(b.Detail) > 0:
		return readDetail(b.Detail)
	}
	return complaint{message: word(b.Message), code: word(b.Code), kind: strings.TrimSpace(word(b.Type) + " " + word(b.Status)), param: word(b.Param)}
}

func readDetail(raw json.RawMessage) complaint {
	var list []complaintDetail
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		return complaint{message: text}
	}
	c := complaint{message: list[0].Msg, code: list[0].Type}
	for _, part := range list[0].Loc {
		c.param = word(part) // the last one is the field
	}
	c.message += " (" + c.param + ")"
	return c
}

func word(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		words := make([]string, len(v))
		for i := range v {
			words[i] = word(v[i])
		}
		return strings.Join(words, ", ")
	}
	return fmt.Sprint(v)
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }

// says reports whether any of the words occurs.
func (c complaint) says(words ...string) bool {
	for _, w := range words {
		if strings.Contains(c.low, w) {
			return true
		}
	}
	return false
}

// knownParams are the names under which servers speak of what we send, and the parameter that each means.
var knownParams = []struct{ said, param string }{
	{"response_format", "response_format"}, {"json_schema", "response_format"}, {"structured output", "response_format"},
	{"invalid format", "response_format"}, {"grammar", "response_format"},
	{"max_tokens", "max_tokens"}, {"max_completion_tokens", "max_completion_tokens"},
	{"logprobs", "logprobs"}, {"log probabilities", "logprobs"},
	{"temperature", "temperature"}, {"top_p", "top_p"}, {"thinking", "think"}, {"seed", "seed"},
}

var namedParam = regexp.MustCompile(`(?i)(?:unknown|unrecogni[sz]ed|unsupported|unexpected|extra)(?: request| keyword| body| input)? ` +
	"(?:parameter|argument|field|property|key|name|option)s?(?: supplied| provided| given)?:? *['\"`]?([A-Za-z_][A-Za-z0-9_.]*)")

// parameter is the request parameter that the server does not take, "" if it complains of something else.
func (c complaint) parameter() string {
	if !c.says("not support", "unsupported", "unknown", "unrecogni", "unexpected", "not permitted", "not allowed", "unavailable",
		"not available", "not implemented", "invalid schema", "invalid format", "invalid value", "extra_forbidden", "extra fields", "only the default",
		"must be 'json_schema' or", "must be of type", "failed to parse grammar", "deprecated") {
		return ""
	}
	top, _, _ := strings.Cut(c.param, ".")
	if strings.HasPrefix(top, "messages") || top == "model" {
		return "" // it is about this request's text
	}
	if top != "" && top != "body" {
		return canonicalParam(top)
	}
	if m := namedParam.FindStringSubmatch(c.low); m != nil {
		top, _, _ = strings.Cut(m[1], ".")
		return canonicalParam(top)
	}
	first, found := len(c.low), ""
	for _, k := range knownParams {
		if i := strings.Index(c.low, k.said); i >= 0 && i < first {
			first, found = i, k.param
		}
	}
	return found
}

func canonicalParam(name string) string {
	switch name {
	case "top_logprobs":
		return "logprobs"
	case "json_schema", "format":
		return "response_format"
	}
	return name
}

// beginning is the start of a text for showing, at most n bytes, on one line.
func beginning(b []byte, n int) string {
	if len(b) > n {
		b = b[:n]
		for len(b) > 0 && !utf8.RuneStart(b[len(b)-1]) {
			b = b[:len(b)-1]
		}
		b = append(bytes.Clone(b), "…"...)
	}
	return strings.Join(strings.Fields(strings.ToValidUTF8(string(b), "\uFFFD")), " ")
}
