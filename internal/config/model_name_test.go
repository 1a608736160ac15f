package config

import (
	"strings"
	"testing"
)

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

func TestAServersModelCannotHaveTheNameOfTheRules(t *testing.T) {
	_, err := load([]byte("models: {writer: {provider: openai, model: offline, base_url: 'http://127.0.0.1:1/v1', api_key: \"\"}}"), Sources{File: "config.yaml"})
	if err == nil || !strings.Contains(err.Error(), "config.yaml:1:") || !strings.Contains(err.Error(), "models.writer.model: is the name of the built-in rules") {
		t.Error(err)
	}
}
