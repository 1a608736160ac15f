package hardneg

import "testing"

// Prices are per million tokens; a usage of a million of each kind makes them plain.
func TestWhatACallCosts(t *testing.T) {
	const m = 1_000_000
	all := Usage{Prompt: 3 * m, Cached: m, Written: m, Completion: m}
	for name, c := range map[string]struct {
		price Price
		usage Usage
		want  float64
	}{
		"nothing":                        {Price{}, all, 0},
		"caches cost what others cost":   {Price{Input: 2, Output: 10}, all, 16},
		"reading is cheaper":             {Price{Input: 2, CachedInput: 0.5, Output: 10}, all, 14.5},
		"writing is dearer":              {Price{Input: 2, CachedInput: 0.5, CacheWrite: 2.5, Output: 10}, all, 15},
		"no cache":                       {Price{Input: 2, CachedInput: 0.5, CacheWrite: 2.5, Output: 10}, Usage{Prompt: m}, 2},
		"a tenth of a cent of a hundred": {Price{Input: 0.1}, Usage{Prompt: 10}, 0.000001},
	} {
		if got := c.price.Cost(c.usage).Dollars(); got != c.want {
			t.Errorf("%s: $%g, want $%g", name, got, c.want)
		}
	}
	dear := Price{Input: 2, CachedInput: 0.5, CacheWrite: 2.5, Output: 10}
	if got := dear.Most(all).Dollars(); got != 17.5 {
		t.Errorf("at most $%g", got)
	}
	if got := (Price{Input: 2, CachedInput: 0.5, Output: 10}).Most(all).Dollars(); got != 16 {
		t.Errorf("at most $%g", got)
	}
}
