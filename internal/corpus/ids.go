package corpus

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// IDs says where the texts stand that a training set of ids names: see OpenTexts. "" is nowhere.
type IDs struct{ Queries, Passages string }

// ByID reports whether the rows of a training set name their texts by ids: then their texts are empty, as is the query where it is named
// by its id.
func (s *Source) ByID() bool { return s.byID }

// Reject counts a row that was handed out as a bad one: what it names is not there.
func (s *Source) Reject(r Row, p Problem) {
	p.File, p.Line = r.File, r.Line
	s.rows.stats.add(Stats{Lines: -1, Good: -1})
	s.rows.bad(p, 1)
}

// needsTexts refuses a set of ids without the files of its texts.
func (s *Source) needsTexts() error {
	ids := s.o.IDs
	if !s.byID || ids.Passages != "" && (ids.Queries != "" || s.form.name != "triples") {
		return nil
	}
	e := &Error{File: s.lay.passages[0], Rule: "ids", Message: "names its texts by ids, and corpus.ids does not say where they stand",
		Hint: "set corpus.ids: {passages: FILE} to the corpus of the set, in JSON lines or Parquet of docid, title and text, or in TSV of id and text"}
	if s.form.name == "triples" {
		e.Hint = "set corpus.ids: {queries: FILE, passages: FILE} to files of id and text, such as queries.train.tsv and collection.tsv of MS MARCO; or write the texts into the triples"
	}
	return e
}

// tableOfTexts: lines without a header of id and text, of id, title and text, or of id, URL, title and text, parted by tabs: the
// collections of MS MARCO. A first line that names the columns is skipped. It is no format of its own: what such lines are is known only
// where ids ask for them.
var tableOfTexts = &format{name: "table of ids and texts", read: readTexts}

// OpenTexts opens what a training set of ids names, its passages or its queries: a file or folder of passages in any format, or a
// tableOfTexts.
func OpenTexts(path string, o Options) (*Source, error) {
	info, err := statFile(path)
	if err != nil {
		return nil, err
	}
	o = Options{MaxLine: o.MaxLine}
	if info.IsDir() {
		return Open(path, o)
	}
	sh, opened, empty := shapeOf(path, info)
	switch {
	case opened != nil:
		return nil, opened
	case empty != nil:
		return nil, empty
	}
	if line, _, _ := bytes.Cut(bytes.TrimLeft(sh.head, "\r\n"), newline); !sh.parquet && firstByte(sh.head) != '{' && bytes.IndexByte(line, '\t') >= 0 {
		o.Format, o.texts = "", true
		return Open(path, o)
	}
	o.Format, o.Fields = sh.passages(), fieldsOfTexts(sh.names)
	return Open(path, o)
}

// fieldsOfTexts names the fields of queries, where there are none that passages have.
func fieldsOfTexts(names []string) (f Fields) {
	first := func(known, of []string) string {
		for _, n := range of {
			if slices.Contains(names, n) && !slices.ContainsFunc(known, func(k string) bool { return slices.Contains(names, k) }) {
				return n
			}
		}
		return ""
	}
	return Fields{ID: first(knownID, queryKeys), Text: first(knownText, []string{"query", "query_text"})}
}

var queryKeys = []string{"query_id", "qid", "query-id"}

func readTexts(in *input, emit func(Record) bool) error {
	sc := newSchema(Fields{}, true)
	var cells [][]byte
	first := true
	return in.eachLine(trimSpaces, func(line []byte, n int) (bool, error) {
		cells = cutCells(line, cells)
		isHeader := first && isHeaderOfTexts(cells)
		if first = false; isHeader {
			return true, nil
		}
		r, p := textOf(sc, line, cells)
		if p != nil {
			in.bad(n, 1, *p)
			return true, nil
		}
		return emit(in.accept(r, n)), nil
	})
}

func isHeaderOfTexts(cells [][]byte) bool {
	known := slices.Concat(knownID, queryKeys, []string{"pid"})
	return slices.Contains(known, strings.ToLower(string(bytes.TrimSpace(cells[0]))))
}

func textOf(sc schema, line []byte, cells [][]byte) (Record, *Problem) {
	if p := badBytes(line); p != nil {
		return Record{}, p
	}
	if len(cells) < 2 || len(cells) > 4 {
		return Record{}, &Problem{Rule: "columns", Message: fmt.Sprintf("has %d cells, not id and text; a tab inside a text must become a space", len(cells))}
	}
	cell := func(name string, i int) value { return value{name: name, kind: isText, str: string(cells[i])} }
	var title value
	if len(cells) > 2 {
		title = cell("title", len(cells)-2)
	}
	return sc.record(cell("id", 0), title, cell("text", len(cells)-1), nil)
}

// idsIn are the texts that a list of ids names.
func idsIn(n node, at string, needed bool) ([]Text, *Problem) {
	items, p := listAt(n, at, needed)
	if p != nil {
		return nil, p
	}
	out := make([]Text, len(items))
	for i, item := range items {
		id, p := idAt(item, fmt.Sprintf("%s[%d]", at, i))
		if p == nil && id == "" {
			p = &Problem{Field: fmt.Sprintf("%s[%d]", at, i), Rule: "id", Message: "is empty; name the id"}
		}
		if p != nil {
			return nil, p
		}
		out[i] = Text{ID: id, GivenID: true}
	}
	return out, nil
}
