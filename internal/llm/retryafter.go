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
