package llm

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// every answers n calls in turn as the first ones say, for ever: 0 is a right answer.
func every(takes time.Duration, kinds ...Class) *served {
	s := &served{takes: takes}
	n := 0
	s.fails = func(Request) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		n++
		if c := kinds[n%len(kinds)]; c != 0 {
			return failed(c, "seldom")
		}
		return nil
	}
	return s
}

// N38: half of all calls fail for ten minutes, and no item is charged for it.
func TestN38Flapping(t *testing.T) {
	for _, class := range []Class{Unavailable, Temporary} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			half := every(time.Second, class, 0, 0, class, class, 0)
			always := half.fails
			half.fails = func(r Request) error {
				if r.Sample == 400 {
					return failed(Temporary, "http_500")
				}
				if time.Since(start) > 10*time.Minute {
					return nil
				}
				return always(r)
			}
			errs, _ := many(t, 3000, 8, func(ps *Parts) { ps.Retries = 4 }, half)
			if len(errs) != 1 || errs[400] == nil {
				t.Errorf("%s: charged: %v; want the one that never works", class, errs)
			}
			if took := time.Since(start); took > time.Hour {
				t.Errorf("%s: it took %s", class, took)
			}
		})
	}
}

// N39: of four endpoints one is dead and one is twenty times as slow. The others take the work, and nobody waits for the slow one.
func TestN39OneOfFourIsDeadAndOneIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		dead, slow, one, two := every(0, Unavailable), &served{takes: 20 * time.Second}, &served{takes: time.Second}, &served{takes: time.Second}
		errs, _ := many(t, 4000, 16, nil, dead, slow, one, two)
		if len(errs) != 0 || dead.calls() > 40 || slow.calls() > 400 || min(one.calls(), two.calls()) < 1400 {
			t.Errorf("%d, %d, %d and %d calls; %v", dead.calls(), slow.calls(), one.calls(), two.calls(), errs)
		}
		if took := time.Since(start); took > 6*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

// N44: nine of ten calls are refused as too many. The work goes on, slowly; where all are, it ends with the patience.
func TestN44ManyRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kinds := append(strings.Fields(strings.Repeat("x ", 9)), "ok")
		classes := make([]Class, len(kinds))
		for i, k := range kinds {
			if k == "x" {
				classes[i] = Overload
			}
		}
		s := every(time.Second, classes...)
		errs, _ := many(t, 60, 8, nil, s)
		if len(errs) != 0 {
			t.Errorf("charged: %v", errs)
		}
	})
	complete(t, script(step{err: failed(Overload, "http_429")}), func(ps *Parts) {
		ps.Patience = 10 * time.Minute
		ps.Governor = NewGovernor(GovernorOptions{Concurrency: 8, Patience: ps.Patience})
	}, func(t *testing.T, err error, took time.Duration) {
		wantError(t, err, Down, "http_429")
		if took < 10*time.Minute || took > 12*time.Minute {
			t.Errorf("given up after %s", took)
		}
	})
}

// N15: one endpoint that asks to wait for a day is left to the others.
func TestN15ADayAtOneOfTwoEndpoints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		e := failed(Overload, "http_429")
		e.RetryAfter, e.Status = 24*time.Hour, 429
		spent, other := &served{fails: func(Request) error { return e }}, &served{takes: time.Second}
		errs, _ := many(t, 200, 4, nil, spent, other)
		if len(errs) != 0 || other.calls() != 200 || spent.calls() > 4 {
			t.Errorf("%d and %d calls; %v", spent.calls(), other.calls(), errs)
		}
		if took := time.Since(start); took > 10*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

// N34, N35: what the server does not count is estimated and marked, and the model that answered is in what is kept.
func TestN34N35AnotherModelAndNoUsage(t *testing.T) {
	p, err := NewOpenAI(Options{Endpoint: "http://server.test/v1", Network: &actedNetwork{events: []event{fails(200,
		`{"model":"another","choices":[{"message":{"content":"12345678"},"finish_reason":"stop"}]}`)}}})
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{}
	ps := parts(p, m)
	ps.Kind = "openai"
	resp, err := Wrap(ps).Complete(t.Context(), request())
	if err != nil || resp.Model != "another" || !resp.Usage.Estimated || resp.Usage.Prompt == 0 || resp.Usage.Completion != 2 {
		t.Errorf("%+v, %v", resp, err)
	}
	if c := m.kept()[0]; !c.Usage.Estimated || !strings.Contains(string(c.Reply), "another") {
		t.Errorf("%+v", c)
	}
}

// N41: a server that closes connections without saying so, after it has answered. The next request finds out, and nobody sees it.
func TestN41StaleConnections(t *testing.T) {
	closed := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(buf, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(okOpenAI), okOpenAI)
		_ = buf.Flush()
		time.AfterFunc(5*time.Millisecond, func() { _ = conn.Close(); closed <- struct{}{} })
	})
	p, err := NewOpenAI(options(url + "/v1"))
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{}
	ps := parts(p, m)
	ps.Kind = "openai"
	c := Wrap(ps)
	const calls = 6
	for i := range calls {
		if _, err := c.Complete(t.Context(), item(i)); err != nil {
			t.Error(err)
		}
		<-closed
		time.Sleep(100 * time.Millisecond) // the end of the connection is there; the client has time to see it on a busy machine, too
	}
	if n := len(m.kept()); n != calls {
		t.Errorf("%d calls are kept for %d", n, calls)
	}
}

// N42: what a person has set as proxy for the world is none for this machine.
func TestN42NoProxyForThisMachine(t *testing.T) {
	p, err := NewOpenAI(options("http://127.0.0.1:1/v1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{"http://127.0.0.1:1/v1", "http://localhost:1/v1", "http://[::1]:1/v1"} {
		r, err := http.NewRequest(http.MethodPost, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if proxy, err := p.wire.base.Proxy(r); proxy != nil || err != nil {
			t.Errorf("%s through %v, %v", url, proxy, err)
		}
	}
}
