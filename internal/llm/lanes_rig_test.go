package llm

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hardneg"
)

// served is an endpoint of fake time: a server with so many places, each call taking so long, others queueing.
type served struct {
	places chan struct{} // nil: any number at a time
	takes  time.Duration
	fails  func(Request) error // may be nil

	mu    sync.Mutex
	count int
}

func (s *served) Complete(ctx context.Context, req Request) (Response, error) {
	s.mu.Lock()
	s.count++
	s.mu.Unlock()
	if s.fails != nil {
		if err := s.fails(req); err != nil {
			return Response{}, err
		}
	}
	if s.places != nil {
		s.places <- struct{}{}
		defer func() { <-s.places }()
	}
	if err := Sleep(ctx, s.takes); err != nil {
		return Response{}, &Error{Class: Temporary, Reason: "timeout", PossiblyPaid: true, Err: err}
	}
	return s.reply(), nil
}

func (s *served) reply() Response {
	return Response{Content: "x", FinishReason: "stop", Usage: hardneg.Usage{Completion: 50}, Raw: []byte(`{"content":"x","finish_reason":"stop"}`)}
}

func (s *served) Decode(raw []byte) (Response, error) { return decodePlain(raw) }
func (s *served) Endpoint() string                    { return "served" }

func (s *served) calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// forgetful keeps no call.
type forgetful struct{}

func (forgetful) Lookup(context.Context, hardneg.Key) (hardneg.Call, bool, error) {
	return hardneg.Call{}, false, nil
}
func (forgetful) Record(hardneg.Call) error { return nil }

func (forgetful) Unreadable(hardneg.Key) error { return nil }

// many completes n requests with so many workers through endpoints, in fake time, and returns the errors by item.
func many(t *testing.T, n, workers int, change func(*Parts), endpoints ...Provider) (errs map[int]error, g *Governor) {
	t.Helper()
	ps := parts(endpoints[0], forgetful{})
	ps.Others = endpoints[1:]
	ps.Governor = NewGovernor(GovernorOptions{Concurrency: workers, Endpoints: len(endpoints), Patience: ps.Patience})
	if change != nil {
		change(&ps)
	}
	c := Wrap(ps)
	errs = map[int]error{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	items := make(chan int)
	for range workers {
		wg.Go(func() {
			for i := range items {
				if _, err := c.Complete(t.Context(), item(i)); err != nil {
					mu.Lock()
					errs[i] = err
					mu.Unlock()
				}
			}
		})
	}
	for i := range n {
		items <- i
	}
	close(items)
	wg.Wait()
	return errs, ps.Governor
}

// staged is a server whose calls of one stage take ten times as long, and bring ten times the tokens, of another's.
type staged struct{ served }

func (s *staged) Complete(ctx context.Context, req Request) (Response, error) {
	times := map[string]int{"queries": 1, "negatives": 10, "judge": 2}[req.Stage]
	if err := Sleep(ctx, time.Duration(times)*time.Second+time.Duration(req.Sample%7)*100*time.Millisecond); err != nil {
		return Response{}, err
	}
	return Response{Content: "x", FinishReason: "stop", Usage: hardneg.Usage{Completion: int64(20 * times)}, Raw: []byte(`{"content":"x","finish_reason":"stop"}`)}, nil
}

// uneven is a server whose calls take 0.2 to 3.8 seconds.
type uneven struct {
	served
	now, most *atomic.Int64
}

func (s *uneven) Complete(ctx context.Context, req Request) (Response, error) {
	n := s.now.Add(1)
	defer s.now.Add(-1)
	for most := s.most.Load(); n > most && !s.most.CompareAndSwap(most, n); most = s.most.Load() {
	}
	s.places <- struct{}{}
	defer func() { <-s.places }()
	if err := Sleep(ctx, 200*time.Millisecond+time.Duration(req.Sample*7919%37)*100*time.Millisecond); err != nil {
		return Response{}, err
	}
	return s.served.reply(), nil
}
