package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// warnf notes what is allowed but probably not meant, once.
func (k *checker) warnf(format string, args ...any) {
	if w := fmt.Sprintf(format, args...); !slices.Contains(k.warnings, w) {
		k.warnings = append(k.warnings, w)
	}
}

// warn looks for such things in a configuration that has no errors.
func (k *checker) warn() {
	k.warnAssumed()
	k.warnJudges()
	w := k.Models[k.Generate.Queries.Model]
	if n := k.Generate.Queries.PerPassage; n > 1 && w.Provider != "offline" && w.Temperature != nil && *w.Temperature == 0 {
		k.warnf("models.%s.temperature is 0 and generate.queries.per_passage is %d: the queries of a passage will be alike; raise the temperature",
			k.Generate.Queries.Model, n)
	}
	names := slices.Sorted(maps.Keys(k.Models))
	for i, name := range names {
		m := k.Models[name]
		k.warnSecrets(name, m)
		k.warnPrice(name, m)
		k.warnNames(name, m)
		for _, other := range names[:i] {
			k.warnContext(other, name)
		}
	}
}

func (k *checker) warnJudges() {
	for _, w := range k.OwnJudges() {
		k.warnf("%s", w)
	}
	for _, model := range k.judges() {
		for _, name := range k.writers() {
			if k.Models[model].Provider == "offline" && k.Models[name].Provider != "offline" {
				k.warnf("models.%s is offline, which only compares words, and judges what models.%s wrote; judge with a model", model, name)
			}
		}
	}
}

// warnSecrets looks at where keys come from and where they go, without failing: commands that call no model need none.
func (k *checker) warnSecrets(name string, m Model) {
	refs := slices.Sorted(maps.Values(m.Headers))
	if m.online() {
		refs = append([]string{m.APIKey}, refs...)
	}
	for _, ref := range refs {
		if w := secretFileWarning(ref); w != "" {
			k.warnf("%s", w)
		}
		variable, isVar := strings.CutPrefix(ref, "env:")
		if value, set := lookup(k.sources.Environ, variable); isVar && set && value == "" {
			k.warnf("environment variable %s, which models.%s refers to, is set but empty", variable, name)
		}
	}
	for _, e := range k.exposed(m) {
		k.warnf("models.%s: the key goes to %s unencrypted", name, e)
	}
}

// warnPrice looks for prices per thousand tokens, and for cents.
func (k *checker) warnPrice(name string, m Model) {
	if p := max(m.Price.Input, m.Price.Output); p > 0 && p < 0.005 || p > 1000 {
		k.warnf("models.%s.price: %v USD per million tokens is unusual; check that it is not per thousand", name, p)
	}
	if k.unpriced("models."+name, m) && slices.ContainsFunc(m.Endpoints(), func(e string) bool { return !local(e) }) {
		k.warnf("models.%s.price is 0: run.budget.usd does not see its calls", name)
	}
}

func (k *checker) warnNames(name string, m Model) {
	given := func(key string) bool { return k.places["models."+name+"."+key] != k.unwritten() }
	if !given("provider") && (m.BaseURL != "" || len(m.BaseURLs) > 0 || m.Model != "offline") {
		k.warnf("models.%s has no provider, so it is offline and calls no model; add provider: openai or ollama", name)
	}
	floats := strings.HasSuffix(m.Model, "latest") || m.Provider == "ollama" && !strings.Contains(m.Model, ":")
	if m.online() && floats {
		k.warnf("models.%s.model: what %s stands for can change between runs; name a fixed version", name, m.Model)
	}
	for _, e := range m.Endpoints() {
		if m.Provider == "ollama" && strings.HasSuffix(e, "/v1") {
			k.warnf("models.%s: provider ollama adds /api/chat to %s; leave out /v1, or use provider openai", name, e)
		}
	}
}

// warnContext looks for one Ollama model that is asked for with two context sizes, which loads it anew at each change.
func (k *checker) warnContext(a, b string) {
	x, y := k.Models[a], k.Models[b]
	if x.Provider != "ollama" || y.Provider != "ollama" || x.Model != y.Model || x.NumCtx == y.NumCtx {
		return
	}
	for _, e := range x.Endpoints() {
		if slices.Contains(y.Endpoints(), e) {
			k.warnf("models.%s and models.%s are %s on one server with different num_ctx: it is loaded anew at each change; use one num_ctx", a, b, x.Model)
			return
		}
	}
}
