package generate

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hardneg"
)

func shownAs(n int) Shown { return Shown{hardneg.KeyOf(fmt.Sprint(n)), fmt.Sprint(n)} }

// writeTogether writes n queries with some workers, each of which takes a second, and returns how many were in each request.
func writeTogether(n, workers, full int, send func([]Shown) error) (sizes []int, errs []error) {
	var t Together
	var mu sync.Mutex
	var wg sync.WaitGroup
	todo := make(chan int)
	for range workers {
		wg.Go(func() {
			for i := range todo {
				t.begin()
				time.Sleep(time.Second)
				err := t.ask(context.Background(), shownAs(i), full, func(_ context.Context, queries []Shown) error {
					mu.Lock()
					sizes = append(sizes, len(queries))
					mu.Unlock()
					time.Sleep(100 * time.Millisecond)
					return send(queries)
				})
				t.end()
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	}
	for i := range n {
		todo <- i
	}
	close(todo)
	wg.Wait()
	if t.writing != 0 || t.next != nil {
		panic(fmt.Sprintf("%d are being written in the end", t.writing))
	}
	return sizes, errs
}

func TestQueriesWaitForAFullRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sizes, errs := writeTogether(50, 24, 16, func([]Shown) error { return nil })
		sum := 0
		for _, n := range sizes {
			sum += n
		}
		if len(sizes) != 4 || sum != 50 || errors.Join(errs...) != nil {
			t.Errorf("50 queries in requests of %v, 16 at most: %v", sizes, errors.Join(errs...))
		}
	})
}

// With fewer workers than a request takes, all of them wait, and go on.
func TestWaitingQueriesNeverWaitForOneAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		sizes, _ := writeTogether(9, 3, 16, func([]Shown) error { return nil })
		if len(sizes) != 3 || time.Since(start) > 4*time.Second {
			t.Errorf("requests of %v in %s", sizes, time.Since(start))
		}
	})
}

func TestAFailedRequestIsThatOfAllWhoWaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("down")
		_, errs := writeTogether(8, 8, 4, func(queries []Shown) error {
			if queries[0].Key == shownAs(0).Key || len(queries) < 4 {
				return nil
			}
			return down
		})
		failed := 0
		for _, err := range errs {
			if err == down {
				failed++
			}
		}
		if failed != 4 && failed != 8 || len(errs) != 8 {
			t.Errorf("%d of %d failed: %v", failed, len(errs), errs)
		}
	})
}

func TestAWaitEndsWithTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var to Together
		stopped := errors.New("stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(stopped) })
		to.begin() // another one, which is written for ever
		to.begin()
		if err := to.ask(ctx, shownAs(1), 2, func(context.Context, []Shown) error { t.Error("it was sent"); return nil }); err != stopped {
			t.Error(err)
		}
	})
}

// One query of two passages is one text of a request.
func TestEqualQueriesAreAskedAboutOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var to Together
		var wg sync.WaitGroup
		for range 3 {
			to.begin()
		}
		for range 3 {
			wg.Go(func() {
				if err := to.ask(t.Context(), shownAs(7), 2, func(_ context.Context, queries []Shown) error {
					if len(queries) != 1 {
						t.Errorf("%d texts", len(queries))
					}
					return nil
				}); err != nil {
					t.Error(err)
				}
				to.end()
			})
		}
		wg.Wait()
	})
}
