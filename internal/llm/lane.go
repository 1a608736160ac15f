package llm

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"hardneg"
)

// The numbers of a lane.
const (
	slowStart    = 64              // calls in flight at first, or the ceiling
	failingAfter = 20              // failures in a row, over all items, mean that the endpoint is at fault
	firstRest    = 5 * time.Second // of a failing endpoint; doubles with each failure after a rest
	longestRest  = 5 * time.Minute
	cutTo        = 0.7

	// No minute, wherever it begins, has more requests than the server allows, and no second many more than its share, though they
	// don't arrive as evenly as they are sent.
	rpmShare = 0.99 // of the requests a minute are sent
	rpmBurst = 1000 // one in so many of the minute's may be sent at once
	tpmShare = 0.98 // of the tokens a minute are handed out evenly, the rest at once
)

// lane is one endpoint of a model. How many calls it bears is found out: it begins with a few, and goes up as long as more calls
// bring more (see climb). A server that refuses calls makes it additive increase and multiplicative decrease from then on.
type lane struct {
	ceiling  float64
	rpm      *rate.Limiter
	tpm      *bucket
	ramp     atomic.Pointer[bucket] // see slowDown
	meter    meter
	patience time.Duration

	limit    float64
	inFlight int
	climb    climb
	full     bool // somebody wanted a slot and there was none, since the climb last looked
	refuses  bool // the server has said that it is overloaded
	doubt    bool // a connection was lost: it may be another server now

	cut      time.Time     // of the last reduction
	pause    time.Time     // nobody may send before
	rest     time.Time     // the endpoint has failed: nobody may send before
	rested   time.Duration // the length of the last rest; 0 while the endpoint works
	trial    bool          // the newest failure is that of a request that was sent after a rest
	latency  time.Duration // smoothed, of completed calls
	perToken float64       // smoothed, seconds of a call for each token that it brought
	failures int           // in a row, over all items
	worked   bool          // it has given a usable answer
	refused  int           // keys refused in a row
	trouble  trouble
}

func newLane(o GovernorOptions) *lane {
	l := &lane{ceiling: float64(o.Concurrency), limit: float64(min(o.Concurrency, slowStart)), patience: o.Patience}
	if o.RPM > 0 {
		l.rpm = rate.NewLimiter(rate.Limit(rpmShare*float64(o.RPM)/60), max(1, o.RPM/rpmBurst))
	}
	if o.TPM > 0 {
		l.tpm = newBucket(o.TPM)
	}
	return l
}

// allowed is how many calls may be in flight: one, to try, after a rest.
func (l *lane) allowed() int {
	if l.rested > 0 {
		return 1
	}
	return int(l.limit)
}

func (l *lane) closedUntil() time.Time {
	if l.rest.After(l.pause) {
		return l.rest
	}
	return l.pause
}

// score estimates how long a call more would wait for its answer. A dead endpoint refuses at once, so failures count as time. One
// that has rested is tried first: nothing else shows that it is back.
func (l *lane) score() float64 {
	if l.rested > 0 {
		return 0
	}
	perToken := l.perToken
	if perToken == 0 {
		perToken = 1e-6 // not measured: try it
	}
	return float64(l.inFlight+1) * perToken * float64(1+l.failures)
}

func (l *lane) waitRate(ctx context.Context, worst hardneg.Usage) (int, error) {
	if l.rpm != nil {
		if err := waitTurn(ctx, l.rpm); err != nil {
			return 0, err
		}
	}
	ramp := l.ramped()
	if l.tpm == nil && ramp == nil {
		return 0, nil
	}
	n := int(worst.Prompt + worst.Completion)
	if l.tpm != nil {
		if err := l.tpm.take(ctx, n); err != nil {
			return 0, err
		}
	}
	if ramp != nil {
		if err := ramp.take(ctx, n); err != nil {
			if l.tpm != nil {
				l.tpm.give(n)
			}
			return 0, err
		}
	}
	return n, nil
}

// waitTurn takes one from a limiter. Other than its own Wait it knows no deadline but the end of the context, whose cause it returns.
func waitTurn(ctx context.Context, l *rate.Limiter) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r := l.Reserve()
	if err := Sleep(ctx, r.Delay()); err != nil {
		r.Cancel()
		return err
	}
	return nil
}

// correct takes the tokens that a call used above what it had reserved from the calls after it, or gives back what it did not use.
func (l *lane) correct(owed int) {
	if l.tpm != nil {
		l.tpm.give(-owed)
	}
	if r := l.ramped(); r != nil {
		r.give(-owed)
	}
}

