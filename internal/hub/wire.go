package hub

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	jsonType   = "application/json"
	lfsType    = "application/vnd.git-lfs+json"
	ndjsonType = "application/x-ndjson"
	mostAnswer = 16 << 20

	mostRedirects = 5
)

// statusError is an answer that is none of 2xx.
type statusError struct {
	method, url string
	code        int
	said        string        // the beginning of the body, for people
	body        []byte        // may hold anything, the token too
	to          string        // where it redirects to
	shown       bool          // the request had the token
	after       time.Duration // how long the server asks to wait, 0 where it does not say
}

func (e *statusError) Error() string {
	said := fmt.Sprintf("%s %s: the Hub answered %d: %s", e.method, e.url, e.code, e.said)
	if e.to != "" {
		said = fmt.Sprintf("%s %s: the answer was %d, on to %s, which is not followed", e.method, e.url, e.code, e.to)
	}
	if e.Unwrap() == ErrToken {
		said = ErrToken.Error() + ": " + said
	}
	return said
}

func (e *statusError) Unwrap() error {
	if e.shown && (e.code == http.StatusUnauthorized || e.code == http.StatusForbidden) {
		return ErrToken
	}
	if e.shown && e.to != "" {
		return ErrElsewhere
	}
	return nil
}

// refused reports whether an error is an answer with that status.
func refused(err error, code int) bool {
	var s *statusError
	return errors.As(err, &s) && s.code == code
}

// request is one HTTP request; body makes it anew for each try.
type request struct {
	method, url string
	types       [2]string // Content-Type and Accept; "" for none
	token       string
	body        func() (io.ReadCloser, error)
	size        int64
	once        bool // must not be repeated: a second one may do the same twice
}

func (c *Client) send(ctx context.Context, r request) (http.Header, []byte, error) {
	body, err := r.body()
	if err != nil {
		return nil, nil, err
	}
	q, err := http.NewRequestWithContext(ctx, r.method, r.url, body)
	if err != nil {
		return nil, nil, errors.Join(err, body.Close())
	}
	q.GetBody = r.body // for withinServer
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
		var of *url.Error // its text has the whole address
		if errors.As(err, &of) {
			err = of.Err
		}
		return nil, nil, fmt.Errorf("%s %s: %w", r.method, withoutQuery(r.url), err)
	}
	defer a.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(a.Body, mostAnswer))
	if a.StatusCode/100 != 2 {
		return nil, nil, &statusError{method: r.method, url: withoutQuery(r.url), code: a.StatusCode, said: c.quote(answer), body: answer,
			to: c.onTo(a), shown: r.token != "", after: after(a.Header, time.Now())}
	}
	return a.Header, answer, err
}

// withinServer follows a redirect that stays on the server, where a repository that was renamed is found. Go would send the token on to
// any port of the host, the body to any host, and make a GET of what was a POST.
func withinServer(q *http.Request, via []*http.Request) error {
	if len(via) > mostRedirects || q.Method != via[0].Method || !sameServer(q.URL, via[0].URL) {
		return http.ErrUseLastResponse
	}
	return nil
}

func sameServer(a, b *url.URL) bool {
	port := func(u *url.URL) string {
		return cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	}
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

// onTo is where an answer redirects to, without what may be secret in it: a password, a query.
func (c *Client) onTo(a *http.Response) string {
	to, err := a.Location()
	if err != nil || a.StatusCode/100 != 3 {
		return ""
	}
	return c.quote([]byte((&url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path}).String()))
}

// quote is the beginning of an answer, for people. A server that repeats the token in it must not make it known.
func (c *Client) quote(answer []byte) string {
	said := string(answer)
	if c.Token != "" {
		said = strings.ReplaceAll(said, c.Token, "…")
	}
	return strings.TrimSpace(strings.ToValidUTF8(said[:min(len(said), 500)], ""))
}

// withoutQuery leaves out what may be a signature of a storage.
func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

// ask sends a body to the Hub, with the token, and decodes the answer, if it is wanted.
func (c *Client) ask(ctx context.Context, method, path string, types [2]string, body []byte, once bool, answer any) error {
	_, err := c.askForHeader(ctx, request{method: method, url: c.Endpoint + path, types: types, token: c.Token, size: int64(len(body)), once: once, body: again(body)}, answer)
	return err
}

func (c *Client) askForHeader(ctx context.Context, r request, answer any) (http.Header, error) {
	header, raw, err := c.do(ctx, r)
	if err != nil || answer == nil {
		return header, err
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		return nil, fmt.Errorf("%s %s: the answer can't be read: %w", r.method, withoutQuery(r.url), err)
	}
	return header, nil
}

// again is a body that can be sent any number of times.
func again(body []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
}

// post sends JSON.
func (c *Client) post(ctx context.Context, path string, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	return c.ask(ctx, http.MethodPost, path, [2]string{jsonType, "*/*"}, body, false, answer)
}
