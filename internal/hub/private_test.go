package hub

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"hardneg/internal/hubtest"
)

// noted is a client whose words are kept.
func noted(h *hubtest.Hub, said *strings.Builder) *Client {
	c := client(h, nil)
	c.Say = func(format string, args ...any) { fmt.Fprintf(said, format+"\n", args...) }
	return c
}

// TestWhatIsToBePrivateGoesToNoPublicRepository: not a file, nor the beginning of one, nor the card.
func TestWhatIsToBePrivateGoesToNoPublicRepository(t *testing.T) {
	h, p := hubtest.New(t), Push{Repo: "u/d"}
	if _, err := client(h, nil).Push(context.Background(), folder(t, map[string]string{"a": "b"}), p); err != nil {
		t.Fatal(err)
	}
	shown := func() int {
		return h.Seen("preupload") + h.Seen("validate-yaml") + h.Seen("batch") + h.Seen("/commit/")
	}
	p.Private = true
	before := shown()
	_, err := client(h, nil).Push(context.Background(), folder(t, small), p)
	_, planned := client(h, nil).Plan(context.Background(), folder(t, small), p)
	if !errors.Is(err, ErrPublic) || !errors.Is(planned, ErrPublic) || shown() != before {
		t.Errorf("pushed: %v, planned: %v, %d requests show something", err, planned, shown()-before)
	}
	h.Fail(hubtest.Fault{Path: "/create", Status: 403, Times: 1}) // a token for this repository alone
	if _, err := client(h, nil).Push(context.Background(), folder(t, small), p); !errors.Is(err, ErrPublic) || shown() != before {
		t.Errorf("by who may not create: %v", err)
	}
	h.Set(func(h *hubtest.Hub) { h.Private = true })
	var said strings.Builder
	if _, err := noted(h, &said).Push(context.Background(), folder(t, small), p); err != nil || strings.Contains(said.String(), "warning") {
		t.Errorf("to a private one: %v\n%s", err, said.String())
	}
}

func TestAHubThatDoesNotTellWhoSeesIt(t *testing.T) {
	silent := func(h *hubtest.Hub) { h.Set(func(h *hubtest.Hub) { h.Silent = true }) }
	refuses := func(h *hubtest.Hub) { h.Fail(hubtest.Fault{Path: "/api/datasets/u/d", Status: 403, Times: 1}) }
	for name, c := range map[string]struct {
		with func(*hubtest.Hub)
		warn bool
	}{"tells": {func(*hubtest.Hub) {}, false}, "says nothing of it": {silent, true}, "says nothing at all": {refuses, true}} {
		h := hubtest.New(t)
		c.with(h)
		var said strings.Builder
		_, err := noted(h, &said).Push(context.Background(), folder(t, small), Push{Repo: "u/d", Private: true})
		if err != nil || strings.Contains(said.String(), "warning: the Hub does not tell whether u/d is private") != c.warn {
			t.Errorf("%s: %v\n%s", name, err, said.String())
		}
	}
	h := hubtest.New(t)
	h.Fail(hubtest.Fault{Path: "/api/datasets/u/d", Status: 503, Times: 100})
	if _, err := client(h, nil).Push(context.Background(), folder(t, small), Push{Repo: "u/d", Private: true}); err == nil || h.Seen("preupload") > 0 {
		t.Errorf("a Hub that is down: %v", err)
	}
	if _, err := client(h, nil).Plan(context.Background(), folder(t, small), Push{Repo: "u/e"}); err != nil || h.Seen("GET /api/datasets/u/e") > 0 {
		t.Errorf("it is asked for where nobody wants a private one: %v", err)
	}
}
