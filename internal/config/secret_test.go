package config

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const canary = "canary/+ key=ä\"0123"

func TestSecretIsNeverShown(t *testing.T) {
	s := newSecret(canary)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s, "in", struct{ S Secret }{s})
	js, err := json.Marshal(map[string]any{"s": s, "p": &s})
	if err != nil {
		t.Fatal(err)
	}
	ym, err := yaml.Marshal(map[string]any{"s": s})
	if err != nil {
		t.Fatal(err)
	}
	hidden := struct{ s Secret }{s}
	shown := []string{log.String(), string(js), string(ym), s.String(), s.GoString()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		shown = append(shown, fmt.Sprintf(verb, s), fmt.Sprintf(verb, &s), fmt.Sprintf(verb, []Secret{s}), fmt.Sprintf(verb, hidden))
	}
	for _, out := range shown {
		if strings.Contains(out, "canary") || strings.Contains(out, fmt.Sprintf("%x", "canary")) {
			t.Errorf("shown: %s", out)
		}
	}
	if s.Reveal() != canary || s.Empty() || !(Secret{}).Empty() || (Secret{}).Reveal() != "" {
		t.Error("Reveal or Empty")
	}
}

func TestResolveSecret(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"key": "  abc\n", "empty": "\n", "two": "a\nb\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"A=first", "A=abc", "EMPTY=", "LINES=secret1\nsecret2"}
	for _, tc := range []struct{ name, ref, want, err string }{
		{"none", "", "", ""},
		{"variable, the last counts", "env:A", "abc", ""},
		{"file, trimmed", "file:key", "abc", ""},
		{"absolute file", "file:" + dir + "/key", "abc", ""},
		{"C5 variable missing", "env:NONE", "", "environment variable NONE is not set"},
		{"C5 variable empty", "env:EMPTY", "", "environment variable EMPTY is empty"},
		{"C5 variable of two lines", "env:LINES", "", "environment variable LINES contains a line break"},
		{"file missing", "file:nope", "", "nope: no such file"},
		{"file empty", "file:empty", "", "empty is empty"},
		{"file of two lines", "file:two", "", "contains a line break"},
		{"no name", "env:", "", "name of a variable"},
		{"no path", "file:", "", "a path"},
		{"literal", "secret1", "", "must not be written here"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := ResolveSecret(tc.ref, env, dir)
			if s.Reveal() != tc.want || (err == nil) != (tc.err == "") {
				t.Fatalf("got %q, %v", s.Reveal(), err)
			}
			if err != nil && (!strings.Contains(err.Error(), tc.err) || strings.Contains(err.Error(), "secret1")) {
				t.Errorf("error: %v", err)
			}
		})
	}
}

func TestKey(t *testing.T) {
	set := []string{"OPENAI_API_KEY=abcd", "OTHER=efgh"}
	for _, tc := range []struct {
		name string
		m    Model
		env  []string
		want string
		err  string
	}{
		{"openai, default", Model{Provider: "openai", APIKey: defaultKey}, set, "abcd", ""},
		{"openai, default, unset", Model{Provider: "openai", APIKey: defaultKey}, nil, "", "OPENAI_API_KEY is not set"},
		{"openai itself by URL, unset", Model{Provider: "openai", APIKey: defaultKey, BaseURL: "https://API.openai.com/v1"}, nil, "", "OPENAI_API_KEY is not set"},
		{"own server, unset", Model{Provider: "openai", APIKey: defaultKey, BaseURL: "http://gpu:8000/v1"}, nil, "", ""},
		{"own server, empty", Model{Provider: "openai", APIKey: defaultKey, BaseURL: "http://gpu:8000/v1"}, []string{"OPENAI_API_KEY="}, "", ""},
		{"own server, set", Model{Provider: "openai", APIKey: defaultKey, BaseURL: "http://gpu:8000/v1"}, set, "abcd", ""},
		{"other reference, unset", Model{Provider: "openai", APIKey: "env:NONE", BaseURL: "http://gpu:8000/v1"}, set, "", "NONE is not set"},
		{"ollama ignores the default", Model{Provider: "ollama", APIKey: defaultKey}, set, "", ""},
		{"ollama behind a proxy", Model{Provider: "ollama", APIKey: "env:OTHER"}, set, "efgh", ""},
		{"none", Model{Provider: "openai"}, set, "", ""},
		{"offline", Model{Provider: "offline", APIKey: "env:NONE"}, nil, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := tc.m.Key(tc.env)
			if s.Reveal() != tc.want || (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
				t.Errorf("got %q, %v", s.Reveal(), err)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	m := Model{Headers: map[string]string{"Authorization": "env:A", "X-Title": "blue", "X-Auth": "s3cr3t-word"}}
	got, err := m.SecretHeaders([]string{"A=Bearer x"})
	if err != nil || len(got) != 3 || got["Authorization"].Reveal() != "Bearer x" || got["X-Title"].Reveal() != "blue" {
		t.Errorf("got %v, %v", got, err)
	}
	redact := Redactor(got["Authorization"], got["X-Title"], got["X-Auth"])
	if s := redact("blue Bearer x s3cr3t-word"); s != "blue *** ***" {
		t.Errorf("redacted: %s", s)
	}
	if _, err := m.SecretHeaders(nil); err == nil || !strings.Contains(err.Error(), "headers.Authorization: environment variable A is not set") {
		t.Errorf("error: %v", err)
	}
}

func TestEndpoints(t *testing.T) {
	for _, tc := range []struct {
		m    Model
		want string
	}{
		{Model{Provider: "openai"}, "[https://api.openai.com/v1]"},
		{Model{Provider: "ollama"}, "[http://127.0.0.1:11434]"},
		{Model{Provider: "openai", BaseURL: "http://a/v1/"}, "[http://a/v1]"},
		{Model{Provider: "openai", BaseURLs: []string{"http://a/", "http://b"}}, "[http://a http://b]"},
		{Model{Provider: "offline", BaseURL: "http://a"}, "[]"},
	} {
		if got := fmt.Sprint(tc.m.Endpoints()); got != tc.want {
			t.Errorf("%+v: %s", tc.m, got)
		}
	}
}

func TestRedactor(t *testing.T) {
	redact := Redactor(newSecret(canary), newSecret("canary"), newSecret("abc"), Secret{})
	quotedCanary, _ := json.Marshal(canary)
	for _, form := range []string{canary, url.QueryEscape(canary), url.PathEscape(canary), string(quotedCanary),
		base64.StdEncoding.EncodeToString([]byte(canary)), base64.RawURLEncoding.EncodeToString([]byte(canary))} {
		got := redact("before " + form + " after")
		if strings.Contains(got, "canary") || strings.Contains(got, "0123") || !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
			t.Errorf("%s: %s", form, got)
		}
	}
	if got := redact("an abc, risk-assessment, sk-proj-0123456789abcdef."); got != "an abc, risk-assessment, ***." {
		t.Errorf("got %s", got)
	}
	if got := Redactor()("text"); got != "text" {
		t.Errorf("got %s", got)
	}
}
