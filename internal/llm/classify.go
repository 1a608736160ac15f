package llm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// failure says why an exchange brought no body to decode; nil if it did. err is what the client library returned.
func (c *capture) failure(ctx context.Context, err error) *Error {
	switch {
	case !c.headed:
		return c.noAnswer(ctx, err)
	case errors.Is(c.err, errTooLarge):
		return &Error{Class: Item, Reason: "too_large", Err: c.err}
	case c.err != nil:
		return c.cutAnswer(ctx)
	case c.status >= 300 && c.status < 400:
		return redirected(c.header)
	case c.status < 200 || c.status >= 400:
		return refusal(c.status, c.header, c.body)
	}
	return nil
}

// noAnswer classifies an exchange without a response. It names the cause without the URL, which can hold secrets.
func (c *capture) noAnswer(ctx context.Context, err error) *Error {
	cause := err
	if u := (*url.Error)(nil); errors.As(err, &u) {
		cause = u.Err
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return &Error{Class: Temporary, Reason: "cancelled", PossiblyPaid: c.sent, Err: context.Canceled}
	case !c.tripped || errors.Is(err, errNotBuilt):
		return &Error{Class: Down, Reason: "bad_request", Err: cause}
	case !c.sent && isCertificate(err):
		return &Error{Class: Down, Reason: "tls", Err: fmt.Errorf("the server's certificate is not accepted: %w", cause)}
	case !c.sent && strings.Contains(cause.Error(), "HTTP response to HTTPS client"):
		return &Error{Class: Down, Reason: "tls", Err: errors.New("the server speaks http; base_url says https")}
	case !c.sent:
		return &Error{Class: Unavailable, Reason: "unreachable", Unsent: true, Err: cause}
	case ctx.Err() != nil:
		return timedOut()
	}
	return &Error{Class: Temporary, Reason: "connection", PossiblyPaid: true, Err: fmt.Errorf("connection lost before an answer: %w", cause)}
}

// cutAnswer classifies a body that ended too early.
func (c *capture) cutAnswer(ctx context.Context) *Error {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return &Error{Class: Temporary, Reason: "cancelled", PossiblyPaid: true, Err: context.Canceled}
	case ctx.Err() != nil:
		return timedOut()
	}
	return cut(c.err)
}

func timedOut() *Error {
	return &Error{Class: Temporary, Reason: "timeout", PossiblyPaid: true, Err: fmt.Errorf("no complete answer in time: %w", context.DeadlineExceeded)}
}

func cut(err error) *Error {
	return &Error{Class: Temporary, Reason: "cut", PossiblyPaid: true, Err: fmt.Errorf("the reply is cut off: %w", err)}
}

func isCertificate(err error) bool {
	var verify *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verify) || errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid)
}

func redirected(h http.Header) *Error {
	to := "another place"
	if u, err := url.Parse(h.Get("Location")); err == nil && u.Host != "" {
		to = u.Scheme + "://" + u.Host
	}
	return &Error{Class: Down, Reason: "redirect", Err: fmt.Errorf("the server redirects to %s, which is not followed; set base_url to the right address", to)}
}

// badParameter is a request parameter that the server does not take.
type badParameter struct {
	name    string
	message string
}

func (e *badParameter) Error() string {
	switch e.name {
	case "temperature", "top_p":
		return fmt.Sprintf("the server does not take %s; set `%s: null` for this model. It says: %s", e.name, e.name, e.message)
	case "think":
		return fmt.Sprintf("the model does not think; set `think: false` for it. The server says: %s", e.message)
	}
	return fmt.Sprintf("the server does not take the parameter %q; `extra: {%s: null}` leaves it out. It says: %s", e.name, e.name, e.message)
}

// refusal classifies a failed HTTP status by status and body.
func refusal(status int, h http.Header, body []byte) *Error {
	c := readComplaint(body)
	e := c.classify(status, retryAfter(h) > 0)
	e.Status, e.RetryAfter = status, retryAfter(h)
	if strings.EqualFold(h.Get("X-Should-Retry"), "false") && (e.Class == Temporary || e.Class == Overload) {
		e.Class = Item
	}
	if e.Err == nil {
		e.Err = fmt.Errorf("HTTP %d: %s", status, beginning([]byte(c.message), maxShown))
	}
	return e
}

