package corpus

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/parquet-go/parquet-go"
)

// parquet: one passage a row, with the columns of [Fields]. Training sets in Parquet are read by their own formats, on eachParquet.
var _ = register(format{
	name: "parquet",
	exts: []string{"parquet"},
	read: func(in *input, emit func(Record) bool) error {
		if in.parquet == nil {
			return &Error{File: in.path, Rule: "format", Message: "is no Parquet file", Hint: "leave the format to auto"}
		}
		return readParquet(in, newSchema(in.o.Fields, false), emit)
	},
})

// readParquet reads the rows of a file as records of a schema.
func readParquet(in *input, sc schema, emit func(Record) bool) error {
	return in.eachParquet(func(rec record, n int) (bool, error) {
		r, p := sc.record(rec.pick(sc.id), rec.pick(sc.title), rec.pick(sc.text), rec.names)
		if p == nil && sc.named.Links != "" {
			r.Links, p = linksAt(rec.get(sc.named.Links), sc.named.Links, r.Passage.ID)
		}
		if p != nil {
			in.bad(n, 1, *p)
			return true, nil
		}
		return emit(in.accept(r, n)), nil
	})
}

// pick returns the field of the best name that is there and not null, else a null one, else an absent one.
func (r record) pick(names []string) value {
	var found value
	for _, name := range names {
		switch n := r.get(name); n.kind {
		case isAbsent:
		case isNull:
			found = value{name: name, kind: isNull}
		default:
			n.name = name
			return n.value
		}
	}
	return found
}

var parquetMagic = []byte("PAR1")

// openParquet opens a file if it is Parquet, whatever its name; nil if it is not. The caller closes the file.
func openParquet(path string, want os.FileInfo) (*parquet.File, *os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, &Error{File: path, Rule: "stream", Message: "cannot be opened", Err: err}
	}
	magic := make([]byte, len(parquetMagic))
	if _, err := io.ReadFull(f, magic); err != nil || !bytes.Equal(magic, parquetMagic) {
		f.Close()
		return nil, nil, nil
	}
	g := &guard{path: path, f: f, want: want}
	if err := g.changed(); err != nil {
		f.Close()
		return nil, nil, err
	}
	p, err := readFooter(f)
	if err != nil {
		f.Close()
		return nil, nil, brokenParquet(path, err)
	}
	return p, f, nil
}

func readFooter(f *os.File) (p *parquet.File, err error) {
	defer damaged(&err)
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return parquet.OpenFile(f, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
}

func brokenParquet(path string, err error) *Error {
	return &Error{File: path, Rule: "stream", Err: err, Message: "Parquet data is broken",
		Hint: "the file is incomplete or damaged: fetch it again; use nothing of it"}
}

// damaged turns a panic of the reader into an error.
func damaged(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%v", p)
	}
}

// parquetNames are the columns of a file in their order.
func parquetNames(p *parquet.File) []string {
	var names []string
	for _, c := range p.Root().Columns() {
		names = append(names, c.Name())
	}
	return names
}

// eachParquet hands out the rows of a Parquet file, numbered from 1.
func (in *input) eachParquet(do func(r record, n int) (bool, error)) (err error) {
	var columns []column
	leaves := 0
	for _, c := range in.parquet.Root().Columns() {
		columns = append(columns, newColumn(c, &leaves))
	}
	at, going := 0, true
	visit := func(row parquet.Row) (bool, error) {
		at++
		rec := record{fields: make([]field, len(columns))}
		for i := range columns {
			rec.fields[i] = columns[i].field(row)
		}
		going, err = do(rec, at)
		return going, err
	}
	for _, group := range in.parquet.RowGroups() {
		broken, err := eachRow(group, visit)
		if broken != nil {
			return brokenParquet(in.path, broken)
		}
		if err != nil || !going {
			return err
		}
	}
	return nil
}

// eachRow visits the rows of a group. broken is an error of the file, err one of the visitor.
func eachRow(group parquet.RowGroup, visit func(parquet.Row) (bool, error)) (broken, err error) {
	rows, broken := rowsOf(group)
	if broken != nil {
		return broken, nil
	}
	defer rows.Close()
	buf := make([]parquet.Row, 16)
	for {
		n, broken := readRows(rows, buf)
		for _, r := range buf[:n] {
			if more, err := visit(r); err != nil || !more {
				return nil, err
			}
		}
		if errors.Is(broken, io.EOF) {
			return nil, nil
		}
		if broken != nil {
			return broken, nil
		}
	}
}

func rowsOf(group parquet.RowGroup) (rows parquet.Rows, err error) {
	defer damaged(&err)
	return group.Rows(), nil
}

func readRows(rows parquet.Rows, buf []parquet.Row) (n int, err error) {
	defer damaged(&err)
	return rows.ReadRows(buf)
}
