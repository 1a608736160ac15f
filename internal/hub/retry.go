package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	// tries of a request; with a second of pause they are over after half a minute of failures.
	tries = 6
	// longestWait is the most that a server may ask for: the Hub counts requests in windows of five minutes.
	longestWait = 15 * time.Minute
)

// do sends a request, again after a pause where the network or the server failed or asked to wait, and reads the answer.
func (c *Client) do(ctx context.Context, r request) (header http.Header, answer []byte, err error) {
	for try := 1; ; try++ {
		header, answer, err = c.send(ctx, r)
		unread := refused(err, http.StatusTooManyRequests) // said before the request was looked at
		if err == nil || r.once && !unread || try == tries || !passes(err) || ctx.Err() != nil {
			return header, answer, err
		}
		if err := c.rest(ctx, try, err); err != nil {
			return nil, nil, err
		}
	}
}

// passes reports whether an error may be gone the next time.
func passes(err error) bool {
	var s *statusError
	if errors.As(err, &s) {
		return s.code >= 500 || s.code == http.StatusTooManyRequests || s.code == http.StatusRequestTimeout
	}
	return true
}

// rest waits after a try that failed: as long as the server asks for, or else twice as long as after the try before.
func (c *Client) rest(ctx context.Context, try int, failed error) error {
	pause := c.Pause << (try - 1)
	var s *statusError
	if errors.As(failed, &s) && s.after > 0 {
		pause = s.after
	}
	if pause > longestWait {
		return fmt.Errorf("%w; it asks to wait %s, and more than %s is not waited", failed, pause, longestWait)
	}
	c.Say("%v; again in %s", failed, pause)
	return c.sleep(ctx, pause)
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

var untilReset = regexp.MustCompile(`;\s*t=(\d+)`)

// after is how long a server asks to wait: Retry-After in seconds or as a date, measured against the server's own clock where it shows
// one, or else the time in the Hub's RateLimit header until its window ends. 0 is not said; nonsense is not either.
func after(h http.Header, now time.Time) time.Duration {
	said := strings.TrimSpace(h.Get("Retry-After"))
	if at, err := http.ParseTime(said); err == nil {
		if there, err := http.ParseTime(h.Get("Date")); err == nil {
			now = there
		}
		return max(at.Sub(now), 0)
	}
	if said == "" {
		if m := untilReset.FindStringSubmatch(h.Get("RateLimit")); m != nil {
			said = m[1]
		}
	}
	seconds, err := strconv.ParseUint(said, 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
