package llm

import (
	"math"
	"time"
)

// Providers that scale with the load answer a steep rise with "slow down", whatever the limits of the account: above a million tokens a
// minute OpenAI wants it to be no steeper than by a half in a quarter of an hour.
const (
	rampFrom  = 1_000_000 // tokens a minute below which nothing is held back
	rampTimes = 1.5
	rampEvery = 15 * time.Minute
	rampEnds  = 8 * time.Hour // then it is a hundred thousand times what it began with
)

// meter counts the tokens that a lane used in about the last minute.
type meter struct {
	since      time.Time
	now, whole float64 // of the minute that began then, and of the one before
}

func (m *meter) add(at time.Time, tokens int64) {
	switch passed := at.Sub(m.since); {
	case m.since.IsZero() || passed >= 2*time.Minute:
		*m = meter{since: at}
	case passed >= time.Minute:
		*m = meter{since: m.since.Add(time.Minute), whole: m.now}
	}
	m.now += float64(tokens)
}

// perMinute is how many there were in the minute that ends now, as if those of the minute before were spread evenly over it.
func (m *meter) perMinute(at time.Time) float64 {
	m.add(at, 0)
	return m.now + m.whole*(1-at.Sub(m.since).Minutes())
}

// slowDown begins a ramp at the rate at which the server asked for one, less what overload takes. A ramp that is under way is not
// begun again in the minute in which it may not have been felt yet.
func (l *lane) slowDown(now time.Time) {
	if r := l.ramp.Load(); r != nil && now.Sub(r.began) < time.Minute {
		return
	}
	if rate := l.meter.perMinute(now); rate > rampFrom {
		b := newBucket(int(max(rampFrom, rate*cutTo)))
		b.began, b.base = now, b.perSecond
		l.ramp.Store(b)
	}
}

// ramped is the bucket of a ramp, nil if there is none, or none any more.
func (l *lane) ramped() *bucket {
	r := l.ramp.Load()
	if r != nil && time.Since(r.began) > rampEnds {
		l.ramp.CompareAndSwap(r, nil)
		return nil
	}
	return r
}

// grown is the rate of a bucket that is that of a ramp.
func (b *bucket) grown(now time.Time) float64 {
	if b.base == 0 {
		return b.perSecond
	}
	return b.base * math.Pow(rampTimes, now.Sub(b.began).Seconds()/rampEvery.Seconds())
}
