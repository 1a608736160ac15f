package config

import (
	"maps"
	"slices"
)

// unresolved fetches every secret of the models in use once, so that all that are missing are known before anything is begun.
func (k *checker) unresolved() Errors {
	var t trouble
	for _, name := range slices.Sorted(maps.Keys(k.Models)) {
		m, key := k.Models[name], "models."+name
		if !m.online() || !k.used(key) {
			continue
		}
		if _, err := m.key(k.sources.Environ); err != nil {
			t.add(k.place(key+".api_key"), key+".api_key", err.Error(), keyHint)
		}
		for _, header := range slices.Sorted(maps.Keys(m.Headers)) {
			one := Model{Headers: map[string]string{header: m.Headers[header]}}
			if _, err := one.SecretHeaders(k.sources.Environ); err != nil {
				t.add(k.place(key+".headers."+header), key+".headers", err.Error(), "set it, or name another env:NAME or file:PATH")
			}
		}
	}
	t.found.sort()
	return t.found
}
