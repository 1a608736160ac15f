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
	if l.Response == nil && !hasError(l.Error) {
		return BatchReply{}, errors.New("not a line of results: it has neither a response nor an error")
	}
	out := BatchReply{ID: l.ID}
	if l.Response == nil {
		out.Failure = unanswered(l.Error)
		return out, nil
	}
	body := []byte(l.Response.Body)
	if hasError(l.Error) && !hasError(body) {
		body = complained(l.Error)
	}
	var err error
	if s := l.Response.Status; s != 0 && (s < 200 || s >= 300) {
		out.Failure = refusal(s, http.Header{}, body)
	} else if out.Response, err = DecodeOpenAI(body); err != nil {
		out.Failure, _ = AsError(err)
	}
	if out.Failure != nil {
		out.Failure.Raw = body[:min(len(body), maxErrorReply)]
	}
	return out, nil
}

// complained is an error of a line as the body of a failed call.
func complained(raw json.RawMessage) []byte {
	var own struct {
		Error  json.RawMessage `json:"error"`
		Object string          `json:"object"`
	}
	if json.Unmarshal(raw, &own) == nil && (own.Object == "error" || hasError(own.Error)) {
		return raw // vLLM puts its whole reply there
	}
	return fmt.Appendf(nil, `{"error":%s}`, raw)
}

// unanswered classifies a line without a response.
func unanswered(raw json.RawMessage) *Error {
	body := complained(raw)
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