// classify is the table of what a status means. waits says that the server gave a time after which to come again.
func (c complaint) classify(status int, waits bool) *Error {
	plainly := func(class Class) *Error { return &Error{Class: class, Reason: fmt.Sprintf("http_%d", status)} }
	switch {
	case status == http.StatusUnauthorized, status == http.StatusProxyAuthRequired:
		return c.down("refused", "the key is not accepted; is api_key right?")
	case status == http.StatusForbidden && c.says("moderation", "content_filter", "flagged"):
		return &Error{Class: Item, Reason: "content_filter"}
	case status == http.StatusForbidden:
		return c.down("refused", "access is denied; is api_key right, and may it use this model?")
	case status == http.StatusPaymentRequired:
		return c.down("quota", "the account has no credit")
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusGone:
		return c.notFound()
	case status == http.StatusRequestTimeout, status == http.StatusConflict, status == http.StatusTooEarly:
		return plainly(Temporary)
	case status == http.StatusTooManyRequests && c.isQuota(waits):
		return c.down("quota", "the account's quota is used up")
	case status == http.StatusTooManyRequests, status == 529,
		status == http.StatusServiceUnavailable && c.says("busy", "loading", "overload", "slow_down", "slow down", "too many", "capacity"):
		e := plainly(Overload)
		e.slow = c.says("slow_down", "slow down")
		return e
	case status >= 500:
		return c.serverFault(plainly(Temporary))
	}
	return c.badRequest(plainly(Item))
}

func (c complaint) down(reason, meaning string) *Error {
	return &Error{Class: Down, Reason: reason, Err: fmt.Errorf("%s The server says: %s", sentence(meaning), beginning([]byte(c.message), maxShown))}
}

