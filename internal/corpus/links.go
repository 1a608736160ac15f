package corpus

import (
	"fmt"
	"strings"
	"unicode"
)

// node is a field of the outermost object with what is inside it.
func (s *jsonScan) node(name string) node {
	for _, m := range s.members {
		if string(m.key) == name {
			return nodeOf(m.val)
		}
	}
	return node{}
}

// linksAt are the ids that a record refers to, in their order, each once and without its own: those of a list, or those of a text, parted
// by spaces, commas, semicolons or bars. at is the name by which a problem calls the field.
func linksAt(n node, at, own string) ([]string, *Problem) {
	var ids []string
	switch n.kind {
	case isAbsent, isNull:
		return nil, nil
	case isText:
		ids = strings.FieldsFunc(n.str, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;|", r) })
	case isInteger:
		ids = []string{n.str}
	case isList:
		for i, item := range n.items {
			id, p := idAt(item, fmt.Sprintf("%s[%d]", at, i))
			if p != nil {
				return nil, p
			}
			ids = append(ids, id)
		}
	default:
		return nil, &Problem{Field: at, Rule: "type", Message: "is " + n.kind.String() + "; links are a list of ids, or ids parted by spaces or commas"}
	}
	seen := map[string]bool{"": true, own: true}
	var out []string
	for _, id := range ids {
		if strings.IndexByte(id, 0) >= 0 {
			return nil, &Problem{Field: at, Rule: "nul", Message: "holds a NUL character; remove it"}
		}
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out, nil
}
