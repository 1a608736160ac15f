package config

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

var (
	decimalInt   = regexp.MustCompile(`^[-+]?(?:0|[1-9][0-9_]*)$`)
	decimalFloat = regexp.MustCompile(`^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$`)
)

// scalar checks a scalar node against the kind of its key. Nothing is converted: YAML readers disagree about octal numbers,
// about yes and no, and about what a quoted number is.
func (r *reader) scalar(n *yaml.Node, f *field, key string, at place) (any, bool) {
	refuse := func(hint string) (any, bool) {
		r.add(at, key, f.kind.String()+" is expected, not "+shown(n), hint)
		return nil, false
	}
	tag := n.ShortTag()
	switch {
	case tag == "!!null" && f.kind == optional:
		return nil, true
	case tag == "!!null" && f.kind == text:
		return refuse(`write "" for none`)
	case tag == "!!null":
		return refuse("leave the key out for its default")
	case f.kind == text:
		return r.text(n, f, key, at)
	case tag == "!!str" && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 && f.kind != duration:
		return refuse("leave out the quotes")
	}
	switch f.kind {
	case integer:
		if i, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 10, 64); err == nil && decimalInt.MatchString(n.Value) {
			return i, true
		}
		return refuse(numberHint(tag))
	case number, optional:
		if x, ok := decimal(n.Value); ok {
			return x, true
		}
		return refuse(numberHint(tag))
	case truth:
		if tag == "!!bool" {
			return strings.EqualFold(n.Value, "true"), true
		}
		return refuse("write true or false")
	}
	d, err := time.ParseDuration(n.Value)
	if err == nil {
		return d, true
	}
	if _, ok := decimal(n.Value); ok {
		return refuse("the unit is missing: " + n.Value + "s, " + n.Value + "m or " + n.Value + "h")
	}
	return refuse("write 500ms, 120s, 30m or 12h")
}

func numberHint(tag string) string {
	if tag == "!!int" || tag == "!!float" {
		return "write plain decimal digits"
	}
	return ""
}

// decimal reads a number that every YAML reader takes for the same.
func decimal(s string) (float64, bool) {
	if !decimalFloat.MatchString(s) {
		return 0, false
	}
	if digits := strings.TrimLeft(s, "+-"); len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		return 0, false
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil && !math.IsInf(x, 0)
}

// shown is a scalar as the user wrote it.
func shown(n *yaml.Node) string {
	switch {
	case isNull(n):
		return "null"
	case n.ShortTag() == "!!str":
		return quoted(n.Value)
	}
	return strings.Trim(quoted(n.Value), `"`)
}

// text takes a text as written, so that a version such as 1.10 and a language such as no stay what they are.
func (r *reader) text(n *yaml.Node, f *field, key string, at place) (any, bool) {
	switch n.ShortTag() {
	case "!!str", "!!int", "!!float", "!!timestamp":
	default:
		r.add(at, key, "text is expected, not "+shown(n), "write it in quotes")
		return nil, false
	}
	s := n.Value
	if message, hint := r.secrecy(s, f, key); message != "" {
		r.add(at, key, message, hint)
		return nil, false
	}
	switch {
	case strings.ContainsRune(s, 0):
		r.add(at, key, "contains a NUL character", "")
		return nil, false
	case f.role == path:
		s = under(r.base, s)
	case (f.role == secret || f.role == header) && strings.HasPrefix(s, "file:"):
		s = "file:" + under(r.base, strings.TrimPrefix(s, "file:"))
	}
	return s, true
}

// secrecy refuses secrets that are written out, without repeating them.
func (r *reader) secrecy(s string, f *field, key string) (message, hint string) {
	hint = "keep it out of the configuration: write env:NAME or file:PATH"
	_, name, _ := strings.Cut(key, ".headers.")
	needed := f.role == secret || f.role == header && !plainHeader.MatchString(name)
	if f.role == header {
		hint += "; written out may be only " + plainHeaders
	}
	switch {
	case s == "" && f.role == secret:
		return "", ""
	case needed || (f.role == header && isReference(s)):
		if err := checkReference(s); err != nil {
			return err.Error(), hint
		}
	case f.role != path && keyPattern.MatchString(s): // a path may begin with the language sk
		if f.role != header {
			hint = "remove it; keys belong into api_key or headers, as env:NAME or file:PATH"
		}
		return "this looks like a secret key", hint
	case f.role == header && strings.ContainsAny(s, "\r\n"):
		return "a header value must be one line", ""
	}
	return "", ""
}

// untyped reads a scalar of extra, which goes into a JSON request as the kind of value it looks like.
func (r *reader) untyped(n *yaml.Node, key string, at place) (any, bool) {
	like := func(k kind) (any, bool) { return r.scalar(n, &field{kind: k}, key, at) }
	switch n.ShortTag() {
	case "!!null":
		return nil, true
	case "!!bool":
		return like(truth)
	case "!!int":
		return like(integer)
	case "!!float":
		return like(number)
	}
	return like(text)
}
