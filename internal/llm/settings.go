package llm

import (
	"encoding/json"
	"errors"

	"hardneg"
)

// Settings are the parameters of one model that decide its replies. They are part of every request's key, and of the recipe of
// every stage that uses the model.
type Settings struct {
	Model       string         `json:"model"`
	Temperature *float64       `json:"temperature"`
	TopP        *float64       `json:"top_p"`
	MaxTokens   int            `json:"max_tokens"`
	Think       bool           `json:"think,omitempty"`
	Extra       map[string]any `json:"extra,omitempty"`
	Known       *Known         `json:"-"` // nil: what is sent is also what replies are known by
}

// Known are the parameters that replies are known by, in String and in the keys of requests, where others are sent: a run that has
// gone on with other values, and keeps what was answered before.
type Known struct {
	Temperature *float64
	MaxTokens   int
}

// String is the settings as canonical JSON.
func (s Settings) String() string {
	if s.Known != nil {
		s.Temperature, s.MaxTokens = s.Known.Temperature, s.Known.MaxTokens
	}
	b, err := json.Marshal(s) // map keys are sorted
	if err != nil {
		panic("llm: settings cannot be encoded: " + err.Error()) // Extra comes from the config and was text before
	}
	return string(b)
}

// Request starts a request with these settings.
func (s Settings) Request() Request {
	return Request{Model: s.Model, Temperature: s.Temperature, TopP: s.TopP, MaxTokens: s.MaxTokens, Think: s.Think, Extra: s.Extra, known: s.Known}
}

// Cap changes how many tokens the reply may have, whatever the request is known by.
func (r *Request) Cap(by func(tokens int) int) {
	r.MaxTokens = by(r.MaxTokens)
	if r.known != nil {
		r.known = &Known{r.known.Temperature, by(r.known.MaxTokens)}
	}
}

// ItemFailure reports whether an error is the fault of one item, which fails with this reason while others go on. Any other
// error stops the run.
func ItemFailure(err error) (reason string, ok bool) {
	var u *Unreadable
	if errors.As(err, &u) {
		return "unreadable_" + u.Reason, true
	}
	var r *Refused
	if errors.As(err, &r) {
		return "refused", true
	}
	if e, is := AsError(err); is && e.Class == Item {
		return e.Reason, true
	}
	return "", false
}

// CallOf is the call that an item's failure is about, the zero key if none was stored.
func CallOf(err error) hardneg.Key {
	var u *Unreadable
	if errors.As(err, &u) {
		return u.Call
	}
	var r *Refused
	if errors.As(err, &r) {
		return r.Call
	}
	return hardneg.Key{}
}
