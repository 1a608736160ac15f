package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"
)

// delim separates keys in viper; fold keeps it out of names, so that a dot in a name is just a dot.
const delim = "::"

// layers lays defaults, file, environment and --set over each other with viper. Every value goes in as one opaque leaf that
// carries its place: viper picks the winner, and its place comes out with it. Viper would lower-case the names of models
// and headers and drop nulls; folded names and wrapped values keep it from doing so.
type layers struct{ v *viper.Viper }

func newLayers() layers { return layers{viper.NewWithOptions(viper.KeyDelimiter(delim))} }

// leaves calls do for every leaf of a value: whatever is not a section.
func leaves(v value, f *field, steps []string, do func(steps []string, v value)) {
	if f.kind != section && f.kind != named {
		do(steps, v)
		return
	}
	for name, child := range v.data.(map[string]value) {
		inner := f.elem
		if f.kind == section {
			inner = f.key(name)
		}
		leaves(child, inner, append(slices.Clip(steps), name), do)
	}
}

func (l layers) setDefault(steps []string, v value) { l.v.SetDefault(viperKey(steps), v) }

// merge puts a leaf over what the file and earlier variables say.
func (l layers) merge(steps []string, v value) {
	var tree any = v
	for _, s := range slices.Backward(steps) {
		tree = map[string]any{fold(s): tree}
	}
	// The only error is that of reading a file, which this does not do.
	_ = l.v.MergeConfigMap(tree.(map[string]any))
}

func (l layers) override(steps []string, v value) { l.v.Set(viperKey(steps), v) }

func (l layers) get(steps []string) (value, bool) {
	v, ok := l.v.Get(viperKey(steps)).(value)
	return v, ok
}

// decode gives the configuration that wins, with the place of each key.
func (l layers) decode() (*Config, map[string]place, error) {
	places := map[string]place{}
	settings := unwrap(l.v.AllSettings(), "", places)
	c := &Config{}
	d, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{Result: c, ErrorUnused: true})
	if err != nil {
		return nil, nil, err
	}
	if err := d.Decode(settings); err != nil {
		return nil, nil, fmt.Errorf("config: checked values do not fit: %w", err)
	}
	if c.Models == nil {
		c.Models = map[string]Model{}
	}
	return c, places, nil
}

func unwrap(tree map[string]any, key string, places map[string]place) map[string]any {
	out := map[string]any{}
	for k, x := range tree {
		name := unfold(k)
		inner := join(key, name)
		switch x := x.(type) {
		case value:
			out[name] = x.plain(inner, places)
		case map[string]any:
			out[name] = unwrap(x, inner, places)
		}
	}
	return out
}

func viperKey(steps []string) string {
	folded := make([]string, len(steps))
	for i, s := range steps {
		folded[i] = fold(s)
	}
	return strings.Join(folded, delim)
}

// fold writes a name so that lower-casing and splitting leave it alone; unfold gives it back.
func fold(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r == '^' || r == ':' || r >= utf8.RuneSelf || strings.ToLower(string(r)) != string(r) {
			fmt.Fprintf(&b, "^%x^", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unfold(name string) string {
	parts := strings.Split(name, "^")
	for i := 1; i < len(parts); i += 2 {
		var r rune
		if _, err := fmt.Sscanf(parts[i], "%x", &r); err == nil {
			parts[i] = string(r)
		}
	}
	return strings.Join(parts, "")
}

// clone copies the maps and lists that an assignment may write into.
func clone(x any) any {
	switch x := x.(type) {
	case map[string]value:
		return maps.Clone(x)
	case []value:
		return slices.Clone(x)
	case map[string]any:
		out := maps.Clone(x)
		for k, v := range out {
			out[k] = clone(v)
		}
		return out
	}
	return x
}
