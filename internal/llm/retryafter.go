package llm

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const maxRetryAfter = 24 * time.Hour

// retryAfter is how long a server asks to wait, between 0 and 24 hours: retry-after-ms, or else Retry-After in seconds or as a
// date. A date is measured against the server's own clock, where it says what that shows. Nonsense counts as not said.
func retryAfter(h http.Header) time.Duration {
	if d, ok := wait(h.Get("Retry-After-Ms"), time.Millisecond); ok {
		return d
	}
	said := h.Get("Retry-After")
	if d, ok := wait(said, time.Second); ok {
		return d
	}
	at, err := http.ParseTime(said)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}

func wait(s string, unit time.Duration) (time.Duration, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) || f < 0 {
		return 0, false
	}
	if f > maxRetryAfter.Seconds()*float64(time.Second/unit) {
		return maxRetryAfter, true
	}
	return time.Duration(f * float64(unit)), true
}

// longestHint bounds what a rate-limit header can hold up: it is a hint, and an odd one must not stop a night's work.
const longestHint = time.Minute

// rateHint is how long the server's limits leave room for nothing, by the x-ratelimit headers of a reply: a call that is sent before
// would be refused.
func rateHint(h http.Header) time.Duration {
	var longest time.Duration
	for _, of := range []string{"Requests", "Tokens"} {
		if h.Get("X-Ratelimit-Remaining-"+of) != "0" {
			continue
		}
		said := h.Get("X-Ratelimit-Reset-" + of)
		d, err := time.ParseDuration(said)
		if err != nil {
			d, _ = wait(said, time.Second)
		}
		longest = max(longest, d)
	}
	return min(longest, longestHint)
}
