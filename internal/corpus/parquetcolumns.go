package corpus

import (
	"strconv"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
)

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