func sentence(s string) string {
	if strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// isQuota tells money from rate: servers use 429 for both, and some speak of quota where a minute's rate is meant, but then say
// when to come again.
func (c complaint) isQuota(waits bool) bool {
	if c.saysQuota() {
		return true
	}
	return !waits && !c.says("retry in", "per minute", "perminute") && c.says("exceeded your current quota", "quota exceeded", "quota_exceeded", "exceeded quota")
}

func (c complaint) saysQuota() bool {
	return c.says("insufficient_quota", "billing_hard_limit", "billing_not_active", "billing hard limit", "insufficient_balance",
		"insufficient balance", "insufficient credits", "credit balance is too low", "access_terminated")
}

func (c complaint) notFound() *Error {
	if c.says("model", "deployment") && !c.says("<html", "<!doctype") {
		return c.down("unknown_model", "the server does not have this model")
	}
	return c.down("not_found", "there is nothing at this address; is base_url right? It usually ends in /v1")
}

// serverFault finds among the 5xx those that another try will not mend, and those that are not the request's fault.
func (c complaint) serverFault(usual *Error) *Error {
	switch {
	case c.says("requires more system memory"):
		return c.down("no_memory", "the model does not fit into the server's memory")
	case c.says("enginedead", "engine is dead", "engine loop is not running", "engine loop has died"):
		return &Error{Class: Unavailable, Reason: "engine_dead"}
	case c.says(runnerGone...):
		return &Error{Class: Unavailable, Reason: "runner_gone"} // the server is only in between: this request did not reach the model
	case c.says(runnerDied...):
		return &Error{Class: Temporary, Reason: "runner_died"} // this request may be what ends it, or one beside it
	case c.says("no slots available after"):
		return &Error{Class: Overload, Reason: "no_slot"}
	case c.says("invalid format", "failed to parse grammar", "must be of type", "not implemented", "invalid schema", "unsupported parameter"):
		if name := c.parameter(); name != "" {
			return c.unsupported(name)
		}
	}
	return usual
}

// What Ollama says, from 0.24 with runners of its own to 0.34 with llama-server, when the process of a model is not there: it asks
// the process how it is before it hands it a request, and loads the model anew where it has to.
var runnerGone = []string{"connection refused", "health resp:", "read health re", "health unmarshal", "server not responding", "unexpected server status",
	"timed out waiting for llama", "model failed to load", "error starting runner", "error starting llama-server", "llama-server startup failed"}

// What it says when the process ends while it works, or is found to have ended. "something went wrong" is said of an end without a word.
var runnerDied = []string{"runner has unexpectedly stopped", "process has terminated", "process no longer running", "post predict",
	"an error was encountered while running the model", "something went wrong, please see the ollama server logs",
	"error reading llm response", "error unmarshalling llm prediction response", "failed reading llm error response",
	"error reading llama-server", "error unmarshalling llama-server", "failed reading llama-server", "llama-server apply-template error",
	"llama-server grammar request failed"}

func (c complaint) badRequest(usual *Error) *Error {
	switch {
	case c.says("context_length", "context length", "context window", "context size", "maximum context", "prompt is too long",
		"input is too long", "too many tokens", "reduce the length", "string_above_max_length"):
		return &Error{Class: Item, Reason: "context_length"}
	case c.says("content_filter", "content_policy", "content policy", "content management policy", "responsibleaipolicy", "safety system", "moderation"):
		return &Error{Class: Item, Reason: "content_filter"}
	case c.says("http request to an https server", "plain http request was sent to https"):
		return c.down("tls", "the server speaks https; base_url says http")
	case c.says("invalid_api_key", "invalid api key", "incorrect api key", "api key not valid", "api_key_invalid"):
		return c.down("refused", "the key is not accepted; is api_key right?")
	case c.saysQuota():
		return c.down("quota", "the account has no credit")
	case c.says("model_not_found", "not a valid model", "does not support chat", "invalid model") || c.says("model") && c.says("does not exist", "model not found"):
		return c.down("unknown_model", "the server does not have this model, or it cannot chat")
	}
	if name := c.parameter(); name != "" {
		return c.unsupported(name)
	}
	return usual
}

func (c complaint) unsupported(name string) *Error {
	return &Error{Class: Unsupported, Reason: "unsupported", Err: &badParameter{name, beginning([]byte(c.message), maxShown)}}
}

// innerRefusal classifies an error inside a 200: its code or type is taken for the status that it should have been.
func innerRefusal(body []byte) *Error {
	c := readComplaint(body)
	e := refusal(c.impliedStatus(), nil, body)
	e.Status = http.StatusOK
	e.Err = fmt.Errorf("an error in a reply with status 200: %w", e.Err)
	return e
}

// impliedStatuses are words in code or type and the status that goes with them; the first that fits counts.
var impliedStatuses = []struct {
	said   string
	status int
}{
	{"insufficient_quota", 429}, {"billing", 402}, {"rate_limit", 429}, {"resource_exhausted", 429}, {"too_many_requests", 429},
	{"overloaded", 529}, {"slow_down", 503}, {"invalid_api_key", 401}, {"authentication", 401}, {"unauthenticated", 401},
	{"permission", 403}, {"model_not_found", 404}, {"not_found", 404}, {"timeout", 408},
	{"server_error", 500}, {"internal", 500}, {"service_unavailable", 503}, {"unavailable", 503},
	{"context_length", 400}, {"content_filter", 400}, {"content_policy", 400}, {"unsupported", 400}, {"unknown_parameter", 400},
	{"invalid_request", 400}, {"badrequest", 400}, {"bad_request", 400}, {"invalid_argument", 400},
}

func (c complaint) impliedStatus() int {
	var status int
	if _, err := fmt.Sscanf(c.code, "%d", &status); err == nil && status >= 400 && status < 600 {
		return status
	}
	words := strings.ToLower(c.code + " " + c.kind)
	for _, s := range impliedStatuses {
		if strings.Contains(words, s.said) {
			return s.status
		}
	}
	switch {
	case c.says("context length", "context window", "not support", "content policy"):
		return http.StatusBadRequest
	case c.says("rate limit", "too many requests"):
		return http.StatusTooManyRequests
	case c.says("busy", "overloaded"):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
