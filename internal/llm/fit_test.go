package llm

import (
	"strings"
	"testing"
)

func TestWhatDoesNotFitIntoTheContextIsNotSent(t *testing.T) {
	prompt := func(n int) Request { return Request{User: strings.Repeat("four", n), MaxTokens: 96} }
	inExtra := prompt(1000)
	inExtra.Extra = map[string]any{"options": map[string]any{"num_ctx": 2000}}
	again := prompt(950)
	again.Attempt, again.MaxTokens = 1, 192
	for name, c := range map[string]struct {
		req     Request
		context int
		fits    bool
	}{
		"fits to the token": {prompt(928), 1024, true},
		"one token more":    {prompt(929), 1024, false},
		"context not known": {prompt(100000), 0, true},
		"set by extra":      {inExtra, 1024, true},
		"asked for anew":    {again, 1024, true},
	} {
		p := script(step{content: "{}"})
		everything := parts(p, &memory{})
		everything.Hard = t.Context()
		_, err := (&fitting{c.context, &recording{everything}}).send(t.Context(), &c.req)
		reason, failed := ItemFailure(err)
		if failed == c.fits || failed && reason != TooLong || (len(p.asked) == 1) != c.fits {
			t.Errorf("%s: %v, asked %d times", name, err, len(p.asked))
		}
	}
}
