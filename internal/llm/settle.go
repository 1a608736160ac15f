package llm

import (
	"context"
	"errors"
	"io"
)

// told is an error whose text has no secrets. Only errors of the standard library that callers look for stay reachable.
type told struct {
	text  string
	cause error
}

func (e *told) Error() string { return e.text }
func (e *told) Unwrap() error { return e.cause }

// settle reads what an exchange brought, with the decoder of the provider. Before anything of a failed exchange gets into a
// message, secrets are taken out of its body: a server can echo them, and a text that is cut short would hide them by half.
func (w *wire) settle(ctx context.Context, c *capture, err error, decode func([]byte) (Response, error)) (Response, *Error) {
	failed := c.failure(ctx, err)
	if failed == nil {
		resp, err := decode(c.body)
		if err == nil {
			return resp, nil
		}
		failed, _ = AsError(err)
	}
	c.body = []byte(w.redact(string(plain(c.body))))
	if again := c.failure(ctx, err); again != nil {
		failed = again
	} else if _, err := decode(c.body); err != nil {
		failed, _ = AsError(err)
	}
	return Response{}, failed
}

// finish makes an error fit for logs and the store: endpoint, status and body are filled in, and secrets taken out.
func (w *wire) finish(e *Error, c *capture) *Error {
	e.Endpoint = w.endpoint
	if e.Status == 0 {
		e.Status = c.status
	}
	if len(c.body) > 0 {
		e.Raw = c.body[:min(len(c.body), maxErrorReply)]
	}
	safe := &told{text: w.redact(e.Err.Error())}
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded, io.ErrUnexpectedEOF} {
		if errors.Is(e.Err, cause) {
			safe.cause = cause
		}
	}
	e.Err = safe
	return e
}

// names settles a call for a list of names.
func (w *wire) names(ctx context.Context, c *capture, err error, read func([]byte) ([]string, *Error)) ([]string, error) {
	failed := c.failure(ctx, err)
	if failed == nil {
		var names []string
		if names, failed = read(c.body); failed == nil {
			return names, nil
		}
	}
	c.body = nil // nothing here is worth storing
	return nil, w.finish(failed, c)
}
