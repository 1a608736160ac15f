package mockllm

import (
	"sync"
	"time"
)

// RPM is a Config.Fault that refuses what is more than n requests in any minute, wherever it begins, or more than a tenth above its
// share in any second, as providers do. Refused requests do not count.
func RPM(n int) func(int, Recorded) *Fault {
	var mu sync.Mutex
	minute, second := window{length: time.Minute, most: n}, window{length: time.Second, most: n/60 + n/600 + 1}
	return func(_ int, r Recorded) *Fault {
		mu.Lock()
		defer mu.Unlock()
		if minute.full(r.Arrived) || second.full(r.Arrived) {
			return &Fault{Status: 429, Headers: map[string]string{"Retry-After": "1"}}
		}
		minute.add(r.Arrived)
		second.add(r.Arrived)
		return nil
	}
}

// window keeps when the last requests came.
type window struct {
	length time.Duration
	most   int
	came   []time.Time
}

func (w *window) full(now time.Time) bool {
	for len(w.came) > 0 && now.Sub(w.came[0]) >= w.length {
		w.came = w.came[1:]
	}
	return len(w.came) >= w.most
}

func (w *window) add(t time.Time) { w.came = append(w.came, t) }