// answered reports whether an endpoint is alive: it answered, be it with an answer that is of no use.
func answered(err error) bool {
	e, _ := AsError(err)
	return err == nil || e != nil && (e.Class == Item || e.Class == Down || e.Class == Unsupported || e.adapts())
}

// refusedAfter is how many refusals of the key in a row mean the key, where it was good before; fewer may mean what was asked.
const refusedAfter = 3

// Forbidden is the reason of a request that was refused though the key is good. A model that refuses says so in words, and is refused.
const Forbidden = "forbidden"

// refusedReason is that of a key, or of what the key may do.
const refusedReason = "refused"

// blame finds whose fault an error is. Where a lane answers nobody it is the endpoint's; where a key was good before and after, it
// is the item's: gateways refuse with 401 and 403 what they don't like to read.
func (l *lane) blame(err error) error {
	e, ok := AsError(err)
	switch {
	case !ok:
		return err
	case e.Class == Temporary && l.failures >= failingAfter:
		again := *e
		again.Class, again.failing, again.repeated = Unavailable, true, l.trial || l.trouble.answers(time.Now())
		return &again
	case (e.Class == Temporary || e.Class == Unavailable) && l.trouble.now(time.Now()):
		again := *e
		again.shared = true
		return &again
	case e.Class == Down && e.Reason == refusedReason && l.worked && l.refused < refusedAfter:
		again := *e
		again.Class, again.Reason = Item, Forbidden
		return &again
	}
	return err
}

// learn draws its conclusions from what became of a call.
func (l *lane) learn(now, sent time.Time, rank int, resp *Response, err error) {
	e, _ := AsError(err)
	l.doubt = l.doubt || doubts(e)
	switch {
	case err == nil:
		l.failures, l.rested, l.refused, l.worked = 0, 0, 0, true
		l.measure(now, sent, rank, resp)
	case e != nil && e.Class == Overload:
		l.overloaded(now, e.RetryAfter)
		if e.slow {
			l.slowDown(now)
		}
	case answered(err):
		l.failures, l.rested = 0, 0
		if e.Reason == refusedReason {
			l.refused++
		}
	default:
		l.failures++
		if e != nil && e.Class == Unavailable || l.failures >= failingAfter {
			l.takeRest(now, sent, e)
		}
	}
}

func (l *lane) measure(now, sent time.Time, rank int, resp *Response) {
	took := now.Sub(sent)
	l.meter.add(now, resp.Usage.Prompt+resp.Usage.Completion)
	tokens := max(resp.Usage.Completion, 1)
	if l.latency == 0 {
		l.latency, l.perToken = took, took.Seconds()/float64(tokens)
	}
	l.latency += (took - l.latency) / 8
	l.perToken += (took.Seconds()/float64(tokens) - l.perToken) / 8
	if resp.Pause > 0 {
		l.pauseUntil(now.Add(resp.Pause))
	}
	if l.refuses {
		l.limit = min(l.ceiling, l.limit+1/l.limit)
		return
	}
	full := l.full || l.inFlight >= int(l.limit)
	l.limit = l.climb.step(now, l.limit, l.ceiling, l.latency, observed{rank, sent, took.Seconds()}, full)
	l.full = l.full && !l.climb.looked
}

func (l *lane) pauseUntil(t time.Time) {
	if t.After(l.pause) {
		l.pause = t
	}
}

// overloaded cuts the concurrency, once per latency: all the calls that were refused together tell of one overload.
func (l *lane) overloaded(now time.Time, retryAfter time.Duration) {
	if retryAfter > 0 {
		l.pauseUntil(now.Add(retryAfter))
	}
	l.refuses = true
	if now.Sub(l.cut) < max(l.latency, time.Second) {
		return
	}
	l.cut = now
	l.limit = max(1, l.limit*cutTo)
}

// takeRest leaves a failing endpoint alone for a while. The calls that were on their way with the one that failed tell nothing new.
func (l *lane) takeRest(now, sent time.Time, e *Error) {
	if now.Before(l.rest) {
		return
	}
	l.trial = l.rested > 0 && !sent.Before(l.rest)
	l.rested = min(max(2*l.rested, firstRest), longestRest)
	if l.patience > 0 {
		l.rested = min(l.rested, max(l.patience/4, time.Millisecond)) // else it would be over before the second look
	}
	l.rest = now.Add(l.rested)
	if e != nil && e.RetryAfter > 0 {
		l.pauseUntil(now.Add(e.RetryAfter))
	}
}
