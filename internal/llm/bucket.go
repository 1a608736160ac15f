package llm

import (
	"context"
	"sync"
	"time"
)

// bucket holds the tokens that may be reserved now. Other than a [rate.Limiter] it takes requests larger than what may be taken at
// once, and what is given back stays usable for a minute, however much that is: calls reserve several times what they use.
type bucket struct {
	perSecond, atOnce float64
	base              float64   // of a ramp: perSecond when it began
	began             time.Time // then

	mu    sync.Mutex
	level float64 // below 0: that much is promised to those who wait
	at    time.Time
	given time.Time // the last time that something was given back
}

// newBucket is full at first. No minute, wherever it begins, has more than perMinute.
func newBucket(perMinute int) *bucket {
	atOnce := max(1, float64(perMinute)*(1-tpmShare))
	return &bucket{perSecond: tpmShare * float64(perMinute) / 60, atOnce: atOnce, level: atOnce}
}

// take waits until n tokens may be used. It knows no deadline but the end of the context, whose cause it returns.
func (b *bucket) take(ctx context.Context, n int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	b.mu.Lock()
	b.fill(time.Now())
	b.level -= float64(n)
	wait := time.Duration(max(0, -b.level/b.perSecond) * float64(time.Second))
	b.mu.Unlock()
	err := Sleep(ctx, wait)
	if err != nil {
		b.give(n)
	}
	return err
}

// give gives back what was taken and not used; below 0, what was used and not taken is taken from those who come later.
func (b *bucket) give(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.fill(now)
	b.level += float64(n)
	if n > 0 {
		b.given = now
	}
}

func (b *bucket) fill(now time.Time) {
	b.perSecond = b.grown(now)
	switch passed := now.Sub(b.at).Seconds(); {
	case b.at.IsZero():
	case b.level < b.atOnce:
		b.level = min(b.atOnce, b.level+passed*b.perSecond)
	case now.Sub(b.given) > time.Minute:
		b.level = b.atOnce // it is of a minute that is over
	}
	b.at = now
}
