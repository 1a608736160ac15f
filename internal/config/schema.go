package config

import (
	"fmt"
	"reflect"
	"time"
)

// kind says what stands at a key.
type kind uint8

const (
	section  kind = iota + 1 // fixed keys
	named                    // models: names of the user's choice, each a section
	list                     // of elem
	texts                    // headers: names of the user's choice, each a text
	anything                 // extra: any JSON object
	text
	integer
	number
	optional // number or null
	truth
	duration
)

func (k kind) String() string {
	return [...]string{"", "a section", "a section", "a list", "names with texts", "names with values", "text", "a whole number",
		"a number", "a number or null", "true or false", "a duration such as 120s"}[k]
}

// role says what a text means beyond being text.
type role uint8

const (
	path   role = iota + 1 // resolved against the folder it was written in
	secret                 // env:NAME, file:PATH or ""
	header                 // a header value: a secret reference, or a text where the name is harmless
)

// field is one key of the configuration. The tree of fields is derived from the Config type, so that a key exists exactly
// if the program can hold its value.
type field struct {
	name     string
	index    int // of the Go field
	kind     kind
	role     role
	keys     []*field // of a section, in contract order
	elem     *field   // of named, list, texts
	fallback any      // of a section in a list: its struct with the values of absent keys
}

var (
	roles = map[string]role{
		"run.dir": path, "corpus.path.*": path, "corpus.ids.queries": path, "corpus.ids.passages": path, "prompts.dir": path, "export.decontaminate.*": path, "models.*.file": path, "generate.queries.examples_file": path, "generate.queries.personas_file": path,
		"models.*.api_key": secret, "models.*.headers.*": header,
	}
	fallbacks = map[string]any{
		"generate.negatives.*":        Strategy{Count: 3},
		"generate.queries.examples.*": Shot{},
		"judge.cascade.*":             Step{Prompt: "grade", Slate: 8, ForwardAt: 1, Forward: ForwardText, Also: []Also{}, Combine: "majority", AgainBy: "swap"},
		"judge.cascade.*.also.*":      Also{},
	}
	schema = derive("", "", reflect.TypeFor[Config]())
)

// derive makes the field of a Go type. An unknown type is a programming error and panics at start.
func derive(name, at string, t reflect.Type) *field {
	f := &field{name: name, role: roles[at], fallback: fallbacks[at]}
	switch {
	case t == reflect.TypeFor[time.Duration]():
		f.kind = duration
	case t == reflect.TypeFor[map[string]any]():
		f.kind = anything
	case t == reflect.TypeFor[*float64]():
		f.kind = optional
	case t.Kind() == reflect.Map && t.Elem().Kind() == reflect.String:
		f.kind, f.elem = texts, derive("", at+".*", t.Elem())
	case t.Kind() == reflect.Map:
		f.kind, f.elem = named, derive("", at+".*", t.Elem())
	case t.Kind() == reflect.Slice:
		f.kind, f.elem = list, derive("", at+".*", t.Elem())
	case t.Kind() == reflect.Struct:
		f.kind = section
		for sf := range t.Fields() {
			if key := sf.Tag.Get("mapstructure"); key != "-" {
				k := derive(key, join(at, key), sf.Type)
				k.index = sf.Index[0]
				f.keys = append(f.keys, k)
			}
		}
	default:
		f.kind = scalarKind(t)
	}
	return f
}

func scalarKind(t reflect.Type) kind {
	switch t.Kind() {
	case reflect.String:
		return text
	case reflect.Int, reflect.Int64:
		return integer
	case reflect.Float64:
		return number
	case reflect.Bool:
		return truth
	}
	panic(fmt.Sprintf("config: no kind for %v", t))
}

// key finds a key of a section; nil if it has none of that name.
func (f *field) key(name string) *field {
	for _, k := range f.keys {
		if k.name == name {
			return k
		}
	}
	return nil
}

// names lists the keys of a section in contract order.
func (f *field) names() []string {
	out := make([]string, len(f.keys))
	for i, k := range f.keys {
		out[i] = k.name
	}
	return out
}

// patterns lists the dotted keys under f, with * for a name or a number of the user's choice.
func (f *field) patterns(prefix string) []string {
	switch f.kind {
	case section:
		var out []string
		for _, k := range f.keys {
			out = append(out, k.patterns(join(prefix, k.name))...)
		}
		return out
	case named:
		return f.elem.patterns(join(prefix, "*"))
	case list:
		if f.elem.kind == section {
			return f.elem.patterns(join(prefix, "*"))
		}
	}
	return []string{prefix}
}

// Known lists all keys in contract order, dotted, with * where a model's name or an element's number stands.
func Known() []string { return schema.patterns("") }

func join(prefix, key string) string {
	if prefix == "" {
		return key
	}
	return prefix + "." + key
}
