package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

const envPrefix = "GEN_"

// variables finds the assignments of the environment. A variable is the key in capitals with _ for every dot and whatever
// else a name may not have, so it is looked up among the keys there are. One that fits none is kept for unknown. An empty one is an
// error where the key cannot be empty, such as a budget, which would then not hold; else it counts as absent, and is warned of.
func (l *loader) variables(environ []string) []assignment {
	var out []assignment
	for _, name := range variableNames(environ) {
		given, _ := lookup(environ, name)
		at := place{file: fromEnv + name}
		fits := l.fitting(strings.TrimPrefix(name, envPrefix))
		switch len(fits) {
		case 0:
			l.strangers = append(l.strangers, name)
		case 1:
			f, _ := route(fits[0])
			switch {
			case given != "":
				out = append(out, assignment{at, fits[0], f, given})
			case f.kind == text || f.kind == list || f.kind == texts || f.kind == anything:
				l.warnings = append(l.warnings, "environment variable "+name+" is set but empty; it is ignored")
			default:
				l.add(at, strings.Join(fits[0], "."), f.kind.String()+" is expected, and the variable is empty", "give it a value, or unset it")
			}
		default:
			l.add(at, "", "may be "+strings.Join(fits[0], ".")+" or "+strings.Join(fits[1], "."), "use --set instead")
		}
	}
	return out
}

// unknown refuses the variables that are no keys: a budget of a misspelt name would not hold. One that the configuration names as the
// place of a secret is none of its keys.
func (l *loader) unknown(c *Config) {
	named := map[string]bool{}
	for _, m := range c.Models {
		for _, ref := range append(slices.Collect(maps.Values(m.Headers)), m.APIKey) {
			if name, ok := strings.CutPrefix(ref, "env:"); ok {
				named[name] = true
			}
		}
	}
	for _, name := range l.strangers {
		if named[name] {
			continue
		}
		hint := "unset it: variables that begin with " + envPrefix + " are keys of the configuration"
		if best, distance := nearest(name, l.allVariables()); best != "" && distance <= 6 { // within three letters
			hint = "did you mean " + best + "?"
		}
		l.add(place{file: fromEnv + name}, "", "no key of the configuration has this name", hint)
	}
}

func variableNames(environ []string) []string {
	var out []string
	for _, e := range environ {
		if name, _, ok := strings.Cut(e, "="); ok && strings.HasPrefix(name, envPrefix) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fitting lists the keys that a variable's name may mean.
func (l *loader) fitting(name string) [][]string {
	var out [][]string
	var walk func(f *field, rest string, steps []string)
	walk = func(f *field, rest string, steps []string) {
		if rest == "" {
			if f.kind != section && f.kind != named {
				out = append(out, steps)
			}
			return
		}
		step := func(name string, f *field) {
			after, ok := strings.CutPrefix(rest, envWord(name))
			if !ok || after != "" && after[0] != '_' {
				return
			}
			walk(f, strings.TrimPrefix(after, "_"), append(slices.Clip(steps), name))
		}
		switch f.kind {
		case section:
			for _, k := range f.keys {
				step(k.name, k)
			}
		case named:
			for _, m := range l.models {
				step(m, f.elem)
			}
		case list:
			if number, _, _ := strings.Cut(rest, "_"); isIndex(number) {
				step(number, f.elem)
			}
		}
	}
	walk(schema, name, nil)
	return out
}

// allVariables lists the names of variables for all keys, for suggestions.
func (l *loader) allVariables() []string {
	var out []string
	for _, p := range Known() {
		switch {
		case strings.HasPrefix(p, "models.*."):
			for _, m := range l.models {
				out = append(out, envPrefix+envWord(strings.Replace(p, "*", m, 1)))
			}
		default:
			out = append(out, envPrefix+envWord(strings.ReplaceAll(p, "*", strconv.Itoa(0))))
		}
	}
	return out
}

// envWord is a name as it stands in a variable.
func envWord(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(s))
}
