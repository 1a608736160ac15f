package llm

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options say how to reach a server.
type Options struct {
	Endpoint string // base URL; "" is the provider's usual one
	Access
	Reload      func() (Access, error) // reads the access again; nil: it can't change
	NumCtx      int                    // ollama: context length to load the model with; 0 is the server's default
	Concurrency int                    // connections that are kept; at least 1
	Network     http.RoundTripper      // nil: the real one
	Notify      func(string)           // told once of each thing that a person should know; may be nil
}

const (
	maxReply      = 8 << 20  // bytes of a body; a reply of a model is some kilobytes
	maxErrorReply = 64 << 10 // bytes of a failed call's body that are kept
	maxShown      = 600      // bytes of a server's message that are shown
)

// errCaptured ends every exchange that got a response: the client libraries build requests and choose the URL, and never see
// a reply. They would lose fields of it (go-openai), take an error inside a 200 for success (go-openai), take a cut or empty
// body for success (ollama), and allocate 8 MB for reading it (ollama). It also makes replies from the wire and from the store
// go through one decoder.
var errCaptured = errors.New("llm: reply captured")

var errNotBuilt = errors.New("the request could not be built")

// capture is one exchange: what the client library can't say of a request, and what came of it. It travels in the request's
// context and belongs to one goroutine.
type capture struct {
	own     []byte         // the whole body, in place of the library's; it has what is to be added
	add     []byte         // members `"k":v,` that the body does not have yet
	replace map[string]any // members that the body has; nil removes one
	upload  *upload        // a file that is sent in place of the library's body
	sink    io.Writer      // takes the body of a good reply, which may be large; nil: it is kept

	access *Access // what the server was shown

	tripped bool // the library asked for the exchange
	sent    bool // there was a connection, so the server may have got the request
	headed  bool // response headers came
	status  int
	header  http.Header
	body    []byte
	err     error // why the body is not whole
}

type captureKey struct{}

func withCapture(ctx context.Context, c *capture) context.Context {
	return context.WithValue(ctx, captureKey{}, c)
}

// wire is the RoundTripper under a client library, and what its provider needs to tell of a failure.
type wire struct {
	base     *http.Transport
	network  http.RoundTripper // base, or what stands for it
	target   *url.URL          // where requests go, whatever the library thinks
	endpoint string            // target without query, for logs
	notify   func(string)

	access    atomic.Pointer[Access]
	reloading sync.Mutex
	reload    func() (Access, error)
}

// newWire checks the endpoint and sets up the connections of one provider. usual is the endpoint if none is given.
func newWire(o Options, usual string) (*wire, error) {
	target, err := url.Parse(cmp.Or(o.Endpoint, usual))
	if err != nil || target.Host == "" || target.Scheme != "http" && target.Scheme != "https" {
		return nil, errors.New("base_url: it must be a URL such as " + usual) // err would print a password in it
	}
	if target.User != nil {
		return nil, errors.New("base_url: it must not hold credentials; use api_key or headers")
	}
	w := &wire{target: target, notify: o.Notify, reload: o.Reload}
	w.access.Store(&o.Access)
	w.endpoint = strings.TrimRight((&url.URL{Scheme: target.Scheme, Host: target.Host, Path: target.Path}).String(), "/")
	if w.notify == nil {
		w.notify = func(string) {}
	}
	if o.Key != "" && target.Scheme == "http" && !isLoopback(target.Hostname()) {
		w.notify("base_url " + w.endpoint + ": the key goes over the network unencrypted (http)")
	}
	w.base = newTransport(max(o.Concurrency, 1))
	if w.network = o.Network; w.network == nil {
		w.network = w.base
	}
	return w, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// newTransport keeps as many connections as there are calls at a time; the standard library's two would make nearly every
// call open its own. HTTP/2 stays off (it is, where a dialler is given): one lost connection would take all calls with it.
// Idle connections are dropped before common servers do so at 5 s, because a request that is written into a closing
// connection may have been paid for. Proxies from the environment are used, but never for loopback addresses.
func newTransport(concurrency int) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConns:           concurrency,
		MaxIdleConnsPerHost:    concurrency,
		MaxConnsPerHost:        concurrency,
		IdleConnTimeout:        4 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
		WriteBufferSize:        16 << 10,
		ReadBufferSize:         8 << 10,
	}
}

