package corpus

import (
	"fmt"
	"strconv"
	"strings"
)

// node is a value of a record with what is inside it.
type node struct {
	value
	items  []node  // of a list
	fields []field // of an object, in their order
}

// field is a named value of a record.
type field struct {
	name string
	node
}

// record is one row of a file with its fields in their order, whatever the file is: JSON lines, CSV or Parquet.
type record struct {
	fields []field
	cells  bool // of a table without types: a number is a text there
}

// get returns a field; its kind is isAbsent if there is none.
func (r record) get(name string) node {
	for _, f := range r.fields {
		if f.name == name {
			return f.node
		}
	}
	return node{}
}

func (r record) names() []string {
	names := make([]string, len(r.fields))
	for i, f := range r.fields {
		names[i] = f.name
	}
	return names
}

// nodeOf makes a node of a JSON value that is known to be valid.
func nodeOf(raw []byte) node {
	n := node{value: valueOf(raw)}
	switch n.kind {
	case isNumber:
		n.str = string(raw)
	case isBoolean:
		n.str = string(raw)
	case isList:
		s := jsonScan{b: raw}
		s.i++
		for s.space(); s.b[s.i] != ']'; s.space() {
			if s.b[s.i] == ',' {
				s.i++
			}
			n.items = append(n.items, nodeOf(s.value()))
		}
	case isObject:
		for _, m := range scanObject(raw, nil).members {
			n.fields = append(n.fields, field{string(m.key), nodeOf(m.val)})
		}
	}
	return n
}

// textAt is the text of a node as it is kept, or why it can't be: at is the name by which a problem calls it.
func textAt(n node, at string) (string, *Problem) {
	p := Problem{Field: at}
	out := clean(n.str)
	switch {
	case n.kind == isAbsent:
		p.Rule, p.Message = "missing_text", "missing; give the text or remove the row"
	case n.kind == isNull:
		p.Rule, p.Message = "missing_text", "is null; give the text or remove the row"
	case n.kind == isHalfPair:
		p.Rule, p.Message = "utf8", "holds half of a surrogate pair; write the whole character"
	case n.kind == isNotUTF8:
		p.Rule, p.Message = "utf8", "is not UTF-8; convert the file"
	case n.kind != isText:
		p.Rule, p.Message = "type", "is "+n.kind.String()+"; a text is a string"
	case strings.IndexByte(out, 0) >= 0:
		p.Rule, p.Message = "nul", "holds a NUL character; remove it"
	case out == "":
		p.Rule, p.Message = "empty_text", "is empty; give the text or remove the row"
	default:
		return out, nil
	}
	return "", &p
}

// idAt is an id, "" if there is none.
func idAt(n node, at string) (string, *Problem) {
	switch {
	case n.kind == isAbsent || n.kind == isNull:
		return "", nil
	case n.kind == isInteger:
		return n.str, nil
	case n.kind == isText && strings.IndexByte(n.str, 0) >= 0:
		return "", &Problem{Field: at, Rule: "nul", Message: "holds a NUL character; remove it"}
	case n.kind == isText && strings.TrimSpace(n.str) != "":
		return n.str, nil
	case n.kind == isText:
		return "", nil
	}
	return "", &Problem{Field: at, Rule: "id", Message: "is " + n.kind.String() + "; an id is a string or an integer"}
}

// listAt is what stands in a list. Absent and null are an empty one unless it is needed.
func listAt(n node, at string, needed bool) ([]node, *Problem) {
	switch {
	case n.kind == isList && (len(n.items) > 0 || !needed):
		return n.items, nil
	case n.kind == isList:
		return nil, &Problem{Field: at, Rule: "empty_text", Message: "is empty; a query needs a text that answers it"}
	case (n.kind == isAbsent || n.kind == isNull) && !needed:
		return nil, nil
	case n.kind == isAbsent:
		return nil, &Problem{Field: at, Rule: "missing_text", Message: "missing; a query needs a text that answers it"}
	}
	return nil, &Problem{Field: at, Rule: "type", Message: "is " + n.kind.String() + "; write a list, also of one"}
}

// numberAt is a number; cells is whether a text may be one.
func numberAt(n node, at string, cells bool) (float64, *Problem) {
	if n.kind == isInteger || n.kind == isNumber || cells && n.kind == isText {
		if x, err := strconv.ParseFloat(strings.TrimSpace(n.str), 64); err == nil {
			return x, nil
		}
		return 0, &Problem{Field: at, Rule: "type", Message: fmt.Sprintf("%q is not a number", cut(n.str))}
	}
	return 0, &Problem{Field: at, Rule: "type", Message: "is " + n.kind.String() + ", not a number"}
}

// scoresAt checks that there is a score for each text. The scores themselves are not used: the judges give their own.
func scoresAt(n node, at string, texts int) *Problem {
	if n.kind == isAbsent || n.kind == isNull {
		return nil
	}
	items, p := listAt(n, at, false)
	if p != nil {
		return p
	}
	if len(items) != texts {
		return &Problem{Field: at, Rule: "scores", Message: fmt.Sprintf("holds %d scores for %d texts; give one for each, or leave the field out", len(items), texts)}
	}
	for i, item := range items {
		if _, p := numberAt(item, fmt.Sprintf("%s[%d]", at, i), false); p != nil {
			return p
		}
	}
	return nil
}
