package config

import (
	"slices"
	"strconv"
	"strings"
)

const envPrefix = "GEN_"

// variables finds the assignments of the environment. A variable is the key in capitals with _ for every dot and whatever
// else a name may not have, so it is looked up among the keys there are; one that fits none may be another
// program's, so it is only warned of. Empty variables count as absent, as in most programs, and are warned of too.
func (l *loader) variables(environ []string) []assignment {
	var out []assignment
	for _, name := range variableNames(environ) {
		text, _ := lookup(environ, name)
		if text == "" {
			l.warnings = append(l.warnings, "environment variable "+name+" is set but empty; it is ignored")
			continue
		}
		at := place{file: fromEnv + name}
		fits := l.fitting(strings.TrimPrefix(name, envPrefix))
		switch len(fits) {
		case 0:
			l.warnings = append(l.warnings, "environment variable "+name+" is no key of the configuration; it is ignored"+l.nearVariable(name))
		case 1:
			f, _ := route(fits[0])
			out = append(out, assignment{at, fits[0], f, text})
		default:
			l.add(at, "", "may be "+strings.Join(fits[0], ".")+" or "+strings.Join(fits[1], "."), "use --set instead")
		}
	}
	return out
}

// nearVariable suggests a variable that is near enough for a slip, within three letters.
func (l *loader) nearVariable(name string) string {
	if best, distance := nearest(name, l.allVariables()); best != "" && distance <= 6 {
		return "; did you mean " + best + "?"
	}
	return ""
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
