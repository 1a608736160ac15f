package corpus

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"unicode/utf8"

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
		sc := newSchema(in.o.Fields, false)
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
	},
})

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

// column is a column of a record: a value, a list of values or of objects, or an object. What is nested deeper is kept as a list or an
// object without content: no format needs it.
type column struct {
	name   string
	leaves []leaf
	list   bool
	object bool // of its own, or in the list
	deep   bool
}

// leaf is where the values of one part of a column stand.
type leaf struct {
	name  string // within an object
	index int
	item  int // definition level from which on a list has an item; from one below that on it is there
	full  int // definition level of a value
}

func newColumn(c *parquet.Column, leaves *int) column {
	col := column{name: c.Name()}
	var walk func(c *parquet.Column, item, depth int, name string)
	walk = func(c *parquet.Column, item, depth int, name string) {
		if c.Repeated() {
			item = c.MaxDefinitionLevel()
		}
		col.deep = col.deep || c.MaxRepetitionLevel() > 1
		if c.Leaf() {
			col.leaves = append(col.leaves, leaf{name, *leaves, item, c.MaxDefinitionLevel()})
			*leaves++
			return
		}
		for _, sub := range c.Columns() {
			inner, within := name, depth
			if !isWrapper(c, sub) {
				inner, within, col.object = sub.Name(), depth+1, true
			}
			col.deep = col.deep || within > 1
			walk(sub, item, within, inner)
		}
	}
	walk(c, 0, 0, c.Name())
	col.list = len(col.leaves) > 0 && col.leaves[0].item > 0
	return col
}

// isWrapper reports whether a child only says that its parent is a list: the repeated group of a list, and the element in it.
func isWrapper(parent, child *parquet.Column) bool {
	return len(parent.Columns()) == 1 && (child.Repeated() || parent.Repeated() && (child.Name() == "element" || child.Name() == "item" || child.Name() == "array_element"))
}

// field makes the column's value of a row, whose values stand in the order of the leaves.
func (c *column) field(row parquet.Row) field {
	f := field{name: c.name}
	f.node.name = c.name
	if c.deep {
		f.kind = isObject
		return f
	}
	for _, l := range c.leaves {
		values := valuesOf(row, l.index)
		switch {
		case !c.list:
			v := l.node(values[0])
			if c.object {
				f.kind = isObject
				f.fields = append(f.fields, field{l.name, v})
			} else {
				v.name = c.name
				f.node = v
			}
		default:
			f.kind = isList
			if values[0].DefinitionLevel() < l.item {
				if values[0].DefinitionLevel() < l.item-1 {
					f.kind = isNull
				}
				continue
			}
			c.fill(&f.node, l, values)
		}
	}
	return f
}

// fill adds the values of one leaf to the items of a list.
func (c *column) fill(list *node, l leaf, values []parquet.Value) {
	for i, v := range values {
		if i == len(list.items) {
			list.items = append(list.items, node{})
		}
		if !c.object {
			list.items[i] = l.node(v)
			continue
		}
		list.items[i].kind = isObject
		list.items[i].fields = append(list.items[i].fields, field{l.name, l.node(v)})
	}
}

// valuesOf are the values of a leaf; there is at least one.
func valuesOf(row parquet.Row, index int) []parquet.Value {
	from := 0
	for from < len(row) && row[from].Column() < index {
		from++
	}
	to := from
	for to < len(row) && row[to].Column() == index {
		to++
	}
	if from == to {
		return []parquet.Value{{}}
	}
	return row[from:to]
}

func (l leaf) node(v parquet.Value) (n node) {
	if v.IsNull() {
		n.kind = isNull
		return n
	}
	switch v.Kind() {
	case parquet.ByteArray, parquet.FixedLenByteArray:
		n.kind = isText
		if n.str = string(v.ByteArray()); !utf8.ValidString(n.str) {
			n.kind, n.str = isNotUTF8, ""
		}
	case parquet.Int32:
		n.kind, n.str = isInteger, strconv.FormatInt(int64(v.Int32()), 10)
	case parquet.Int64:
		n.kind, n.str = isInteger, strconv.FormatInt(v.Int64(), 10)
	case parquet.Float:
		n.kind, n.str = isNumber, strconv.FormatFloat(float64(v.Float()), 'g', -1, 32)
	case parquet.Double:
		n.kind, n.str = isNumber, strconv.FormatFloat(v.Double(), 'g', -1, 64)
	case parquet.Boolean:
		n.kind, n.str = isBoolean, strconv.FormatBool(v.Boolean())
	default:
		n.kind, n.str = isNumber, v.String()
	}
	return n
}
