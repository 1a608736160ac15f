package llm

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// keyed is a server that accepts one key, and a source of the key that a person would have put into a file.
type keyed struct {
	accepts, source atomic.Value
	reads           atomic.Int32
	broken          atomic.Bool
}

func newKeyed(key string) *keyed {
	k := &keyed{}
	k.accepts.Store(key)
	k.source.Store(key)
	return k
}

func (k *keyed) handler(ok string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "Bearer "+k.accepts.Load().(string) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":{"message":"no such key: `+got+`","code":"invalid_api_key"}}`)
			return
		}
		_, _ = io.WriteString(w, ok)
	}
}

func (k *keyed) read() (Access, error) {
	k.reads.Add(1)
	if k.broken.Load() {
		return Access{}, errors.New("secret file: gone")
	}
	key := k.source.Load().(string)
	return Access{Key: key, Redact: func(s string) string { return strings.ReplaceAll(s, key, "***") }}, nil
}

// client is a whole stack on such a server.
func (k *keyed) client(t *testing.T, kind int, calls Recorder, notify func(string)) Client {
	t.Helper()
	access, err := k.read()
	if err != nil {
		t.Fatal(err)
	}
	p, err := kinds[kind].new(Options{Endpoint: serve(t, k.handler(kinds[kind].ok)) + kinds[kind].path, Access: access, Reload: k.read, Concurrency: 8, Notify: notify})
	if err != nil {
		t.Fatal(err)
	}
	ps := parts(p, calls)
	ps.Kind, ps.Timeout = kinds[kind].name, 5*time.Second
	return Wrap(ps)
}

// N56: a key that is rotated in the middle of a run costs the calls that were refused, and no item.
func TestN56ARotatedKeyIsReadAgain(t *testing.T) {
	for kind := range kinds {
		t.Run(kinds[kind].name, func(t *testing.T) {
			var mu sync.Mutex
			var notices []string
			k, m := newKeyed("sk-old-11111111"), &memory{}
			c := k.client(t, kind, m, func(s string) { mu.Lock(); defer mu.Unlock(); notices = append(notices, s) })
			if _, err := c.Complete(t.Context(), item(0)); err != nil {
				t.Fatal(err)
			}
			k.accepts.Store("sk-new-22222222")
			k.source.Store("sk-new-22222222")
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Go(func() {
					if _, err := c.Complete(t.Context(), item(1+i)); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			refused := 0
			for _, call := range m.kept() {
				if call.Failure != "" {
					refused++
					if call.Failure != adaptKey || strings.Contains(string(call.Reply), "sk-") {
						t.Errorf("%s: %s", call.Failure, call.Reply)
					}
				}
			}
			if refused == 0 || refused > 8 || k.reads.Load() != 2 || len(notices) != 1 {
				t.Errorf("%d refused, %d reads, told %q", refused, k.reads.Load(), notices)
			}
		})
	}
}

// N56: a key that has not changed is refused as it always was, and is not tried again.
func TestN56AKeyThatIsTheSameStopsTheRun(t *testing.T) {
	for _, broken := range []bool{false, true} {
		k, m := newKeyed("sk-old-11111111"), &memory{}
		c := k.client(t, 0, m, func(s string) { t.Error(s) })
		k.accepts.Store("sk-new-22222222")
		k.broken.Store(broken)
		_, err := c.Complete(t.Context(), item(1))
		wantError(t, err, Down, "refused")
		if len(m.kept()) != 1 || k.reads.Load() != 2 {
			t.Errorf("%d calls, %d reads", len(m.kept()), k.reads.Load())
		}
		if strings.Contains(err.Error(), "sk-") || broken != strings.Contains(err.Error(), "secret file: gone") {
			t.Error(err)
		}
	}
}

// N56: a new key that is refused too is not read for ever, and neither key is shown.
func TestN56ANewKeyThatIsRefusedStopsTheRun(t *testing.T) {
	k, m := newKeyed("sk-old-11111111"), &memory{}
	c := k.client(t, 0, m, nil)
	k.accepts.Store("sk-other-33333333")
	k.source.Store("sk-new-22222222")
	_, err := c.Complete(t.Context(), item(1))
	wantError(t, err, Down, "refused")
	if len(m.kept()) != 2 || strings.Contains(err.Error(), "sk-") {
		t.Errorf("%d calls: %v", len(m.kept()), err)
	}
}
