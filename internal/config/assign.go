package config

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// assignment is one --set or one variable.
type assignment struct {
	at    place
	steps []string // the key; names of models and headers are one step each, whatever dots they have
	field *field   // what stands at the key; nil if there is no such key
	text  string
}

// route finds the field that steps lead to, and how many of them lead to a leaf, which is laid over lower layers as one.
func route(steps []string) (f *field, leaf int) {
	f, leaf = schema, -1
	for i, s := range steps {
		if f.kind != section && f.kind != named && leaf < 0 {
			leaf = i
		}
		switch f.kind {
		case section:
			f = f.key(s)
		case named, texts:
			f = f.elem
		case list:
			if !isIndex(s) {
				return nil, leaf
			}
			f = f.elem
		case anything:
		default:
			return nil, leaf
		}
		if f == nil {
			return nil, leaf
		}
	}
	if leaf < 0 {
		leaf = len(steps)
	}
	return f, leaf
}

func isIndex(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0 && n < maxNodes && strconv.Itoa(n) == s
}

// split cuts a dotted key into steps, given the names of the models, which may have dots themselves.
func split(key string, models []string) []string {
	parts := strings.Split(key, ".")
	if parts[0] != "models" || len(parts) < 3 {
		return parts
	}
	rest := strings.TrimPrefix(key, "models.")
	name := modelName(rest, parts[1:], models)
	tail := strings.TrimPrefix(strings.TrimPrefix(rest, name), ".")
	if tail == "" {
		return []string{"models", name}
	}
	steps := append([]string{"models", name}, strings.Split(tail, ".")...)
	if len(steps) > 4 && steps[2] == "headers" {
		steps = append(steps[:3:3], strings.Join(steps[3:], "."))
	}
	return steps
}

// modelName finds the name at the start of rest: the longest known one that leaves a key of a model, then the shortest
// that does, which is a new one, then the longest known one, which leaves a key that does not exist.
func modelName(rest string, parts, models []string) string {
	known, valid := "", ""
	for _, m := range models {
		tail, ok := strings.CutPrefix(rest+".", m+".")
		if !ok {
			continue
		}
		if len(m) > len(known) {
			known = m
		}
		if key, _, _ := strings.Cut(tail, "."); len(m) > len(valid) && (tail == "" || schema.key("models").elem.key(key) != nil) {
			valid = m
		}
	}
	for i := 1; valid == "" && i < len(parts); i++ {
		if schema.key("models").elem.key(parts[i]) != nil {
			valid = strings.Join(parts[:i], ".")
		}
	}
	return cmp.Or(valid, known, parts[0])
}

// parseSet reads a --set argument; false means that a problem was reported.
func (l *loader) parseSet(arg string) (assignment, bool) {
	at := place{file: fromSet}
	key, text, ok := strings.Cut(arg, "=")
	key = strings.TrimSpace(key)
	if !ok || key == "" {
		l.add(at, key, "key=value is expected, not "+quoted(arg), "")
		return assignment{}, false
	}
	steps := split(key, l.models)
	f, _ := route(steps)
	if f == nil {
		l.add(at, key, "unknown key", suggestPath(steps, l.models))
		return assignment{}, false
	}
	return assignment{at, steps, f, text}, true
}

// suggestPath is the hint for a key of --set that does not exist.
func suggestPath(steps, models []string) string {
	for i := range steps {
		if f, _ := route(steps[:i+1]); f != nil {
			continue
		}
		switch f, _ := route(steps[:i]); f.kind {
		case section:
			return suggestKey(steps[i], f)
		case list:
			return "elements of a list have numbers, the first is 0"
		}
		return "nothing stands below " + strings.Join(steps[:i], ".")
	}
	return didYouMean(strings.Join(steps, "."), models)
}

// apply lays an assignment over what is there, with put.
func (l *loader) apply(a assignment, put func([]string, value)) {
	r := &reader{trouble: &l.trouble, origin: a.at}
	_, n := route(a.steps)
	if n == len(a.steps) && (a.field.kind == section || a.field.kind == named) {
		if v, ok := r.fromText(a); ok {
			leaves(v, a.field, a.steps, put)
		}
		return
	}
	leafField, _ := route(a.steps[:n])
	current, ok := l.layers.get(a.steps[:n])
	if !ok {
		current = value{a.at, plainEmpty(leafField)}
	}
	if v, ok := r.edit(current, leafField, a, n); ok {
		put(a.steps[:n], v)
	}
}

