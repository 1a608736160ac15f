package llm

import (
	"fmt"
	"net/http"
	"strings"
)

// Access is what a server is shown, and what takes it out of texts that the server sends back.
type Access struct {
	Key     string              // sent as a bearer token; "" sends none
	Headers map[string]string   // extra request headers; they win over the provider's own
	Redact  func(string) string // takes secrets out of texts that servers sent; may be nil
}

// adaptKey is the reason of a call whose key was refused and has been replaced since, so that it is to be sent again.
const adaptKey = "adapt_key"

// renew reads the key again after a server has refused it: one that expires or is rotated lies in a file that something else
// writes. Of the calls that were refused together the first one reads; the others find that what they were sent with is old.
// What the caller gets where nothing has changed is the refusal itself.
func (w *wire) renew(e *Error, c *capture) *Error {
	if e.Reason != refusedReason || c.access == nil || w.reload == nil {
		return e
	}
	w.reloading.Lock()
	defer w.reloading.Unlock()
	if w.access.Load() == c.access {
		fresh, err := w.reload()
		if err != nil {
			e.Err = fmt.Errorf("%w; the key could not be read again: %w", e.Err, err)
			return e
		}
		if fresh.same(c.access) {
			return e
		}
		w.access.Store(fresh.after(c.access))
		w.notify(w.endpoint + ": the key was refused and has been read again; it has changed, and the run goes on with the new one")
	}
	return &Error{Class: Temporary, Reason: adaptKey, Status: e.Status, Err: e.Err}
}

func (a Access) same(b *Access) bool {
	if a.Key != b.Key || len(a.Headers) != len(b.Headers) {
		return false
	}
	for name, value := range a.Headers {
		if b.Headers[name] != value {
			return false
		}
	}
	return true
}

// after is an access in the place of another one, whose secrets are none to be shown either.
func (a Access) after(b *Access) *Access {
	one, two := a.redact(), b.redact()
	a.Redact = func(s string) string { return two(one(s)) }
	return &a
}

func (a Access) redact() func(string) string {
	if a.Redact == nil {
		return func(s string) string { return s }
	}
	return a.Redact
}

// redact takes out of a text what servers are shown.
func (w *wire) redact(s string) string { return w.access.Load().redact()(s) }

// show puts into a request what the server is to be shown.
func (w *wire) show(req *http.Request, c *capture) {
	c.access = w.access.Load()
	if c.access.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.access.Key)
	}
	for k, v := range c.access.Headers {
		if strings.EqualFold(k, "host") {
			req.Host = v
		}
		req.Header.Set(k, v)
	}
}
