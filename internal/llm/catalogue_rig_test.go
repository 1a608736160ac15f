package llm

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// event is what a fake network does with one request.
type event struct {
	dial   error // there is no connection
	noDial bool  // a connection never comes about
	status int   // 0: the connection is lost before an answer
	body   string
	header []string
	cut    bool          // the body breaks off
	after  time.Duration // until the headers come
	drip   bool          // the body never ends
}

func ok() event { return event{status: 200, body: okOpenAI} }

func fails(status int, body string, header ...string) event {
	return event{status: status, body: body, header: header}
}

// actedNetwork is a network that acts out its events in turn, the last one again and again.
type actedNetwork struct {
	events []event

	mu   sync.Mutex
	sent []time.Time
}

func (n *actedNetwork) RoundTrip(req *http.Request) (*http.Response, error) {
	n.mu.Lock()
	e := n.events[min(len(n.sent), len(n.events)-1)]
	n.sent = append(n.sent, time.Now())
	n.mu.Unlock()
	ctx := req.Context()
	if e.noDial {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if e.dial != nil {
		return nil, e.dial
	}
	httptrace.ContextClientTrace(ctx).GotConn(httptrace.GotConnInfo{})
	if e.after > 0 {
		if err := Sleep(ctx, e.after); err != nil {
			return nil, ctx.Err()
		}
	}
	if e.status == 0 {
		return nil, errors.New("read: connection reset by peer")
	}
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i+1 < len(e.header); i += 2 {
		h.Set(e.header[i], e.header[i+1])
	}
	return &http.Response{StatusCode: e.status, Header: h, ContentLength: -1, Body: io.NopCloser(e.reader(req))}, nil
}

func (e event) reader(req *http.Request) io.Reader {
	switch {
	case e.drip:
		return readerFunc(func(b []byte) (int, error) {
			if err := Sleep(req.Context(), 100*time.Millisecond); err != nil {
				return 0, req.Context().Err()
			}
			b[0] = ' '
			return 1, nil
		})
	case e.cut:
		return io.MultiReader(strings.NewReader(e.body), readerFunc(func([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }))
	}
	return strings.NewReader(e.body)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

var refusedDial = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connect: connection refused")}

// fault is an entry of the catalogue: what a network does, and what must become of the item that meets it.
type fault struct {
	id       string
	events   []event
	class    Class // of the error in the end; 0: the item is answered
	reason   string
	requests int // that are sent; 0: not told
	least    time.Duration
	most     time.Duration // 0: two minutes
	says     string        // the error says it
}

func (f fault) run(t *testing.T) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := &actedNetwork{events: f.events}
		p, err := NewOpenAI(Options{Endpoint: "http://server.test/v1", Network: n, Concurrency: 8, Access: options("").Access})
		if err != nil {
			t.Fatal(err)
		}
		m := &memory{}
		ps := parts(p, m)
		ps.Kind, ps.Patience, ps.Retries = "openai", 30*time.Minute, 4
		ps.Governor = NewGovernor(GovernorOptions{Concurrency: 8, Patience: ps.Patience})
		start := time.Now()
		resp, err := Wrap(ps).Complete(t.Context(), request())
		took := time.Since(start)
		if f.class != 0 {
			e := wantError(t, err, f.class, f.reason)
			if !strings.Contains(e.Error(), f.says) || strings.Contains(e.Error(), canary) {
				t.Errorf("it says: %v", e)
			}
		} else if err != nil || resp.Content != `{"query":"x"}` {
			t.Errorf("%q, %v", resp.Content, err)
		}
		if f.requests > 0 && len(n.sent) != f.requests || len(m.kept()) > len(n.sent) {
			t.Errorf("%d requests, want %d; %d are kept", len(n.sent), f.requests, len(m.kept()))
		}
		if most := max(f.most, f.least, 0); took < f.least || most > 0 && took > most+2*time.Minute || most == 0 && took > 2*time.Minute {
			t.Errorf("it took %s, want %s or a little more", took, f.least)
		}
	})
}
