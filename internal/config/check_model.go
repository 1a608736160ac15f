package config

import (
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// model checks one model.
func (k *checker) model(key string, m Model) {
	k.oneOf(key+".provider", m.Provider, "offline", "openai", "ollama", "recorded")
	switch {
	case m.Provider == "recorded":
		k.needed(key+".file", m.File, "name the JSONL file of replies")
	case m.online():
		k.needed(key+".model", m.Model, "name the model as its server does")
		if m.Model == OfflineName {
			k.bad(key+".model", "is the name of the built-in rules, and the provider is "+quoted(m.Provider), "name the model as its server does")
		}
	}
	if m.Provider == "ollama" && m.MaxTokens >= m.NumCtx {
		at, other := k.written(key+".max_tokens", key+".num_ctx")
		message := strconv.Itoa(m.MaxTokens) + " leaves no room in num_ctx, which is " + strconv.Itoa(m.NumCtx)
		if at == key+".num_ctx" {
			message = strconv.Itoa(m.NumCtx) + " has no room for a prompt beside max_tokens, which is " + strconv.Itoa(m.MaxTokens)
		}
		k.bad(at, message+k.origin(other), "lower max_tokens or raise num_ctx")
	}
	k.addresses(key, m)
	if exposed := k.exposed(m); len(exposed) > 0 && !m.Plaintext && k.used(key) {
		at := key + ".base_url"
		if len(m.BaseURLs) > 0 {
			at = key + ".base_urls"
		}
		k.bad(at, "the key would go to "+exposed[0]+" unencrypted",
			"use https, or api_key: \"\" if the server wants none; "+key+".allow_plaintext: true sends it all the same, to a network that you trust")
	}
	k.headers(key, m)
	k.encoder(key, m)
	k.limits(key, m)
	k.oneOf(key+".mode", m.Mode, "live", "batch")
	if m.Mode == "batch" {
		k.batch(key, m)
	}
}

// batch checks a model that is asked through a provider's Batch API.
func (k *checker) batch(key string, m Model) {
	if m.Provider != "openai" {
		k.bad(key+".mode", "batch needs a provider with OpenAI's Batch API, and this one is "+quoted(m.Provider), "write live, or provider: openai")
	}
	if len(m.BaseURLs) > 1 {
		k.bad(key+".base_urls", "a batch goes to one endpoint", "name one base_url, or write mode: live")
	}
}

func (k *checker) addresses(key string, m Model) {
	if m.BaseURL != "" && len(m.BaseURLs) > 0 {
		k.bad(key+".base_urls", "base_url is given too", "keep one of the two")
	}
	if message, hint := checkURL(m.BaseURL); m.BaseURL != "" && message != "" {
		k.bad(key+".base_url", message, hint)
	}
	seen := map[string]bool{}
	for i, u := range m.BaseURLs {
		at := key + ".base_urls." + strconv.Itoa(i)
		if message, hint := checkURL(u); message != "" {
			k.bad(at, message, hint)
		}
		if u = strings.TrimRight(u, "/"); seen[u] {
			k.bad(at, "the same endpoint twice", "raise concurrency instead")
		}
		seen[u] = true
	}
}

// exposed lists the endpoints to which a key, or a header that is kept like one, would go unencrypted over a network.
func (k *checker) exposed(m Model) []string {
	key, err := m.Key(k.sources.Environ) // one that is missing is told of when it is needed
	if err != nil || key.Empty() && !slices.ContainsFunc(slices.Collect(maps.Values(m.Headers)), isReference) {
		return nil
	}
	return slices.DeleteFunc(m.Endpoints(), func(e string) bool {
		return !strings.HasPrefix(strings.ToLower(e), "http://") || local(e)
	})
}

func (k *checker) headers(key string, m Model) {
	spelt := map[string]string{}
	for name := range m.Headers {
		at := key + ".headers." + name
		if !isToken(name) {
			k.bad(at, quoted(name)+" is not the name of a header", "use letters, digits and -")
		}
		canonical := http.CanonicalHeaderKey(name)
		if other, again := spelt[canonical]; again {
			k.bad(key+".headers."+max(name, other), "the same header as "+min(name, other), "remove one of them")
		}
		spelt[canonical] = name
	}
}

func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
	})
}

func (k *checker) limits(key string, m Model) {
	whole(k, key+".concurrency", m.Concurrency, 1, 4096)
	whole(k, key+".rpm", m.RPM, 0, math.MaxInt)
	whole(k, key+".tpm", m.TPM, 0, math.MaxInt)
	whole(k, key+".retries", m.Retries, 0, 100)
	whole(k, key+".max_tokens", m.MaxTokens, 1, math.MaxInt)
	whole(k, key+".num_ctx", m.NumCtx, 1, math.MaxInt)
	k.positive(key+".timeout", m.Timeout)
	k.notNegative(key+".patience", m.Patience)
	if m.Temperature != nil {
		k.real(key+".temperature", *m.Temperature, 0, 2)
	}
	if m.TopP != nil && (*m.TopP <= 0 || *m.TopP > 1) {
		k.bad(key+".top_p", strconv.FormatFloat(*m.TopP, 'g', -1, 64)+" is out of range", "use more than 0, up to 1, or null to send none")
	}
	k.real(key+".price.input", m.Price.Input, 0, math.Inf(1))
	k.real(key+".price.cached_input", m.Price.CachedInput, 0, math.Inf(1))
	k.real(key+".price.cache_write", m.Price.CacheWrite, 0, math.Inf(1))
	k.real(key+".price.output", m.Price.Output, 0, math.Inf(1))
	if k.unpriced(key, m) && m.reaches(openaiHost) && k.Run.Budget.Tokens == 0 {
		k.bad(key+".price", "is 0, so run.budget.usd cannot hold for it", "write its price in USD per million tokens, or limit run.budget.tokens too")
	}
}

// unpriced says that the budget of money does not see what this model costs.
func (k *checker) unpriced(key string, m Model) bool {
	return k.Run.Budget.USD > 0 && m.online() && m.Price.Input == 0 && m.Price.Output == 0 && k.used(key)
}

// used says whether a stage has the model of this key.
func (k *checker) used(key string) bool {
	name := strings.TrimPrefix(key, "models.")
	return slices.Contains(k.encoders(), name) ||
		slices.Contains(k.writers(), name) ||
		slices.ContainsFunc(k.Generate.Negatives, func(s Strategy) bool { return s.Check == name }) ||
		slices.ContainsFunc(k.Judge.Cascade, func(s Step) bool { return slices.Contains(s.Models(), name) })
}

// writers lists the models that write queries, if any are written, and negatives, once each.
func (c *Config) writers() []string {
	var out []string
	if c.Generate.Queries.PerPassage > 0 {
		out = append(out, c.Generate.Queries.Model)
	}
	for _, s := range c.Generate.Negatives {
		for _, name := range s.Writers() {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// judges lists the models that judge, once each.
func (c *Config) judges() []string {
	var out []string
	for _, s := range c.Judge.Cascade {
		for _, m := range s.Models() {
			if !slices.Contains(out, m) {
				out = append(out, m)
			}
		}
	}
	return out
}
