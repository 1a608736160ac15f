package work

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type doFunc func(ctx context.Context) error

func (f doFunc) Do(ctx context.Context) error { return f(ctx) }

// queue is a feed: what is put in comes out once, in order. It stands for the store.
type queue struct {
	mu      sync.Mutex
	items   []Item
	changed chan struct{}
	looks   int
}

func newQueue(items ...Item) *queue { return &queue{items: items, changed: make(chan struct{})} }

func (q *queue) put(it Item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, it)
	close(q.changed)
	q.changed = make(chan struct{})
}

func (q *queue) next(_ context.Context, n int) ([]Item, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.looks++
	n = min(n, len(q.items))
	out := q.items[:n]
	q.items = q.items[n:]
	return out, nil
}

func (q *queue) stage(name string, workers int) Stage {
	return Stage{Name: name, Workers: workers, Next: q.next, Changed: func() <-chan struct{} {
		q.mu.Lock()
		defer q.mu.Unlock()
		return q.changed
	}}
}

// counted are n items that count how often each is done.
func counted(n int, takes time.Duration) ([]Item, []atomic.Int64) {
	done := make([]atomic.Int64, n)
	items := make([]Item, n)
	for i := range items {
		items[i] = doFunc(func(context.Context) error { time.Sleep(takes); done[i].Add(1); return nil })
	}
	return items, done
}

func wantOnce(t *testing.T, done []atomic.Int64) {
	t.Helper()
	for i := range done {
		if n := done[i].Load(); n != 1 {
			t.Fatalf("item %d was done %d times", i, n)
		}
	}
}

func TestEveryItemIsDoneOnce(t *testing.T) {
	for _, workers := range []int{1, 3, 200} {
		for _, n := range []int{0, 1, 64, 65, 1000} {
			items, done := counted(n, 0)
			if err := Stream(t.Context(), newQueue(items...).stage("s", workers)); err != nil {
				t.Fatal(err)
			}
			wantOnce(t, done)
		}
	}
}

func TestNoMoreThanTheWorkersWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		now, most := 0, 0
		step := func(by int) {
			mu.Lock()
			defer mu.Unlock()
			now += by
			most = max(most, now)
		}
		items := slices.Repeat([]Item{doFunc(func(context.Context) error {
			step(1)
			time.Sleep(time.Second)
			step(-1)
			return nil
		})}, 100)
		start := time.Now()
		if err := Stream(t.Context(), newQueue(items...).stage("s", 10)); err != nil || most != 10 || time.Since(start) != 10*time.Second {
			t.Errorf("%d at once, %s: %v", most, time.Since(start), err)
		}
	})
}

// chain is three stages of which each item makes one of the next.
func chain(n int, pause func()) ([]Stage, *atomic.Int64) {
	a, b, c := newQueue(), newQueue(), newQueue()
	var done atomic.Int64
	for range n {
		a.items = append(a.items, doFunc(func(context.Context) error {
			pause()
			b.put(doFunc(func(context.Context) error {
				pause()
				c.put(doFunc(func(context.Context) error { done.Add(1); return nil }))
				return nil
			}))
			return nil
		}))
	}
	return []Stage{a.stage("a", 4), b.stage("b", 2), c.stage("c", 3)}, &done
}

func TestStagesFollowTheOnesBefore(t *testing.T) {
	for i := range 300 { // a lost wake-up would leave items, or hang
		r := rand.New(rand.NewPCG(1, uint64(i)))
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			n := r.IntN(40)
			stages, done := chain(n, func() {
				mu.Lock()
				d := time.Duration(r.IntN(8)) * time.Millisecond
				mu.Unlock()
				time.Sleep(d)
			})
			if err := Stream(t.Context(), stages...); err != nil || done.Load() != int64(n) {
				t.Fatalf("round %d: %d of %d items came through: %v", i, done.Load(), n, err)
			}
		})
	}
	for i := range 200 { // and without fake time, where everything happens at once
		stages, done := chain(20, func() {})
		if err := Stream(t.Context(), stages...); err != nil || done.Load() != 20 {
			t.Fatalf("round %d: %d of 20 items came through: %v", i, done.Load(), err)
		}
	}
}

// What is saved just after a look must be seen by the next one, whether or not the stage before still works then.
func TestAnItemThatComesJustAfterALookIsSeen(t *testing.T) {
	for name, upstreamEnds := range map[string]bool{"while the stage before works": false, "and the stage before ends": true} {
		synctest.Test(t, func(t *testing.T) {
			looked, done := make(chan struct{}), make(chan struct{})
			q := newQueue()
			late := doFunc(func(context.Context) error { close(done); return nil })
			up := doFunc(func(context.Context) error {
				<-looked
				q.put(late)
				if !upstreamEnds {
					<-done // a lost wake-up hangs here
				}
				return nil
			})
			s := q.stage("b", 1)
			var once sync.Once
			s.Next = func(ctx context.Context, n int) ([]Item, error) {
				items, err := q.next(ctx, n)
				once.Do(func() { close(looked); synctest.Wait() })
				return items, err
			}
			if err := Stream(t.Context(), newQueue(up).stage("a", 1), s); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			select {
			case <-done:
			default:
				t.Errorf("%s: the item was left", name)
			}
		})
	}
}

// A stage with nothing to do looks every 5 ms, and takes 64 items at a look: the 250 that come meanwhile are four looks, the last of
// which is not full. In 20 ms there are five such rounds at most.
func TestABurstOfChangesIsFewLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var upstream []Item
		q := newQueue()
		for i := range 1000 {
			upstream = append(upstream, doFunc(func(context.Context) error {
				time.Sleep(time.Duration(i) * 20 * time.Microsecond)
				q.put(doFunc(func(context.Context) error { return nil }))
				return nil
			}))
		}
		if err := Stream(t.Context(), newQueue(upstream...).stage("a", 1000), q.stage("b", 2)); err != nil || q.looks > 22 {
			t.Errorf("%d looks at 1,000 changes in 20ms: %v", q.looks, err)
		}
	})
}

func TestStagedDoesOneStageAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		var mu sync.Mutex
		say := func(s string) Item {
			return doFunc(func(context.Context) error {
				time.Sleep(time.Second)
				mu.Lock()
				defer mu.Unlock()
				log = append(log, s)
				return nil
			})
		}
		a, b := newQueue(say("a"), say("a"), say("a")), newQueue(say("b"), say("b"))
		if err := Staged(t.Context(), a.stage("a", 1), b.stage("b", 9)); err != nil || strings.Join(log, "") != "aaabb" {
			t.Errorf("%v: %v", log, err)
		}
		fail := errors.New("no")
		log = nil
		bad := newQueue(doFunc(func(context.Context) error { return fail }))
		if err := Staged(t.Context(), bad.stage("a", 1), newQueue(say("b")).stage("b", 1)); !errors.Is(err, fail) || log != nil {
			t.Errorf("%v: %v", log, err)
		}
	})
}

func TestStageWithoutNewsLooksAtTheStartAndAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done atomic.Int64
		count := doFunc(func(context.Context) error { done.Add(1); return nil })
		q := newQueue(count, count)
		upstream, _ := counted(100, time.Second)
		s := q.stage("b", 2)
		s.Changed = nil
		upstream = append(upstream, doFunc(func(context.Context) error { q.put(count); return nil }))
		if err := Stream(t.Context(), newQueue(upstream...).stage("a", 1), s); err != nil {
			t.Fatal(err)
		}
		if done.Load() != 3 || q.looks != 3 {
			t.Errorf("%d items done in %d looks; want 3 in 3: the first two, the late one, no more", done.Load(), q.looks)
		}
	})
}
