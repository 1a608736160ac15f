package llm

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hardneg"
)

// asking asks the scripted replies for a value and returns what was asked.
func asking(retries int, check func(sampleReply, Response) error, steps ...step) (*scripted, Answer[sampleReply], error) {
	p := script(steps...)
	a, err := Ask(context.Background(), Wrap(parts(p, &memory{})), retries, func(attempt int) (Question[sampleReply], error) {
		r := item(1)
		r.User = "fence " + string(rune('a'+attempt))
		return Question[sampleReply]{Request: r, Check: check}, nil
	})
	return p, a, err
}

func TestEveryReplyThatCannotBeReadIsCounted(t *testing.T) {
	p, store := script(step{content: "no"}, step{content: good}), &memory{}
	for range 2 { // the second time from the store
		if _, err := Ask(context.Background(), Wrap(parts(p, store)), 0, func(int) (Question[sampleReply], error) { return Question[sampleReply]{Request: item(1)}, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if want := []hardneg.Key{p.asked[0].Key(), p.asked[0].Key()}; !cmp.Equal(store.unreadable, want) { // a store counts a call once
		t.Errorf("counted %v, want %v", store.unreadable, want)
	}
}

func attempts(p *scripted) (out []int) {
	for _, r := range p.asked {
		out = append(out, r.Attempt)
	}
	return out
}

func TestAskAsksOnceMore(t *testing.T) {
	bad, ok := step{content: "no"}, step{content: good}
	for name, c := range map[string]struct {
		retries int
		steps   []step
		asked   []int
		ok      bool
	}{
		"read at once":                        {0, []step{ok}, []int{0}, true},
		"read at the re-ask":                  {0, []step{bad, ok}, []int{0, 1}, true},
		"never read":                          {0, []step{bad, bad, ok}, []int{0, 1}, false},
		"one retry allows attempts 2 and 3":   {1, []step{bad, bad, bad, ok}, []int{0, 1, 2, 3}, true},
		"after one retry":                     {1, []step{bad}, []int{0, 1, 2, 3}, false},
		"a retry of what could be read: none": {3, []step{ok}, []int{0}, true},
	} {
		p, a, err := asking(c.retries, nil, c.steps...)
		var u *Unreadable
		if !cmp.Equal(attempts(p), c.asked) || c.ok != (err == nil) || !c.ok && !errors.As(err, &u) {
			t.Errorf("%s: asked %v, want %v: %v", name, attempts(p), c.asked, err)
		}
		if last := p.asked[len(p.asked)-1]; c.ok && (a.Attempt != last.Attempt || a.Response.Call != last.Key() || a.Value.Query != "a" || a.Repaired != nil) {
			t.Errorf("%s: %+v", name, a)
		}
		if last := p.asked[len(p.asked)-1]; !c.ok && CallOf(err) != last.Key() {
			t.Errorf("%s: the failure names call %s, not the last one", name, CallOf(err))
		}
	}
}

func TestWhyAReplyIsUnreadable(t *testing.T) {
	wrong := func(v sampleReply, _ Response) error { return errors.New("not of the slate") }
	for name, c := range map[string]struct {
		s      step
		check  func(sampleReply, Response) error
		reason string
	}{
		"empty":                         {step{content: " \n"}, nil, "empty"},
		"not JSON":                      {step{content: "hello"}, nil, "not_json"},
		"does not pass the check":       {step{content: good}, wrong, "schema"},
		"cut off":                       {step{content: good[:9], finish: "length"}, nil, "length"},
		"empty because of the cap":      {step{finish: "length"}, nil, "length"},
		"nothing but thoughts":          {step{thought: "hm"}, nil, "thinking"},
		"thoughts up to the cap":        {step{thought: "hm", finish: "length"}, nil, "thinking"},
		"in thought at the cap":         {step{content: "<think>it may be", finish: "length"}, nil, "thinking"},
		"in a loop at the cap":          {step{content: `{"query":"` + strings.Repeat("the old mill of ", 30), finish: "length"}, nil, "loop"},
		"spaces up to the cap":          {step{content: `{"query":` + strings.Repeat(" ", 900), finish: "length"}, nil, "loop"},
		"a loop in prose":               {step{content: strings.Repeat("the old mill of ", 30)}, nil, "loop"},
		"cut off, with an object in it": {step{content: "such as " + good + " or rather", finish: "length"}, nil, "length"},
	} {
		_, _, err := asking(0, c.check, c.s)
		var u *Unreadable
		if !errors.As(err, &u) || u.Reason != c.reason {
			t.Errorf("%s: %v, want %s", name, err, c.reason)
		}
		if reason, ok := ItemFailure(err); !ok || reason != "unreadable_"+c.reason {
			t.Errorf("%s: failure %q", name, reason)
		}
	}
}

func TestACutReplyIsAskedForWithTwiceTheCap(t *testing.T) {
	cut := step{content: good[:9], finish: "length"}
	p, _, err := asking(0, nil, cut, step{content: good})
	if err != nil || p.asked[0].MaxTokens != 100 || p.asked[1].MaxTokens != 200 {
		t.Errorf("caps %d and %d: %v", p.asked[0].MaxTokens, p.asked[1].MaxTokens, err)
	}
	p, _, _ = asking(1, nil, cut)
	if p.asked[3].MaxTokens != 200 {
		t.Errorf("cap %d at the fourth attempt: it must not grow without bound", p.asked[3].MaxTokens)
	}
	p, _, _ = asking(0, nil, step{content: "no"}, step{content: good})
	if p.asked[1].MaxTokens != 100 {
		t.Error("the cap was raised for a reply that was not cut off")
	}
	p, _, _ = asking(0, nil, step{content: strings.Repeat("the old mill of ", 30), finish: "length"}, step{content: good})
	if p.asked[1].MaxTokens != 100 {
		t.Error("the cap was raised for a loop, which would only cost more")
	}
	p, _, _ = asking(0, nil, step{thought: "hm", finish: "length"}, step{content: good})
	if p.asked[1].MaxTokens != 200 {
		t.Error("the cap was not raised for thoughts that left no room for a reply")
	}
	// a whole reply that ends at the cap is a reply
	if _, a, err := asking(0, nil, step{content: good, finish: "length"}); err != nil || a.Attempt != 0 {
		t.Errorf("%+v: %v", a, err)
	}
}

func TestARepairIsReported(t *testing.T) {
	p, a, err := asking(0, nil, step{content: "```\n" + good + "\n```"})
	if err != nil || !cmp.Equal(a.Repaired, []hardneg.Key{p.asked[0].Key()}) {
		t.Errorf("%+v: %v", a, err)
	}
}

type refusing struct{ Response }

func (r refusing) Complete(context.Context, Request) (Response, error) { return r.Response, nil }

func TestARefusalIsNotAskedAgain(t *testing.T) {
	p, _, err := asking(1, nil, step{content: good, finish: "content_filter"})
	if reason, ok := ItemFailure(err); !ok || reason != "refused" || p.calls() != 1 || CallOf(err) != p.asked[0].Key() {
		t.Errorf("%v, %d calls", err, p.calls())
	}
	p, _, err = asking(1, nil, step{err: failed(Item, "content_filter")})
	if reason, ok := ItemFailure(err); !ok || reason != "refused" || p.calls() != 1 {
		t.Errorf("%v, %d calls", err, p.calls())
	}
	for _, said := range []string{"I'm sorry, but I can't help with that request.", "<think>is that safe?</think>\n\nI cannot assist with that.", "Es tut mir leid, aber das kann ich nicht schreiben."} {
		p, _, err = asking(1, nil, step{content: said})
		if reason, ok := ItemFailure(err); !ok || reason != "refused" || p.calls() != 1 || CallOf(err) != p.asked[0].Key() || !strings.Contains(err.Error(), said) {
			t.Errorf("%q: %v, %d calls", said, err, p.calls())
		}
	}
	if _, a, err := asking(0, nil, step{content: "I'm sorry, I can't help it: " + good}); err != nil || len(a.Repaired) != 1 {
		t.Errorf("an apology before a reply: %v", err)
	}
	_, err = Ask(t.Context(), refusing{Response{Refusal: "I can't help with that", FinishReason: "stop"}}, 0,
		func(int) (Question[sampleReply], error) { return Question[sampleReply]{}, nil })
	if reason, _ := ItemFailure(err); reason != "refused" || !strings.Contains(err.Error(), "I can't help") {
		t.Errorf("%v", err)
	}
}

func TestAnErrorIsNotAskedAgain(t *testing.T) {
	p, _, err := asking(1, nil, step{err: failed(Item, "too_long")})
	if reason, ok := ItemFailure(err); !ok || reason != "too_long" || p.calls() != 1 {
		t.Errorf("%v, %d calls", err, p.calls())
	}
	broken := errors.New("prompt")
	_, err = Ask(t.Context(), refusing{}, 0, func(int) (Question[sampleReply], error) { return Question[sampleReply]{}, broken })
	if _, item := ItemFailure(err); !errors.Is(err, broken) || item {
		t.Error(err)
	}
}
