package llm

import "time"

// trouble is the share of requests that an endpoint fails at their first try, of late. One item that fails again and again counts once
// in it, so that a large share is the endpoint's own: it is half up, and no item is charged for meeting it so. Then some of the items
// are answered when they are tried again; where none is, it is the items that fail.
type trouble struct {
	share float64
	tries int       // first ones, up to troubleOf
	at    time.Time // of the last first try
	vain  int       // further tries that failed, in a row
}

// The numbers of a trouble.
const (
	troubleOf   = 32          // first tries, about
	troubleFew  = 4           // fewer say nothing
	troubled    = 0.25        // of them failed
	troubleLast = time.Minute // what it was before says nothing of now
	troubleVain = 5           // an endpoint that fails half of all calls does so to that many in a row now and then; no item is charged for that alone
)

func (t *trouble) count(now time.Time, err error) {
	e, _ := AsError(err)
	if e != nil && (e.Class == Overload || e.adapts() || e.Reason == "cancelled") {
		return
	}
	if now.Sub(t.at) > troubleLast {
		*t = trouble{}
	}
	failed := 0.0
	if !answered(err) {
		failed = 1
	}
	t.tries = min(t.tries+1, troubleOf)
	t.share += (failed - t.share) / float64(t.tries)
	t.at = now
}

// again counts a further try.
func (t *trouble) again(err error) {
	if t.vain++; answered(err) {
		t.vain = 0
	}
}

// answers reports that most first tries of late were answered, so that those who fail again and again are the same few requests.
func (t *trouble) answers(now time.Time) bool {
	return t.tries >= troubleFew && t.share < troubled && now.Sub(t.at) <= troubleLast
}

func (t *trouble) now(now time.Time) bool {
	return t.vain < troubleVain && t.tries >= troubleFew && t.share >= troubled && now.Sub(t.at) <= troubleLast
}