// edit gives v with the assignment done at a.steps[n:] inside it.
func (r *reader) edit(v value, f *field, a assignment, n int) (value, bool) {
	if n == len(a.steps) {
		given, ok := r.fromText(a)
		if old, isSection := clone(v.data).(map[string]value); ok && isSection && f.kind == section {
			maps.Copy(old, given.data.(map[string]value))
			given.data = old
		}
		return given, ok
	}
	step, ok := a.steps[n], false
	switch data := clone(v.data).(type) {
	case []value:
		i, _ := strconv.Atoi(step)
		if i > len(data) {
			r.add(a.at, strings.Join(a.steps, "."), "there is no element "+step,
				"the list has "+strconv.Itoa(len(data))+"; the next to append is "+strconv.Itoa(len(data)))
			return v, false
		}
		if i == len(data) {
			data = append(data, complete(value{at: a.at}, f.elem))
		}
		data[i], ok = r.edit(data[i], f.elem, a, n+1)
		return value{v.at, data}, ok
	case map[string]value:
		inner := f.elem
		if f.kind == section {
			inner = f.key(step)
		}
		data[step], ok = r.edit(data[step], inner, a, n+1)
		return value{v.at, data}, ok
	case map[string]any:
		return value{a.at, data}, r.editJSON(data, a, n)
	}
	return v, false
}

// editJSON sets a field of extra, making the objects on the way to it.
func (r *reader) editJSON(data map[string]any, a assignment, n int) bool {
	key := strings.Join(a.steps, ".")
	for ; n < len(a.steps)-1; n++ {
		inner, ok := data[a.steps[n]].(map[string]any)
		if old := data[a.steps[n]]; !ok && old != nil {
			r.add(a.at, key, strings.Join(a.steps[:n+1], ".")+" is not an object", "set it as a whole")
			return false
		}
		if !ok {
			inner = map[string]any{}
			data[a.steps[n]] = inner
		}
		data = inner
	}
	node, ok := r.parse(a.text, key)
	if !ok {
		return false
	}
	x, ok := r.json(node, key, a.at, 0)
	data[a.steps[n]] = x
	return ok
}

// plainEmpty is what an absent leaf of this kind holds.
func plainEmpty(f *field) any {
	switch f.kind {
	case list:
		return []value{}
	case texts:
		return map[string]value{}
	case anything:
		return map[string]any{}
	}
	return nil
}

// fromText reads the text of an assignment by the kind of its key: texts as they are, unless quoted; lists of texts with
// commas or as YAML; all else as YAML.
func (r *reader) fromText(a assignment) (value, bool) {
	key, f := strings.Join(a.steps, "."), a.field
	trimmed := strings.TrimSpace(a.text)
	node, ok := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: a.text}, true
	switch {
	case !utf8.ValidString(a.text):
		r.add(a.at, key, "not valid UTF-8", "")
		return value{}, false
	case f.kind == text && isQuoted(trimmed), f.kind == section, f.kind == named, f.kind == texts, f.kind == anything,
		f.kind == list && (strings.HasPrefix(trimmed, "[") || f.elem.kind != text):
		node, ok = r.parse(trimmed, key)
	case f.kind == list:
		node = commaList(trimmed)
	case f.kind != text:
		node = &yaml.Node{Kind: yaml.ScalarNode, Value: trimmed}
	}
	if !ok {
		return value{}, false
	}
	return r.read(node, f, key, a.at, 0)
}

func isQuoted(s string) bool {
	return len(s) > 1 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0]
}

func commaList(s string) *yaml.Node {
	out := &yaml.Node{Kind: yaml.SequenceNode}
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out.Content = append(out.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: part})
		}
	}
	return out
}

// parse reads YAML that is the value of an assignment.
func (r *reader) parse(s, key string) (*yaml.Node, bool) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(s), &doc); err != nil || len(doc.Content) != 1 {
		if strings.TrimSpace(s) == "" {
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}, true
		}
		r.add(r.origin, key, "not a YAML value: "+quoted(s), "")
		return nil, false
	}
	if slices.Contains([]yaml.Kind{yaml.MappingNode, yaml.SequenceNode, yaml.ScalarNode}, doc.Content[0].Kind) {
		return doc.Content[0], true
	}
	r.add(r.origin, key, "not a YAML value: "+quoted(s), "")
	return nil, false
}
