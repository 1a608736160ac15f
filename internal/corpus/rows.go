package corpus

import (
	"bytes"
	"fmt"
	"iter"

	"hardneg"
)

// Text is a text of a training set. Its id is the one that the set gives, or else TextID of the text.
type Text struct {
	ID, Title, Text string
	GivenID         bool
}

// Row is one row of a training set: a query, texts that are said to answer it and texts that are said not to.
type Row struct {
	QueryID, Query string // the id is "" where the set gives none
	Tags           hardneg.Tags
	Positives      []Text // the first one is the query's passage
	Negatives      []Text
	File           string
	Line           int // from 1; of Parquet, the number of the row
}

// IsSet reports whether the source is a training set, which has rows.
func (s *Source) IsSet() bool { return s.form.rows != nil }

// Rows yields the rows of a training set in the order of its files; nothing of other formats. Several rows may be about one query. A
// row without positives adds negatives to a query that an earlier row brought; where there is none, nothing can be made of it. Errors
// and bad rows are as in Passages.
func (s *Source) Rows() iter.Seq2[Row, error] {
	if !s.IsSet() {
		return func(func(Row, error) bool) {}
	}
	files := s.lay.files()
	all := files
	if s.form.twice {
		all = append(append([]string{}, files...), files...)
	}
	return func(yield func(Row, error) bool) {
		n := 0
		sequence(s, &s.rows, "rows", all, func(in *input, emit func(Row) bool) error {
			in.pass = n / len(files)
			n++
			if in.pass > 0 {
				in.led = &ledger{} // counted in the first pass
			}
			return s.form.rows(in, emit)
		})(yield)
	}
}

// firstPositives is how a training set shows as passages: those of its queries, which may come more than once.
func firstPositives(rows func(in *input, emit func(Row) bool) error) func(in *input, emit func(Record) bool) error {
	return func(in *input, emit func(Record) bool) error {
		return rows(in, func(r Row) bool {
			if len(r.Positives) == 0 {
				return true
			}
			first := r.Positives[0]
			rec := Record{File: r.File, Line: r.Line, GivenID: first.GivenID}
			rec.Passage.ID, rec.Passage.Title, rec.Passage.Text = first.ID, first.Title, first.Text
			return emit(rec)
		})
	}
}

// setFields are the fields of a training set that are read: those of a row, beside its tags, and of its passages, where it has some. byID
// makes a row where texts are named by ids.
type setFields struct {
	row, passages []string
	byID          func(r record) (Row, *Problem)
}

// registerSet adds a format of training sets. parse makes a row of a record.
func registerSet(f format, fields setFields, parse func(r record) (Row, *Problem)) bool {
	f.rows = func(in *input, emit func(Row) bool) error {
		parse := parse
		if in.byID {
			parse = fields.byID
		}
		return in.eachRecord(func(rec record, n int) (bool, error) {
			in.unread.look(rec, fields)
			r, p := parse(rec)
			if p == nil {
				r.Tags, p = tagsOf(rec)
			}
			if p != nil {
				in.bad(n, 1, *p)
				return true, nil
			}
			return in.give(r, n, emit), nil
		})
	}
	f.read = firstPositives(f.rows)
	return register(f)
}

// give counts a good row and hands it out.
func (in *input) give(r Row, line int, emit func(Row) bool) bool {
	r.File, r.Line = in.path, line
	in.led.good()
	return emit(r)
}

// eachRecord hands out the records of a file until do wants no more. n is the number of its line, or of its row in Parquet.
func (in *input) eachRecord(do func(r record, n int) (more bool, err error)) error {
	switch {
	case in.parquet != nil:
		return in.eachParquet(do)
	case in.table():
		return in.eachCSV(do)
	}
	return in.eachObject(do)
}

// table reports whether a file of records is CSV: it is no JSON at its start.
func (in *input) table() bool {
	head, _ := in.br.Peek(headSize)
	c := firstByte(head)
	return c != '{' && c != '['
}

func (in *input) eachObject(do func(r record, n int) (bool, error)) error {
	var members []member
	return in.eachLine(bytes.TrimSpace, func(line []byte, n int) (bool, error) {
		if p := badBytes(line); p != nil {
			in.bad(n, 1, *p)
			return true, nil
		}
		if p := badJSON(line); p != nil {
			in.bad(n, 1, *p)
			return true, nil
		}
		s := scanObject(line, members)
		members = s.members
		if p := s.twiceProblem(line); p != nil {
			in.bad(n, 1, *p)
			return true, nil
		}
		rec := record{fields: make([]field, len(s.members))}
		for i, m := range s.members {
			rec.fields[i] = field{string(m.key), nodeOf(m.val)}
		}
		return do(rec, n)
	})
}

func (in *input) eachCSV(do func(r record, n int) (bool, error)) error {
	c := in.csv()
	var names []string
	for {
		ok, err := c.nextRow(in)
		if err != nil || !ok {
			return err
		}
		if names == nil {
			if names, err = c.recordNames(); err != nil {
				return err
			}
			continue
		}
		cells, p := c.faultless(names)
		if p == nil && len(cells) != len(names) {
			p = &Problem{Rule: "columns", Message: fmt.Sprintf("has %d cells, the header has %d; quote cells that hold commas", len(cells), len(names))}
		}
		if p != nil {
			in.bad(c.start, c.line-c.start+1, *p)
			continue
		}
		rec := record{fields: make([]field, len(cells)), cells: true}
		for i, cell := range cells {
			rec.fields[i] = field{names[i], node{value: value{name: names[i], kind: isText, str: string(cell)}}}
		}
		if more, err := do(rec, c.start); err != nil || !more {
			return err
		}
	}
}
