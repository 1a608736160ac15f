package config

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const (
	openaiURL  = "https://api.openai.com/v1"
	ollamaURL  = "http://127.0.0.1:11434"
	openaiHost = "api.openai.com"
	defaultKey = "env:OPENAI_API_KEY"
)

// OfflineName is the name of the built-in rules, which no model of a server can have.
const OfflineName = "offline"

// plainHeaders are those whose values may be written out and are shown. Servers name the headers of their keys as they like, so
// that any other one may hold a secret.
const plainHeaders = "Accept, Content-…, User-Agent, Referer, HTTP-Referer, X-Title, OpenAI-Organization, OpenAI-Project, OpenAI-Beta, anthropic-version, anthropic-beta"

var plainHeader = regexp.MustCompile(`(?i)^(?:accept|content-.*|user-agent|(?:http-)?referer|x-title|openai-(?:organization|project|beta)|anthropic-(?:version|beta))$`)

// Endpoints gives where the model is reached, without a slash at the end: base_urls, base_url or the provider's own
// address; nil for providers that use no network.
func (m Model) Endpoints() []string {
	urls := m.BaseURLs
	if len(urls) == 0 && m.BaseURL != "" {
		urls = []string{m.BaseURL}
	}
	if len(urls) == 0 {
		switch m.Provider {
		case "openai":
			urls = []string{openaiURL}
		case "ollama":
			urls = []string{ollamaURL}
		}
	}
	if !m.online() {
		return nil
	}
	out := make([]string, len(urls))
	for i, u := range urls {
		out[i] = strings.TrimRight(u, "/")
	}
	return out
}

// Name says who answers, in requests, recipes and exports. The built-in rules and recorded replies say so, whatever model stands in
// the configuration: what they give must not pass for that model's, nor be mixed with it.
func (m Model) Name() string {
	switch {
	case m.Provider == "offline":
		return OfflineName
	case m.Provider == "recorded" && m.Model != "recorded":
		return "recorded:" + m.Model
	}
	return m.Model
}

func (m Model) online() bool { return m.Provider == "openai" || m.Provider == "ollama" }

// Key fetches the model's API key. The default reference is a convenience and means no key where its variable is unset and
// the endpoint is not OpenAI's own, and always for ollama; any other reference must lead to a key, or it is an error that
// names the variable or file. Providers that use no network have no key.
func (m Model) Key(environ []string) (Secret, error) {
	s, err := m.key(environ)
	if err != nil {
		return s, fmt.Errorf("api_key: %w; %s", err, keyHint)
	}
	return s, nil
}

const keyHint = `set it, or set api_key to another env:NAME, file:PATH or "" for none`

func (m Model) key(environ []string) (Secret, error) {
	if !m.online() || m.APIKey == "" {
		return Secret{}, nil
	}
	if m.APIKey == defaultKey {
		value, _ := lookup(environ, strings.TrimPrefix(defaultKey, "env:"))
		if m.Provider == "ollama" || value == "" && !m.reaches(openaiHost) {
			return Secret{}, nil
		}
	}
	return ResolveSecret(m.APIKey, environ, "")
}

// SecretHeaders gives all extra headers by name, references fetched. All are hidden when printed, but a Redactor leaves
// the values of plain headers that stand in the configuration: they are no secrets, and words such as "true" turn up everywhere.
func (m Model) SecretHeaders(environ []string) (map[string]Secret, error) {
	out := map[string]Secret{}
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		value := m.Headers[name]
		if !isReference(value) {
			out[name] = Secret{text: &value, known: plainHeader.MatchString(name)}
			continue
		}
		s, err := ResolveSecret(value, environ, "")
		if err != nil {
			return nil, fmt.Errorf("headers.%s: %w", name, err)
		}
		out[name] = s
	}
	return out, nil
}

func (m Model) reaches(host string) bool {
	for _, e := range m.Endpoints() {
		if u, err := url.Parse(e); err == nil && strings.EqualFold(u.Hostname(), host) {
			return true
		}
	}
	return false
}

// local says whether the endpoint is on this machine.
func local(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	host := strings.ToLower(u.Hostname())
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// checkURL says what is wrong with a base URL and what to write instead, both "" if nothing is. It never repeats the URL,
// which may hold a password.
func checkURL(s string) (message, hint string) {
	const example = "write it like " + openaiURL
	u, err := url.Parse(s)
	switch {
	case err != nil || strings.TrimSpace(s) != s:
		return "not a valid URL", example
	case u.User != nil:
		return "a URL must not hold a user name or password", "put the key into api_key as env:NAME or file:PATH"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(s, "#"):
		return "a URL must not hold a query or fragment", "put the key into api_key or headers as env:NAME or file:PATH"
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return "not an http or https URL", example
	case strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/chat/completions"):
		return "the path of the request is added by itself", "leave out /chat/completions"
	}
	return "", ""
}
