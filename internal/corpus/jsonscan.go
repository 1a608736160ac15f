package corpus

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// member is one key and value of an object, the value as written.
type member struct {
	key, val []byte
}

// jsonScan finds the members of an object and the first key that stands twice in one object, at any depth. It walks over
// JSON that is known to be valid and checks nothing else. (encoding/json keeps the last of two equal keys, silently.)
type jsonScan struct {
	b       []byte
	i       int
	members []member // of the outermost object
	twice   []byte   // nil if there is none
	at      int      // where the second one stands
}

// scanObject reads the object that line holds; members is reused.
func scanObject(line []byte, members []member) *jsonScan {
	s := &jsonScan{b: line, members: members[:0]}
	s.space()
	s.object(true)
	return s
}

func (s *jsonScan) space() {
	for s.i < len(s.b) && (s.b[s.i] == ' ' || s.b[s.i] == '\t' || s.b[s.i] == '\n' || s.b[s.i] == '\r') {
		s.i++
	}
}

// value moves over one value and returns it.
func (s *jsonScan) value() []byte {
	s.space()
	from := s.i
	switch s.b[s.i] {
	case '{':
		s.object(false)
	case '[':
		s.array()
	case '"':
		s.str()
	default:
		for s.i < len(s.b) && bytes.IndexByte([]byte(",]} \t\r\n"), s.b[s.i]) < 0 {
			s.i++
		}
	}
	return s.b[from:s.i]
}

// str moves over one string and returns it with its quotes.
func (s *jsonScan) str() []byte {
	from := s.i
	for s.i++; s.b[s.i] != '"'; s.i++ {
		if s.b[s.i] == '\\' {
			s.i++
		}
	}
	s.i++
	return s.b[from:s.i]
}

func (s *jsonScan) array() {
	s.i++
	for s.space(); s.b[s.i] != ']'; s.space() {
		if s.b[s.i] == ',' {
			s.i++
		}
		s.value()
	}
	s.i++
}

func (s *jsonScan) object(outermost bool) {
	var seen keySet
	s.i++
	for s.space(); s.b[s.i] != '}'; s.space() {
		if s.b[s.i] == ',' {
			s.i++
			s.space()
		}
		at := s.i
		key := keyOf(s.str())
		s.space()
		s.i++ // the colon
		val := s.value()
		if seen.add(key) && s.twice == nil {
			s.twice, s.at = key, at
		}
		if outermost {
			s.members = append(s.members, member{key, val})
		}
	}
	s.i++
}

// keyOf is a key without quotes and escapes.
func keyOf(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var key string
	_ = json.Unmarshal(raw, &key) // cannot fail: the line is valid JSON
	return []byte(key)
}

// keySet remembers the keys of one object: a few in a list, many in a map.
type keySet struct {
	few  [][]byte
	many map[string]bool
}

// add reports whether the key was there already.
func (k *keySet) add(key []byte) bool {
	const few = 16
	if k.many == nil {
		for _, have := range k.few {
			if bytes.Equal(have, key) {
				return true
			}
		}
		if k.few = append(k.few, key); len(k.few) > few {
			k.many = map[string]bool{}
			for _, have := range k.few {
				k.many[string(have)] = true
			}
		}
		return false
	}
	if k.many[string(key)] {
		return true
	}
	k.many[string(key)] = true
	return false
}

// pick returns the field of the best name that is there and not null, else a null one, else an absent one.
func (s *jsonScan) pick(names []string) value {
	var found value
	for _, name := range names {
		for _, m := range s.members {
			if string(m.key) != name {
				continue
			}
			if v := valueOf(m.val); v.kind != isNull {
				v.name = name
				return v
			}
			found = value{name: name, kind: isNull}
		}
	}
	return found
}

func valueOf(raw []byte) value {
	switch raw[0] {
	case '"':
		return stringOf(raw)
	case 'n':
		return value{kind: isNull}
	case 't', 'f':
		return value{kind: isBoolean}
	case '[':
		return value{kind: isList}
	case '{':
		return value{kind: isObject}
	}
	if bytes.ContainsAny(raw, ".eE") {
		return value{kind: isNumber}
	}
	if string(raw) == "-0" {
		raw = raw[1:]
	}
	return value{kind: isInteger, str: string(raw)}
}

func stringOf(raw []byte) value {
	if bytes.IndexByte(raw, '\\') < 0 {
		return value{kind: isText, str: string(raw[1 : len(raw)-1])}
	}
	if hasHalfPair(raw) { // encoding/json would write U+FFFD for it
		return value{kind: isHalfPair}
	}
	v := value{kind: isText}
	_ = json.Unmarshal(raw, &v.str) // cannot fail: the line is valid JSON
	return v
}

// hasHalfPair reports a \u escape of a surrogate without its other half.
func hasHalfPair(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++
		if raw[i] != 'u' {
			continue
		}
		high := escaped(raw[i-1:])
		i += 4
		switch {
		case high < 0xd800 || high > 0xdfff:
		case high >= 0xdc00:
			return true
		default:
			if low := escaped(raw[i+1:]); low < 0xdc00 || low > 0xdfff {
				return true
			}
			i += 6
		}
	}
	return false
}

// escaped is the number of a \uXXXX at the start of b, or -1.
func escaped(b []byte) int {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return int(n)
}
