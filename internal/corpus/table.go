package corpus

import (
	"fmt"
	"slices"
	"strings"
)

// maxCells bounds the columns of a table: a row of nothing but separators must not take many times its length.
const maxCells = 4096

// table is the header of a csv or tsv file: which column holds what. It turns rows into records.
type table struct {
	sc                     schema
	names                  []string
	id, title, text, links int // -1 if there is none
}

// newTable resolves a header that stands in line. style is what the remedy for a missing header shows.
func newTable(in *input, line int, names []string, style string) (*table, error) {
	t := &table{sc: newSchema(in.o.Fields, false)}
	for _, n := range names {
		t.names = append(t.names, strings.TrimSpace(n))
	}
	t.id, t.title, t.text = t.column(t.sc.id), t.column(t.sc.title), t.column(t.sc.text)
	t.links = -1
	if in.o.Fields.Links != "" {
		t.links = t.column([]string{in.o.Fields.Links})
	}
	bad := func(format string, args ...any) error {
		return &Error{File: in.path, Line: line, Rule: "columns", Message: fmt.Sprintf(format, args...),
			Hint: "name the columns in corpus.fields (id, title, text, links)" + style}
	}
	if len(names) > maxCells {
		return nil, bad("the first line has more than %d columns", maxCells)
	}
	if missing := t.missing(in.o.Fields); len(missing) > 0 {
		return nil, bad("no column %s; the first line has %d: %s", strings.Join(missing, " or "), len(t.names), listed(t.names))
	}
	for _, at := range []int{t.id, t.title, t.text, t.links} {
		if at >= 0 && slices.Contains(t.names[at+1:], t.names[at]) {
			return nil, bad("column %s stands twice", t.names[at])
		}
	}
	return t, nil
}

// missing are the columns without which the rows cannot be read: the text, and those that the user named.
func (t *table) missing(f Fields) []string {
	switch {
	case t.text < 0:
		return t.sc.text
	case f.ID != "" && t.id < 0:
		return []string{f.ID}
	case f.Title != "" && t.title < 0:
		return []string{f.Title}
	case f.Links != "" && t.links < 0:
		return []string{f.Links}
	}
	return nil
}

// column is where the best of the names stands, or -1. Capitals do not matter.
func (t *table) column(names []string) int {
	for _, want := range names {
		if i := slices.IndexFunc(t.names, func(n string) bool { return strings.EqualFold(n, want) }); i >= 0 {
			return i
		}
	}
	return -1
}

// record makes a record of a row that has as many cells as the header.
func (t *table) record(cells [][]byte) (Record, *Problem) {
	r, p := t.sc.record(t.value(cells, t.id), t.value(cells, t.title), t.value(cells, t.text),
		func() []string { return t.names })
	if p == nil && t.links >= 0 {
		r.Links, p = linksAt(node{value: t.value(cells, t.links)}, t.names[t.links], r.Passage.ID)
	}
	return r, p
}

func (t *table) value(cells [][]byte, i int) value {
	if i < 0 {
		return value{}
	}
	return value{name: t.names[i], kind: isText, str: string(cells[i])}
}

// wrongWidth is the problem of a row that does not fit the header.
func (t *table) wrongWidth(cells int, remedy string) Problem {
	return Problem{Rule: "columns", Message: fmt.Sprintf("has %d cells, the header has %d; %s", cells, len(t.names), remedy)}
}

// claimsTable reports whether the first line of head, cut at sep, has a column for the text.
func claimsTable(head []byte, sep string, o Options) bool {
	first, _, _ := strings.Cut(strings.TrimLeft(string(head), "\r\n"), "\n")
	first, _, _ = strings.Cut(first, "\r")
	if o.Fields.Text == "" && strings.Count(first, sep) == 0 {
		return false
	}
	t := &table{}
	for cell := range strings.SplitSeq(first, sep) {
		if len(cell) > 64 { // prose, not a name
			return false
		}
		t.names = append(t.names, strings.Trim(cell, " \""))
	}
	return len(t.names) > 1 && t.column(orKnown(o.Fields.Text, knownText)) >= 0
}
