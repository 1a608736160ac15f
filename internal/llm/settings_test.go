package llm

import (
	"errors"
	"fmt"
	"testing"

	"hardneg"
)

func TestWhichErrorsFailAnItem(t *testing.T) {
	key := hardneg.KeyOf("call")
	for name, c := range map[string]struct {
		err    error
		reason string // "": the run stops
		call   hardneg.Key
	}{
		"none":             {nil, "", hardneg.Key{}},
		"unreadable":       {fmt.Errorf("x: %w", &Unreadable{Reason: "schema", Call: key, Err: errors.New("y")}), "unreadable_schema", key},
		"refused":          {&Refused{Call: key}, "refused", key},
		"item":             {fmt.Errorf("x: %w", failed(Item, "too_long")), "too_long", hardneg.Key{}},
		"temporary":        {failed(Temporary, "reset"), "", hardneg.Key{}},
		"overload":         {failed(Overload, "busy"), "", hardneg.Key{}},
		"unavailable":      {failed(Unavailable, "refused"), "", hardneg.Key{}},
		"down":             {failed(Down, "bad_key"), "", hardneg.Key{}},
		"unsupported":      {failed(Unsupported, "seed"), "", hardneg.Key{}},
		"budget":           {&BudgetReached{What: "usd"}, "", hardneg.Key{}},
		"storage and such": {errors.New("disk full"), "", hardneg.Key{}},
	} {
		reason, ok := ItemFailure(c.err)
		if reason != c.reason || ok != (c.reason != "") || CallOf(c.err) != c.call {
			t.Errorf("%s: %q, %v, %s", name, reason, ok, CallOf(c.err))
		}
	}
}

func TestSettingsDecideTheKey(t *testing.T) {
	zero, half := 0.0, 0.5
	all := []Settings{
		{Model: "m"}, {Model: "n"}, {Model: "m", Temperature: &zero}, {Model: "m", Temperature: &half}, {Model: "m", TopP: &half},
		{Model: "m", MaxTokens: 9}, {Model: "m", Think: true}, {Model: "m", Extra: map[string]any{"k": 1}}, {Model: "m", Extra: map[string]any{"k": nil}},
	}
	texts, keys := map[string]bool{}, map[hardneg.Key]bool{}
	for _, s := range all {
		texts[s.String()], keys[s.Request().Key()] = true, true
	}
	if len(texts) != len(all) || len(keys) != len(all) {
		t.Errorf("%d texts and %d keys for %d settings", len(texts), len(keys), len(all))
	}
	a := Settings{Extra: map[string]any{"a": 1, "b": map[string]any{"x": 1, "y": 2}}}
	b := Settings{Extra: map[string]any{"b": map[string]any{"y": 2, "x": 1}, "a": 1}}
	if a.String() != b.String() || a.Request().Key() != b.Request().Key() {
		t.Error("the order of extra fields changes the key")
	}
}

func TestWhatIsNotInTheKey(t *testing.T) {
	a := item(1)
	b := a
	b.Stage, b.Input, b.Prompt, b.Role, b.Seed = "judge", "i", "p@1", "r", 7
	if a.Key() != b.Key() {
		t.Error("what a request is made for is no part of its key")
	}
	for name, change := range map[string]func(*Request){
		"system": func(r *Request) { r.System += "x" }, "user": func(r *Request) { r.User += "x" }, "schema": func(r *Request) { r.Schema.JSON = []byte("{}") },
		"sample": func(r *Request) { r.Sample++ }, "attempt": func(r *Request) { r.Attempt++ }, "logprobs": func(r *Request) { r.Logprobs = true },
	} {
		c := a
		if change(&c); c.Key() == a.Key() {
			t.Errorf("%s must change the key", name)
		}
	}
}

// A request that is known by other parameters than it is sent with finds the reply of before, and is stored as it was sent.
func TestARequestIsKnownByWhatItWasAskedWithBefore(t *testing.T) {
	cold, hot := 0.0, 0.9
	before := Settings{Model: "m", Temperature: &cold, MaxTokens: 100}
	after := Settings{Model: "m", Temperature: &hot, MaxTokens: 300, Known: &Known{&cold, 100}}
	if before.String() != after.String() {
		t.Errorf("%s is not %s", after, before)
	}
	a, b := before.Request(), after.Request()
	for range 2 {
		if a.Key() != b.Key() || b.MaxTokens != 3*a.MaxTokens || *b.Temperature != hot {
			t.Errorf("%+v and %+v", a, b)
		}
		if s := string(b.Logical()); s == string(a.Logical()) || s != string(Settings{Model: "m", Temperature: &hot, MaxTokens: b.MaxTokens}.Request().Logical()) {
			t.Errorf("stored as %s", s)
		}
		a.Cap(func(n int) int { return 2 * n })
		b.Cap(func(n int) int { return 2 * n })
	}
	if after.Known.MaxTokens != 100 {
		t.Error("the cap of one request has changed the settings")
	}
}
