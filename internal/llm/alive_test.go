package llm

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// choosy is an endpoint that fails what bad says, at times that it says.
type choosy struct {
	bad    func(Request) bool
	probes atomic.Int64
	others atomic.Int64
}

func (p *choosy) Complete(ctx context.Context, req Request) (Response, error) {
	if err := Sleep(ctx, 100*time.Millisecond); err != nil {
		return Response{}, err
	}
	if req.Prompt == probePrompt {
		p.probes.Add(1)
	} else {
		p.others.Add(1)
	}
	if p.bad(req) {
		return Response{}, failed(Temporary, "http_500")
	}
	return Response{Content: "ok", FinishReason: "stop", Raw: []byte(`{"content":"ok","finish_reason":"stop"}`)}, nil
}

func (p *choosy) Decode(raw []byte) (Response, error) { return decodePlain(raw) }
func (p *choosy) Endpoint() string                    { return "choosy" }

// work sends n items at once, and returns which failed and how long it took.
func (p *choosy) work(t *testing.T, n, concurrency int) (failed []int, took time.Duration) {
	ps := parts(p, &memory{})
	ps.Hard, ps.Retries, ps.Governor = t.Context(), 4, NewGovernor(GovernorOptions{Concurrency: concurrency})
	c := Wrap(ps)
	var mu sync.Mutex
	var wg sync.WaitGroup
	start := time.Now()
	for i := range n {
		wg.Go(func() {
			r := item(i)
			if i%10 == 7 {
				r.User = "poison"
			}
			if _, err := c.Complete(t.Context(), r); err != nil {
				if _, ok := ItemFailure(err); !ok {
					t.Errorf("item %d: %v", i, err)
				}
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, i)
			}
		})
	}
	wg.Wait()
	return failed, time.Since(start)
}

// Items that are left because they fail again and again are charged for it at once; the rest, and the patience, are for endpoints.
func TestAFewItemsThatFailAreNotAnEndpointThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &choosy{bad: func(r Request) bool { return strings.Contains(r.User, "poison") }}
		bad, took := p.work(t, 200, 8)
		if len(bad) != 20 || took > 35*time.Second { // 10 to 28 s, as the jitter falls; with the rests of an endpoint it is more
			t.Errorf("%d failed after %s: %v", len(bad), took, bad)
		}
		if p.probes.Load() == 0 || p.probes.Load() > 20 {
			t.Errorf("%d probes", p.probes.Load())
		}
	})
}

// An endpoint that is down for ten minutes is asked whether it is alive once in each of its rests, and nobody is charged.
func TestAnEndpointThatIsDownIsProbedOnceARest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		down := func(Request) bool { d := time.Since(begin); return d > time.Second && d < 10*time.Minute }
		p := &choosy{bad: down}
		bad, took := p.work(t, 165, 15) // fewer fail at once than mean the endpoint, so that some are on their way when it rests
		// rests of 5, 10, 20, 40, 80, 160 and 300 s
		if len(bad) > 0 || took < 10*time.Minute || p.probes.Load() == 0 || p.probes.Load() > 8 || p.others.Load() > 300 {
			t.Errorf("%d failed after %s, %d probes, %d calls", len(bad), took, p.probes.Load(), p.others.Load())
		}
	})
}
