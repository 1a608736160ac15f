package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	jsonType   = "application/json"
	lfsType    = "application/vnd.git-lfs+json"
	ndjsonType = "application/x-ndjson"
	tries      = 4
	mostAnswer = 16 << 20
)

// statusError is an answer that is none of 2xx.
type statusError struct {
	method, url string
	code        int
	said        string
}

func (e *statusError) Error() string {
	said := fmt.Sprintf("%s %s: the Hub answered %d: %s", e.method, e.url, e.code, e.said)
	if e.Unwrap() != nil {
		said = ErrToken.Error() + ": " + said
	}
	return said
}

func (e *statusError) Unwrap() error {
	if e.code == http.StatusUnauthorized || e.code == http.StatusForbidden {
		return ErrToken
	}
	return nil
}

// request is one HTTP request; body makes it anew for each try.
type request struct {
	method, url string
	types       [2]string // Content-Type and Accept; "" for none
	token       string
	body        func() (io.Reader, error)
	size        int64
	once        bool // must not be repeated: a second one may do the same twice
}

// do sends a request, again after a pause where the network or the server failed, and reads the answer.
func (c *Client) do(ctx context.Context, r request) (header http.Header, answer []byte, err error) {
	pause := c.Pause
	for try := 1; ; try++ {
		header, answer, err = c.send(ctx, r)
		if err == nil || r.once || try == tries || !passes(err) || ctx.Err() != nil {
			return header, answer, err
		}
		c.Say("%v; again in %s", err, pause)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, nil, context.Cause(ctx)
		}
		pause *= 2
	}
}

// passes reports whether an error may be gone the next time.
func passes(err error) bool {
	var s *statusError
	if errors.As(err, &s) {
		return s.code >= 500 || s.code == http.StatusTooManyRequests
	}
	return true
}

func (c *Client) send(ctx context.Context, r request) (http.Header, []byte, error) {
	body, err := r.body()
	if err != nil {
		return nil, nil, err
	}
	if closer, ok := body.(io.Closer); ok {
		defer closer.Close()
	}
	q, err := http.NewRequestWithContext(ctx, r.method, r.url, io.NopCloser(body))
	if err != nil {
		return nil, nil, err
	}
	q.ContentLength = r.size
	for i, name := range []string{"Content-Type", "Accept"} {
		if r.types[i] != "" {
			q.Header.Set(name, r.types[i])
		}
	}
	if r.token != "" {
		q.Header.Set("Authorization", "Bearer "+r.token)
	}
	a, err := c.HTTP.Do(q)
	if err != nil {
		return nil, nil, err
	}
	defer a.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(a.Body, mostAnswer))
	if a.StatusCode/100 != 2 {
		said := strings.TrimSpace(string(answer[:min(len(answer), 500)]))
		return nil, nil, &statusError{r.method, withoutQuery(r.url), a.StatusCode, said}
	}
	return a.Header, answer, err
}

// withoutQuery leaves out what may be a signature of a storage.
func withoutQuery(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return url
}

// ask sends a body to the Hub, with the token, and decodes the answer, if it is wanted.
func (c *Client) ask(ctx context.Context, method, path string, types [2]string, body []byte, once bool, answer any) error {
	_, raw, err := c.do(ctx, request{method: method, url: c.Endpoint + path, types: types, token: c.Token, size: int64(len(body)), once: once,
		body: func() (io.Reader, error) { return bytes.NewReader(body), nil }})
	if err != nil || answer == nil {
		return err
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		return fmt.Errorf("%s %s: the answer can't be read: %w", method, path, err)
	}
	return nil
}

// post sends JSON.
func (c *Client) post(ctx context.Context, path string, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	return c.ask(ctx, http.MethodPost, path, [2]string{jsonType, "*/*"}, body, false, answer)
}
