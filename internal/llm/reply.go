package llm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	json "github.com/go-json-experiment/json"

	"hardneg"
)

// Refused says that the model would not do what it was asked for.
type Refused struct {
	Call hardneg.Key
	Text string
}

func (e *Refused) Error() string { return "the model refused: " + e.Text }

// Answer is a reply that was read.
type Answer[T any] struct {
	Value    T
	Attempt  int
	Response Response
	Repaired []hardneg.Key // calls that were readable only after a repair
}

// Question is one attempt at asking: a request, and how its reply is checked beyond its schema.
type Question[T any] struct {
	Request Request
	Check   func(T, Response) error // nil: the schema says all
}

// Marker is a client that keeps count of the replies that could not be read: only who reads them can tell.
type Marker interface{ Unreadable(call hardneg.Key) error }

// Ask asks until a reply can be read. A reply that can't be read is asked for once more, as the next attempt: a new request
// with a new key. retries is how often `gen retry` was used on the item; the attempts of earlier rounds are answered from the
// store and cost nothing. It returns *Unreadable, *Refused, *Error, or the error of a stop.
func Ask[T any](ctx context.Context, c Client, retries int, ask func(attempt int) (Question[T], error)) (Answer[T], error) {
	var last *Unreadable
	for attempt := range 2 * (retries + 1) {
		q, err := ask(attempt)
		if err != nil {
			return Answer[T]{}, err
		}
		q.Request.Attempt = attempt
		if last != nil && last.cut {
			q.Request.Cap(func(n int) int { return 2 * n }) // cut off: the same cap would cut again
		}
		resp, err := c.Complete(ctx, q.Request)
		if err != nil {
			return Answer[T]{}, asRefusal(err, resp)
		}
		if resp.Refusal != "" || resp.FinishReason == "content_filter" {
			return Answer[T]{}, &Refused{Call: resp.Call, Text: resp.Refusal}
		}
		v, repaired, bad := read(q, resp)
		if bad == nil {
			a := Answer[T]{Value: v, Attempt: attempt, Response: resp}
			if repaired {
				a.Repaired = append(a.Repaired, resp.Call)
			}
			return a, nil
		}
		if refuses(resp.Content) {
			return Answer[T]{}, &Refused{Call: resp.Call, Text: resp.Content}
		}
		last = bad
		if m, ok := c.(Marker); ok {
			if err := m.Unreadable(resp.Call); err != nil {
				return Answer[T]{}, err
			}
		}
	}
	return Answer[T]{}, last
}

// asRefusal turns a server's content filter into the refusal that it is.
func asRefusal(err error, resp Response) error {
	if e, ok := AsError(err); ok && e.Class == Item && e.Reason == "content_filter" {
		return &Refused{Call: resp.Call, Text: e.Error()}
	}
	return err
}

func read[T any](q Question[T], resp Response) (v T, repaired bool, bad *Unreadable) {
	if strings.TrimSpace(resp.Content) == "" {
		return v, false, unreadable(resp, "empty", errors.New("the reply is empty"))
	}
	repaired, err := ParseReply(resp.Content, &v)
	if err == nil && repaired && resp.FinishReason == "length" {
		err = errors.New("it was cut off, so what could be taken out of it may not be the reply") // ask again
	}
	if err != nil {
		return v, false, unreadable(resp, "not_json", err)
	}
	if q.Check != nil {
		if err := q.Check(v, resp); err != nil {
			return v, false, unreadable(resp, "schema", err)
		}
	}
	return v, repaired, nil
}

// ParseReply decodes a reply: exactly one JSON value, valid UTF-8, no duplicate, unknown or case-variant keys. If it is not that,
// it is repaired in at most three ways, and only these: a thinking block before it is dropped, one code fence around it is
// dropped, the first balanced object is taken out of prose. A thinking block that does not end has no reply after it. It reports
// whether it was repaired.
func ParseReply[T any](content string, v *T) (repaired bool, err error) {
	if err = strict([]byte(content), v); err == nil {
		return false, nil
	}
	if stillThinking(content) {
		return false, err
	}
	s := content
	for _, repair := range []func(string) (string, bool){dropThinking, dropFence, firstObject} {
		t, ok := repair(s)
		if !ok {
			continue
		}
		s = t
		if strict([]byte(s), v) == nil {
			return true, nil
		}
	}
	return false, err
}

func strict[T any](b []byte, v *T) error {
	if string(bytes.TrimSpace(b)) == "null" {
		return errors.New("it is null") // which would decode to a value that nobody gave
	}
	var fresh T
	if err := json.Unmarshal(b, &fresh, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("it is not the JSON that was asked for: %w", err)
	}
	*v = fresh
	return nil
}

// thinkingTags enclose what a model says to itself before its reply.
var thinkingTags = []string{"think", "thinking", "reasoning"}

func dropThinking(s string) (string, bool) {
	t := strings.TrimSpace(s)
	for _, tag := range thinkingTags {
		if !strings.HasPrefix(t, "<"+tag+">") {
			continue
		}
		if _, after, ok := strings.Cut(t, "</"+tag+">"); ok {
			return strings.TrimSpace(after), true
		}
	}
	return s, false
}

// stillThinking reports a reply that begins with a thinking block and ends in it.
func stillThinking(s string) bool {
	t := strings.TrimSpace(s)
	for _, tag := range thinkingTags {
		if strings.HasPrefix(t, "<"+tag+">") && !strings.Contains(t, "</"+tag+">") {
			return true
		}
	}
	return false
}

func dropFence(s string) (string, bool) {
	t := strings.TrimSpace(s)
	body, ok := strings.CutPrefix(t, "```")
	if !ok {
		return s, false
	}
	_, body, ok = strings.Cut(body, "\n") // the language
	if !ok {
		return s, false
	}
	return strings.CutSuffix(strings.TrimSpace(body), "```")
}

// firstObject takes the first balanced object. It scans once, so that no reply can make it slow.
func firstObject(s string) (string, bool) {
	start := strings.IndexByte(s, '{')
	if start < 0 {
		return s, false
	}
	depth, quoted, escaped := 0, false, false
	for i := start; i < len(s); i++ {
		c := s[i]
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return s[start : i+1], true
			}
		}
	}
	return s, false
}
