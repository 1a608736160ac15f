package llm

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"hardneg"
)

// BatchURL is the path that every line of a request file names.
const BatchURL = "/v1/chat/completions"

// AppendBatchLine appends a line of a request file, its newline included. The body is taken as it is: it is what a single request
// would have been, byte for byte, which no library that encodes the request again can promise (go-openai drops a temperature of 0).
func AppendBatchLine(b []byte, key hardneg.Key, body []byte) []byte {
	b = append(append(b, `{"custom_id":"`...), key.String()...)
	b = append(append(b, `","method":"POST","url":"`+BatchURL+`","body":`...), body...)
	return append(b, "}\n"...)
}

// BatchReply is one line of a file of results: a reply, or why there is none.
type BatchReply struct {
	ID       string // custom_id
	Response Response
	Failure  *Error // nil: there is a usable reply
}

// NeverRun is the reason of requests that a provider did not get to before the batch ended; nothing was paid for them.
const NeverRun = "batch_ended"

type batchLine struct {
	ID       string          `json:"custom_id"`
	Response *batchResponse  `json:"response"`
	Error    json.RawMessage `json:"error"`
}

type batchResponse struct {
	Status int             `json:"status_code"`
	Body   json.RawMessage `json:"body"`
}

// ReadBatchLine reads a line of a file of results. What is wrong with a reply is classified as it would be for a single request.
// It fails if the line is none.
func ReadBatchLine(line []byte) (BatchReply, error) {
	var l batchLine
	if err := json.Unmarshal(line, &l); err != nil {
		return BatchReply{}, fmt.Errorf("not a line of results: %w", err)
	}
	if l.ID == "" {
		return BatchReply{}, errors.New("not a line of results: it has no custom_id")
	}
	out := BatchReply{ID: l.ID}
	if l.Response == nil {
		out.Failure = unanswered(l.Error)
		return out, nil
	}
	if s := l.Response.Status; s != 0 && (s < 200 || s >= 300) {
		out.Failure = refusal(s, http.Header{}, l.Response.Body)
		out.Failure.Raw = l.Response.Body[:min(len(l.Response.Body), maxErrorReply)]
		return out, nil
	}
	if hasError(l.Error) && (len(l.Response.Body) == 0 || string(l.Response.Body) == "null") {
		out.Failure = unanswered(l.Error)
		return out, nil
	}
	resp, err := DecodeOpenAI(l.Response.Body)
	if err != nil {
		out.Failure, _ = AsError(err)
		out.Failure.Raw = l.Response.Body[:min(len(l.Response.Body), maxErrorReply)]
		return out, nil
	}
	out.Response = resp
	return out, nil
}

// unanswered classifies a line without a response.
func unanswered(raw json.RawMessage) *Error {
	if !hasError(raw) {
		return &Error{Class: Temporary, Reason: "no_response", Err: errors.New("the line has neither a response nor an error")}
	}
	body := fmt.Appendf(nil, `{"error":%s}`, raw)
	c := readComplaint(body)
	if strings.HasPrefix(c.code, "batch_expired") || strings.HasPrefix(c.code, "batch_cancel") {
		return &Error{Class: Temporary, Reason: NeverRun, Raw: body, Err: errors.New(c.message)}
	}
	e := c.classify(http.StatusInternalServerError, false)
	e.Raw = body
	if e.Reason == "http_500" {
		e.Reason = "batch_error"
	}
	if e.Err == nil {
		e.Err = errors.New(beginning([]byte(c.message), maxShown))
	}
	return e
}