// client is the http.Client to hand to a library. It has no timeout of its own: the caller's context bounds the whole call.
func (w *wire) client() *http.Client {
	return &http.Client{
		Transport:     w,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// RoundTrip implements [http.RoundTripper]. It makes the exchange of the capture in the request's context and always fails:
// with errCaptured if a response came, which is then in the capture. It never follows a redirect, because Go would send the
// body and all key headers but Authorization along to another host.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	c, ok := req.Context().Value(captureKey{}).(*capture)
	if !ok {
		return nil, errors.New("llm: request without capture")
	}
	c.tripped = true
	out, err := w.prepare(req, c)
	if err != nil {
		return nil, err
	}
	resp, err := w.network.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	c.headed, c.status, c.header = true, resp.StatusCode, resp.Header
	if c.sink != nil && resp.StatusCode == http.StatusOK {
		_, c.err = io.Copy(c.sink, resp.Body)
		return nil, errCaptured
	}
	c.body, c.err = readLimited(resp.Body, resp.ContentLength)
	return nil, errCaptured
}

var userAgent = []string{"gen"}

// prepare is the request as it goes out.
func (w *wire) prepare(req *http.Request, c *capture) (*http.Request, error) {
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { c.sent = true }}
	out := req.WithContext(httptrace.WithClientTrace(req.Context(), trace))
	to := *req.URL // the library's request is left as it is; its headers are replaced as a whole or not at all
	out.URL, out.Header = &to, maps.Clone(req.Header)
	out.URL.Host, out.Host = w.target.Host, ""
	if w.target.RawQuery != "" {
		out.URL.RawQuery = w.target.RawQuery // such as Azure's api-version
	}
	out.Header["User-Agent"] = userAgent
	w.show(out, c)
	if req.Body == nil {
		return out, nil
	}
	if c.upload != nil {
		return out, c.upload.send(out)
	}
	body, err := c.own, error(nil)
	if body == nil {
		body, err = c.patch(req.Body, int(req.ContentLength))
	}
	if err == nil {
		body, err = c.whole(body)
	}
	if err != nil {
		return nil, err
	}
	setBody(out, body)
	return out, nil
}

// whole is a body with the members that the person put in place of ours.
func (c *capture) whole(body []byte) ([]byte, error) {
	if len(c.replace) == 0 {
		return body, nil
	}
	return replaceMembers(body, c.replace)
}

// setBody gives a request its body. With GetBody the transport may move a request to a fresh connection, which it does only if
// nothing of it was written.
func setBody(req *http.Request, body []byte) {
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = req.GetBody()
}

// patch reads a body of n bytes, a JSON object, and puts what the capture adds in front of its first member, so that the prompt
// is neither decoded nor encoded again.
func (c *capture) patch(body io.Reader, n int) ([]byte, error) {
	buf := make([]byte, len(c.add)+n)
	if _, err := io.ReadFull(body, buf[len(c.add):]); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotBuilt, err)
	}
	if n < 2 || buf[len(c.add)] != '{' {
		return nil, fmt.Errorf("%w: its body is no JSON object", errNotBuilt)
	}
	buf[0] = '{'
	copy(buf[1:], c.add)
	return buf, nil
}

func replaceMembers(body []byte, with map[string]any) ([]byte, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotBuilt, err)
	}
	for k, v := range with {
		if v == nil {
			delete(all, k)
			continue
		}
		b, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("%w: extra.%s: %w", errNotBuilt, k, err)
		}
		all[k] = b
	}
	return json.Marshal(all)
}

// members encodes the fields of a JSON object, sorted, each with a comma after it. Nil values are left out.
func members(fields map[string]any) ([]byte, error) {
	for k, v := range fields {
		if v == nil {
			delete(fields, k)
		}
	}
	if len(fields) == 0 {
		return nil, nil
	}
	b, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("%w: extra: %w", errNotBuilt, err)
	}
	b[len(b)-1] = ','
	return b[1:], nil
}

var errTooLarge = fmt.Errorf("the reply is larger than %d MB", maxReply>>20)

// readLimited reads a body of at most maxReply bytes. size is the announced length, -1 if unknown; it is not trusted.
func readLimited(r io.Reader, size int64) ([]byte, error) {
	if size > maxReply {
		return nil, errTooLarge
	}
	buf := make([]byte, 0, min(max(size, 2047), 64<<10)+1)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case len(buf) > maxReply:
			return buf[:maxErrorReply], errTooLarge
		case err == io.EOF: //nolint:errorlint // the contract of Read
			return buf, nil
		case err != nil:
			return buf, err
		case len(buf) == cap(buf):
			buf = append(buf, 0)[:len(buf)]
		}
	}
}
