package corpus

import (
	"slices"
	"strings"

	"hardneg"
)

// The fields of rows that are kept as the tags of their queries.
const (
	fieldSubset      = "subset" // RLHN
	fieldInstruction = "prompt" // FlagEmbedding
	fieldType        = "type"   // FlagEmbedding
)

// tagsOf are the tags of a row. What is no text has no place among them, and counts as unread.
func tagsOf(rec record) (g hardneg.Tags, p *Problem) {
	for _, f := range []struct {
		name string
		to   *string
	}{{fieldSubset, &g.Subset}, {fieldInstruction, &g.Instruction}, {fieldType, &g.Type}} {
		n := rec.get(f.name)
		switch {
		case n.kind == isText && strings.IndexByte(n.str, 0) >= 0:
			return g, &Problem{Field: f.name, Rule: "nul", Message: "holds a NUL character; remove it"}
		case n.kind == isText:
			*f.to = n.str
		case n.kind == isHalfPair || n.kind == isNotUTF8:
			_, p := textAt(n, f.name)
			return g, p
		}
	}
	return g, nil
}

// unread are the fields that a training set has and that are not kept.
type unread map[unreadField]bool

// unreadField is a field of a row, or one of the passages in a list of it.
type unreadField struct{ list, name string }

// mostUnread bounds how many fields are remembered: rows may have names of fields of their own.
const mostUnread = 100

func (u unread) note(f unreadField) {
	if u != nil && !u[f] && len(u) < mostUnread {
		u[f] = true
	}
}

// look notes the fields of a row that are not kept.
func (u unread) look(rec record, known setFields) {
	for _, f := range rec.fields {
		switch {
		case f.name == fieldSubset || f.name == fieldInstruction || f.name == fieldType:
			if f.kind != isText && f.kind != isNull {
				u.note(unreadField{name: f.name})
			}
		case !slices.Contains(known.row, f.name):
			u.note(unreadField{name: f.name})
		case known.passages != nil:
			u.within(f, known.passages)
		}
	}
}

// within notes the fields of the passages in a list.
func (u unread) within(list field, known []string) {
	for _, item := range list.items {
		for _, f := range item.fields {
			if !slices.Contains(known, f.name) {
				u.note(unreadField{list.name, f.name})
			}
		}
	}
}

// Unread are the names of the fields of a training set that were met so far and are not kept, sorted.
func (s *Source) Unread() (names []string) {
	for f := range s.unread {
		name := f.name
		if f.list != "" {
			name = f.list + "." + name
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
