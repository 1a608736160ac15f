package llm

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hardneg"
)

// shelf is a store of calls and a plan.
type shelf struct {
	calls   map[hardneg.Key]hardneg.Call
	planned map[hardneg.Key]hardneg.Call
	bodies  []string
	failed  map[hardneg.Key]hardneg.Call
}

func (s *shelf) Lookup(_ context.Context, k hardneg.Key) (hardneg.Call, bool, error) {
	c, ok := s.calls[k]
	return c, ok, nil
}

func (s *shelf) Record(hardneg.Call) error { panic("nothing is sent") }

func (s *shelf) Unreadable(hardneg.Key) error { return nil }

func (s *shelf) Plan(c hardneg.Call, body []byte, worst hardneg.Usage) (hardneg.Call, bool, error) {
	if f, ok := s.failed[c.Key]; ok {
		return f, true, nil
	}
	if worst.Completion == 0 || worst.Prompt < c.Usage.Prompt {
		return c, false, errors.New("no worst case")
	}
	s.planned[c.Key] = c
	s.bodies = append(s.bodies, string(body))
	return c, false, nil
}

func TestAPlannedRequestIsNotSentAndIsAnsweredFromTheStore(t *testing.T) {
	server, err := NewOpenAI(Options{Endpoint: "http://127.0.0.1:1/v1"})
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{calls: map[hardneg.Key]hardneg.Call{}, planned: map[hardneg.Key]hardneg.Call{}, failed: map[hardneg.Key]hardneg.Call{}}
	parts := Parts{Provider: server, Kind: "openai", Role: "writer", Calls: s}
	zero := 0.0
	req := Request{Stage: "queries", Input: "p", Model: "m", System: "be kind", User: "hello", MaxTokens: 9, Temperature: &zero}
	client := WrapPlanned(parts, s)
	if _, err := client.Complete(t.Context(), req); !errors.Is(err, ErrPlanned) {
		t.Fatal(err)
	}
	if _, ok := ItemFailure(ErrPlanned); ok {
		t.Error("a planned request is charged to its item")
	}
	if _, ok := AsError(ErrPlanned); ok {
		t.Error("a planned request has a class")
	}
	want := `{"max_tokens":9,"temperature":0,"model":"m","messages":[{"role":"system","content":"be kind"},{"role":"user","content":"hello"}],"stream":false}`
	if s.bodies[0] != want {
		t.Errorf("body %s", s.bodies[0])
	}
	s.calls[req.Key()] = hardneg.Call{Provider: "openai", Reply: []byte(soundReply)}
	if resp, err := client.Complete(t.Context(), req); err != nil || resp.Content != "x" || !resp.Cached {
		t.Errorf("%+v, %v", resp, err)
	}
	req.Sample = 1
	s.failed[req.Key()] = hardneg.Call{Failure: "http_400", HTTPStatus: 400}
	_, err = client.Complete(t.Context(), req)
	if reason, ok := ItemFailure(err); !ok || reason != "http_400" {
		t.Errorf("%v", err)
	}
	req.Sample = 2
	if _, err := WrapPlanned(parts, nil).Complete(t.Context(), req); !errors.Is(err, ErrPlanned) || len(s.bodies) != 1 {
		t.Errorf("without a planner: %v, %d planned", err, len(s.bodies))
	}
}

func TestAStepOfTheBatchAPIIsTriedByTheClassOfItsFailure(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		tries int
		class Class // of what comes out; 0: the error itself
	}{
		"temporary":    {&Error{Class: Temporary, Reason: "http_500", Err: errors.New("x")}, 3, Down},
		"refused key":  {&Error{Class: Down, Reason: "refused", Err: errors.New("x")}, 1, Down},
		"bad request":  {&Error{Class: Item, Reason: "http_400", Err: errors.New("x")}, 1, Down},
		"limit":        {&Error{Class: Overload, Reason: TooMuchWaiting, Err: errors.New("x")}, 1, Overload},
		"other errors": {errors.New("disk full"), 1, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			tries := 0
			err := Patience{Retries: 2, Wait: time.Minute}.Try(t.Context(), func(n int) error {
				if n != tries {
					t.Errorf("%s: try %d is called %d", name, tries, n)
				}
				tries++
				return c.err
			})
			if e, _ := AsError(err); tries != c.tries || c.class == 0 && !errors.Is(err, c.err) || c.class != 0 && e.Class != c.class {
				t.Errorf("%s: %d tries, %v", name, tries, err)
			}
		})
	}
}

func TestAStepWaitsForAnOverloadedServerUpToItsPatienceAndStopsAtOnce(t *testing.T) {
	busy := &Error{Class: Overload, Reason: "http_429", RetryAfter: 10 * time.Second, Err: errors.New("busy")}
	synctest.Test(t, func(t *testing.T) {
		start, told := time.Now(), 0
		err := Patience{Wait: time.Minute, Notify: func(string) { told++ }}.Try(t.Context(), func(int) error { return busy })
		if e, ok := AsError(err); !ok || e.Class != Down || time.Since(start) < time.Minute || time.Since(start) > 2*time.Minute || told != 1 {
			t.Errorf("%v after %s, told %d times", err, time.Since(start), told)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := Patience{Wait: 5 * time.Second}.Try(t.Context(), func(int) error { return busy })
		if e, ok := AsError(err); !ok || e.Class != Down || time.Since(start) > 0 || !strings.Contains(err.Error(), "asks to wait 10s") {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		reason := errors.New("stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(reason) })
		start := time.Now()
		err := Patience{Wait: time.Hour}.Try(ctx, func(int) error { return busy })
		if !errors.Is(err, reason) || time.Since(start) != time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

func TestWhatWaitsAtAProviderCountsAgainstABudget(t *testing.T) {
	b := NewBudget(Limits{Calls: 10}, Spent{Calls: 2})
	var none *Budget
	none.Waiting(Spent{}, Spent{})
	if none.Fits(Spent{Calls: 100}) != nil || b.Fits(Spent{Calls: 8}) != nil || b.Fits(Spent{Calls: 9}) == nil {
		t.Error("before anything waits")
	}
	b.Waiting(Spent{Calls: 5}, Spent{})
	if b.Fits(Spent{Calls: 3}) != nil || b.Fits(Spent{Calls: 4}) == nil {
		t.Error("while 5 wait")
	}
	b.Waiting(Spent{}, Spent{Calls: 1})
	if b.Fits(Spent{Calls: 7}) != nil || b.Fits(Spent{Calls: 8}) == nil {
		t.Error("when one of them was used")
	}
}
