package config

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// KeyValue is one key and its value as printed.
type KeyValue struct{ Key, Value string }

// YAML prints the configuration in contract order, without secrets. Loading it from the working directory gives the same
// configuration, since paths are printed as they are used.
func (c *Config) YAML() ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(node(reflect.ValueOf(*c), schema)); err != nil {
		return nil, fmt.Errorf("print config: %w", err)
	}
	return b.Bytes(), e.Close()
}

// Flat lists every key with its printed value in contract order, models by name, without secrets.
func (c *Config) Flat() []KeyValue { return flat(node(reflect.ValueOf(*c), schema), schema, "", nil) }

func flat(n *yaml.Node, f *field, key string, out []KeyValue) []KeyValue {
	switch {
	case f.kind == section || f.kind == named:
		for i := 0; i < len(n.Content); i += 2 {
			name := n.Content[i].Value
			inner := f.elem
			if f.kind == section {
				inner = f.key(name)
			}
			out = flat(n.Content[i+1], inner, join(key, name), out)
		}
		return out
	case f.kind == list && f.elem.kind == section && len(n.Content) > 0:
		for i, c := range n.Content {
			out = flat(c, f.elem, join(key, strconv.Itoa(i)), out)
		}
		return out
	case n.Kind == yaml.ScalarNode:
		return append(out, KeyValue{key, n.Value})
	}
	n.Style = yaml.FlowStyle
	text, err := yaml.Marshal(n)
	if err != nil {
		text = []byte(err.Error())
	}
	return append(out, KeyValue{key, strings.TrimSpace(string(text))})
}

// node prints a Go value.
func node(v reflect.Value, f *field) *yaml.Node {
	switch f.kind {
	case section:
		return sectionNode(v, f)
	case named:
		n := &yaml.Node{Kind: yaml.MappingNode, Style: flowIf(v.Len() == 0)}
		for _, name := range sortedKeys(v) {
			n.Content = append(n.Content, textNode(name), node(v.MapIndex(reflect.ValueOf(name)), f.elem))
		}
		return n
	case texts:
		n := &yaml.Node{Kind: yaml.MappingNode, Style: flowIf(v.Len() == 0)}
		for _, name := range sortedKeys(v) {
			shown := v.MapIndex(reflect.ValueOf(name)).String()
			if !plainHeader.MatchString(name) {
				shown = onlyReference(shown)
			}
			n.Content = append(n.Content, textNode(name), textNode(shown))
		}
		return n
	case list:
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: flowIf(f.elem.kind == text || v.Len() == 0)}
		for i := range v.Len() {
			c := node(v.Index(i), f.elem)
			c.Style |= flowIf(c.Kind == yaml.MappingNode)
			n.Content = append(n.Content, c)
		}
		return n
	case duration:
		return textNode(printDuration(time.Duration(v.Int())))
	case text:
		if f.role == secret {
			return textNode(onlyReference(v.String()))
		}
	case optional:
		if v.IsNil() {
			return plainNode("null")
		}
		return plainNode(printFloat(v.Elem().Float()))
	case number:
		return plainNode(printFloat(v.Float()))
	}
	return jsonNode(v.Interface())
}

// rare are the keys that most sections do not have, and those that most strategies have no use for.
func (f *field) rare() []string {
	if _, ok := f.fallback.(Strategy); ok {
		return []string{"variant", "model", "models", "shares", "prompt", "check", "pool", "from", "to", "encoder", "filter", "limit", "floor", "paths", "length"}
	}
	return []string{"file", "base_urls", "examples", "examples_file", "personas_file", "tasks", "bad_query", "links", "dimensions", "query_prefix", "passage_prefix", "texts"}
}

// sectionNode prints a section: keys that are rarely set are left out where they are empty, short sections take one line.
func sectionNode(v reflect.Value, f *field) *yaml.Node {
	n, short := &yaml.Node{Kind: yaml.MappingNode}, len(f.keys) <= 4
	for _, k := range f.keys {
		x := v.Field(k.index)
		if slices.Contains(f.rare(), k.name) && unset(x) {
			continue
		}
		if k.name == "allow_plaintext" && !x.Bool() {
			continue
		}
		c := node(x, k)
		short = short && c.Kind == yaml.ScalarNode
		n.Content = append(n.Content, textNode(k.name), c)
	}
	n.Style = flowIf(short)
	return n
}

// unset reports a value that nobody wrote: zero, empty, or a section of such.
func unset(x reflect.Value) bool {
	switch x.Kind() {
	case reflect.Slice:
		return x.Len() == 0
	case reflect.Struct:
		for i := range x.NumField() {
			if !unset(x.Field(i)) {
				return false
			}
		}
		return true
	}
	return x.IsZero()
}

// jsonNode prints what a JSON document can hold. A whole float keeps its point, so that it is read as a float again.
func jsonNode(x any) *yaml.Node {
	switch x := x.(type) {
	case nil:
		return plainNode("null")
	case string:
		return textNode(x)
	case float64:
		s := printFloat(x)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return plainNode(s)
	case map[string]any:
		n := &yaml.Node{Kind: yaml.MappingNode, Style: flowIf(len(x) == 0)}
		for _, k := range slices.Sorted(maps.Keys(x)) {
			n.Content = append(n.Content, textNode(k), jsonNode(x[k]))
		}
		return n
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, e := range x {
			n.Content = append(n.Content, jsonNode(e))
		}
		return n
	}
	return plainNode(fmt.Sprint(x))
}

var ambiguousWord = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|<<|=)$`)

func textNode(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: keyPattern.ReplaceAllString(s, mask)}
	// Block styles lose white space at the ends of lines in some readers, and some take other words than true for a truth.
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }) || ambiguousWord.MatchString(s) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

func plainNode(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

func flowIf(yes bool) yaml.Style {
	if yes {
		return yaml.FlowStyle
	}
	return 0
}

// onlyReference hides a secret that a Config made by hand may hold; Load lets none through.
func onlyReference(s string) string {
	if s == "" || isReference(s) {
		return s
	}
	return mask
}

func sortedKeys(v reflect.Value) []string {
	var out []string
	for _, k := range v.MapKeys() {
		out = append(out, k.String())
	}
	slices.Sort(out)
	return out
}

func printFloat(x float64) string {
	if a := math.Abs(x); a >= 1e-6 && a < 1e9 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// printDuration prints as people write: 120s, 30m, 12h.
func printDuration(d time.Duration) string {
	switch {
	case d >= 10*time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d >= 10*time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d%time.Second == 0:
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return d.String()
}
