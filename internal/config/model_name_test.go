package config

import "testing"

func TestWhatIsNoModelHasNoModelsName(t *testing.T) {
	for _, c := range []struct {
		m    Model
		want string
	}{
		{Model{Provider: "offline", Model: "gpt"}, "offline"},
		{Model{Provider: "recorded", Model: "gpt"}, "recorded:gpt"},
		{Model{Provider: "recorded", Model: "recorded"}, "recorded"},
		{Model{Provider: "openai", Model: "gpt"}, "gpt"},
		{Model{Provider: "ollama", Model: "gpt"}, "gpt"},
	} {
		if got := c.m.Name(); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.m.Provider, c.m.Model, got, c.want)
		}
	}
}
