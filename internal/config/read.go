package config

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// value is a checked value and where it was written. Its data is nil, string, int64, float64, bool or time.Duration for a
// scalar, []value for a list, map[string]value for a section or texts, and plain JSON data for anything.
type value struct {
	at   place
	data any
}

// reader checks YAML nodes against fields. What it refuses is reported and left out, so that one pass finds everything.
type reader struct {
	*trouble
	origin place  // place of nodes that have no line of their own: --set and environment
	base   string // folder of relative paths
	nodes  int    // seen so far; see maxNodes
}

// Aliases let a few lines of YAML stand for billions of nodes, or for themselves; no honest configuration gets near these.
const (
	maxNodes = 100_000
	maxDepth = 64
)

func (r *reader) at(n *yaml.Node) place {
	if r.origin.file == fromSet || layer(r.origin.file) == 1 {
		return r.origin
	}
	return place{r.origin.file, n.Line, n.Column}
}

// read checks a node. key is its dotted path, at the place to name for it, which for the value of a key is the key.
func (r *reader) read(n *yaml.Node, f *field, key string, at place, depth int) (value, bool) {
	n, ok := r.follow(n, key, at, depth)
	if !ok {
		return value{}, false
	}
	data, ok := any(nil), false
	switch f.kind {
	case section, named, texts:
		data, ok = r.entries(n, f, key, at, depth)
	case list:
		data, ok = r.list(n, f, key, at, depth)
	case anything:
		data, ok = r.object(n, key, at, depth)
	default:
		if n.Kind != yaml.ScalarNode {
			r.add(at, key, f.kind.String()+" is expected, not "+described(n), "")
			return value{}, false
		}
		data, ok = r.scalar(n, f, key, at)
	}
	return value{at, data}, ok
}

// follow resolves aliases and stops at anything that grows without end.
func (r *reader) follow(n *yaml.Node, key string, at place, depth int) (*yaml.Node, bool) {
	for hops := 0; n.Kind == yaml.AliasNode && hops <= maxDepth; hops++ {
		n = n.Alias
	}
	if r.nodes++; r.nodes == maxNodes || depth > maxDepth {
		r.add(at, key, "nested too deeply or repeated too often by aliases", "")
	}
	return n, n.Kind != yaml.AliasNode && r.nodes < maxNodes && depth <= maxDepth
}

// entries checks the keys of a section, models or headers. Nothing at all after the colon is an empty section.
func (r *reader) entries(n *yaml.Node, f *field, key string, at place, depth int) (any, bool) {
	out := map[string]value{}
	if isNull(n) {
		return out, true
	}
	if n.Kind != yaml.MappingNode {
		r.add(at, key, f.kind.String()+" is expected, not "+described(n), "")
		return nil, false
	}
	for _, p := range r.pairs(n, key, depth) {
		child, inner := f.elem, join(key, p.name)
		if f.kind == section {
			child = f.key(p.name)
		}
		if child == nil {
			r.add(p.at, inner, "unknown key", suggestKey(p.name, f))
			continue
		}
		if v, ok := r.read(p.node, child, inner, p.at, depth+1); ok {
			out[p.name] = v
		}
	}
	return out, true
}

// list checks a list; a section in it gets the values of its absent keys here, because absent is not the same as 0.
func (r *reader) list(n *yaml.Node, f *field, key string, at place, depth int) (any, bool) {
	if n.Kind != yaml.SequenceNode {
		hint := ""
		if n.Kind == yaml.ScalarNode && f.elem.kind == text && !isNull(n) {
			hint = "write [" + quoted(n.Value) + "]"
		}
		r.add(at, key, "a list is expected, not "+described(n), hint)
		return nil, false
	}
	out := []value{}
	for i, c := range n.Content {
		at := r.at(c)
		v, ok := r.read(c, f.elem, join(key, strconv.Itoa(i)), at, depth+1)
		if !ok {
			v = value{at: at}
		}
		out = append(out, complete(v, f.elem))
	}
	return out, true
}

// complete gives the absent keys of a list's section their values.
func complete(v value, f *field) value {
	if f.kind != section {
		return v
	}
	all := fromGo(f.fallback, f, v.at).data.(map[string]value)
	if given, ok := v.data.(map[string]value); ok {
		for k, v := range given {
			all[k] = v
		}
	}
	return value{v.at, all}
}

// object checks the extra fields of a request, which may be any JSON object.
func (r *reader) object(n *yaml.Node, key string, at place, depth int) (any, bool) {
	if isNull(n) {
		return map[string]any{}, true
	}
	if n.Kind != yaml.MappingNode {
		r.add(at, key, "names with values are expected, not "+described(n), "")
		return nil, false
	}
	return r.json(n, key, at, depth)
}

// json checks any value that JSON can hold.
func (r *reader) json(n *yaml.Node, key string, at place, depth int) (any, bool) {
	n, ok := r.follow(n, key, at, depth)
	if !ok {
		return nil, false
	}
	switch n.Kind {
	case yaml.MappingNode:
		out := map[string]any{}
		for _, p := range r.pairs(n, key, depth) {
			if v, ok := r.json(p.node, join(key, p.name), p.at, depth+1); ok {
				out[p.name] = v
			}
		}
		return out, true
	case yaml.SequenceNode:
		out := []any{}
		for i, c := range n.Content {
			if v, ok := r.json(c, join(key, strconv.Itoa(i)), r.at(c), depth+1); ok {
				out = append(out, v)
			}
		}
		return out, true
	}
	return r.untyped(n, key, at)
}

// pair is a key of a mapping with its value.
type pair struct {
	name string
	at   place
	node *yaml.Node
}

// pairs lists a mapping's keys once each, reporting duplicates; those merged in by << come last and replace none.
func (r *reader) pairs(n *yaml.Node, key string, depth int) []pair {
	var out []pair
	var merged []*yaml.Node
	first := map[string]place{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		at := r.at(k)
		switch was, again := first[k.Value]; {
		case k.Kind == yaml.ScalarNode && k.ShortTag() == "!!merge":
			merged = append(merged, v)
		case k.Kind != yaml.ScalarNode || isNull(k) || k.Value == "":
			r.add(at, key, "a key must be a text", "")
		case again:
			r.add(at, join(key, k.Value), duplicate+sameAs(was), "remove one of them")
		default:
			first[k.Value] = at
			out = append(out, pair{k.Value, at, v})
		}
	}
	for _, m := range merged {
		for _, p := range r.merged(m, key, depth+1) {
			if _, have := first[p.name]; !have {
				first[p.name] = p.at
				out = append(out, p)
			}
		}
	}
	return out
}

// merged lists the keys that `<<: *anchor` or `<<: [*a, *b]` brings in; of a key given twice the first counts.
func (r *reader) merged(n *yaml.Node, key string, depth int) []pair {
	at := r.at(n)
	n, ok := r.follow(n, key, at, depth)
	if !ok {
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		return r.pairs(n, key, depth)
	case yaml.SequenceNode:
		var out []pair
		for _, c := range n.Content {
			out = append(out, r.merged(c, key, depth+1)...)
		}
		return out
	}
	r.add(at, key, "<< needs an alias of a section", "")
	return nil
}

func sameAs(first place) string {
	if first.line == 0 {
		return ""
	}
	return fmt.Sprintf(", first on line %d", first.line)
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// described says what a node is, for messages.
func described(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "keys with values"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(n):
		return "null"
	}
	return quoted(n.Value)
}
