package config

import "slices"

// The models of the shipped config, which the default stages name.
const (
	defaultWriter = "writer"
	defaultSmall  = "judge_small"
	defaultLarge  = "judge_large"
)

// assume adds the models that the defaults name and nobody set: all of them where there are no models, as in the shipped
// config, else those that a stage names by default. A name that the user wrote must be there.
func (l *loader) assume() {
	if l.has("models") && len(l.models) == 0 {
		return // whatever stands there is reported
	}
	names := []string{defaultWriter, defaultSmall, defaultLarge}
	if len(l.models) > 0 {
		names = l.namedByDefault()
	}
	for _, name := range names {
		if !slices.Contains(l.models, name) {
			l.assumed = append(l.assumed, name)
		}
	}
	for _, name := range l.assumed {
		l.addModel(name)
	}
}

func (l *loader) namedByDefault() []string {
	var names []string
	if l.isDefault("generate", "queries", "model") || l.isDefault("generate", "negatives") {
		names = append(names, defaultWriter)
	}
	if l.isDefault("judge", "cascade") {
		names = append(names, defaultSmall, defaultLarge)
	}
	return names
}

func (l *loader) isDefault(steps ...string) bool {
	v, ok := l.layers.get(steps)
	return ok && v.at == l.unwritten()
}

// warnAssumed tells of models that a stage uses and nobody set.
func (k *checker) warnAssumed() {
	for _, name := range k.assumed {
		key := "models." + name
		if k.used(key) && k.places[key+".provider"] == k.unwritten() {
			k.warnf("%s is not set: the built-in offline rules stand in for a model", key)
		}
	}
}
