package llm

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Class says what an error means for the item, the endpoint and the run. It alone drives the retry layer.
type Class uint8

// The classes of errors.
const (
	Temporary   Class = iota + 1 // may work when tried again: dropped connection, 5xx, cut reply
	Overload                     // the server is busy: wait as told, lower the concurrency
	Unavailable                  // the endpoint is down; no item is charged for it
	Item                         // this request will never work: it fails, others go on
	Down                         // nothing will work: refused key, quota, unknown model; the run stops
	Unsupported                  // a parameter that the server does not know; the run stops and says which
)

func (c Class) String() string {
	return [...]string{"", "temporary", "overload", "unavailable", "item", "down", "unsupported"}[c]
}

// Error is a failed call.
type Error struct {
	Class        Class
	Reason       string // short stable word: timeout, refused, http_500, cut, content_filter, …
	Status       int    // HTTP status, 0 if there was none
	Endpoint     string
	RetryAfter   time.Duration // what the server asks to wait; 0 if it does not
	PossiblyPaid bool          // the request was sent and no answer came
	Unsent       bool          // there was no connection to send it on
	waited       bool          // its endpoint was waited for as long as it may
	slow         bool          // the server wants a slower rise, not less: it says "slow down"
	shared       bool          // many others meet it too
	failing      bool          // the endpoint answers nobody, whatever it says
	repeated     bool          // and it may be what it is asked: it answers most requests at their first try, or has rested before
	Raw          []byte        // body of the answer, if any
	Err          error
}

func (e *Error) Error() string {
	where := ""
	if e.Endpoint != "" {
		where = e.Endpoint + ": "
	}
	return fmt.Sprintf("%s%s: %v", where, e.Reason, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// adapts reports an error after which the provider has changed the form of its requests, so that trying again at once helps.
func (e *Error) adapts() bool { return e.Class == Temporary && strings.HasPrefix(e.Reason, "adapt_") }

// AsError finds the *Error in an error chain.
func AsError(err error) (*Error, bool) {
	if err == nil { // as of most calls, at many places
		return nil, false
	}
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
