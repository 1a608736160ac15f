package export

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	footer "github.com/parquet-go/parquet-go/format"
)

// maxGroupBytes is what a row group may take in memory, uncompressed. One row may take more: it can't be divided.
const maxGroupBytes = 32 << 20

// layout checks what the rows of a Parquet file do not show, and readers depend on: the schema, how pages are stored, and what says so. It
// reads the footer alone. ok is false where the columns are others, so that the rows can't be read.
func (c *checker) layout(f File, r io.ReaderAt, size int64) (ok bool, err error) {
	defer damaged(&err)
	file, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return false, err
	}
	m := file.Metadata()
	for _, kv := range m.KeyValueMetadata {
		if kv.Key == "huggingface" { // it would be believed before the schema, and not by all versions of the datasets library
			c.add(f.Path, 0, RuleSchema, "has features of its own, under the key huggingface")
		}
	}
	for i := range m.RowGroups {
		if fault := faultOfGroup(&m.RowGroups[i]); fault != "" {
			c.add(f.Path, 0, RuleSchema, fmt.Sprintf("row group %d %s", i, fault))
		}
	}
	if fault := differentElement(m.Schema[1:], c.manifest.elements(f.Config)); fault != "" {
		c.add(f.Path, 0, RuleSchema, fault)
		return false, nil
	}
	return true, nil
}

// beginsAsParquet tells by the content, as those do who read the rows: a manifest can name the file as it likes.
func beginsAsParquet(r io.ReaderAt) bool {
	var head [4]byte
	n, _ := r.ReadAt(head[:], 0)
	return string(head[:n]) == "PAR1"
}

func faultOfGroup(g *footer.RowGroup) string {
	var size int64
	for i := range g.Columns {
		column := &g.Columns[i]
		size += column.MetaData.TotalUncompressedSize
		switch name := strings.Join(column.MetaData.PathInSchema, "."); {
		case column.MetaData.Codec != footer.Zstd:
			return fmt.Sprintf("has the column %s by %s and not by zstd", name, column.MetaData.Codec)
		case column.ColumnIndexOffset <= 0 || column.ColumnIndexLength <= 0 || column.OffsetIndexOffset <= 0 || column.OffsetIndexLength <= 0:
			return fmt.Sprintf("has no page index of the column %s", name)
		}
	}
	if size > maxGroupBytes && g.NumRows > 1 {
		return fmt.Sprintf("takes %d bytes, more than %d", size, maxGroupBytes)
	}
	return ""
}

// element is an element of a Parquet schema: a column, or what holds some.
type element struct {
	name, repetition, kind string
	children               int
}

func (e element) String() string {
	if e == (element{}) {
		return "nothing"
	}
	return fmt.Sprintf("%s, a %s %s of %d", e.name, e.repetition, e.kind, e.children)
}

// elements are those that the columns of a table have, each before its children.
func (m *Manifest) elements(table string) (all []element) {
	for _, c := range m.Columns {
		if c.Config == table {
			all = append(all, c.elements()...)
		}
	}
	return all
}

func (c Column) elements() []element {
	is := "required"
	if c.Nullable {
		is = "optional"
	}
	of, isList := strings.CutPrefix(c.Type, "list")
	if !isList {
		return []element{{c.Name, is, c.Type, 0}}
	}
	all := []element{{c.Name, is, "list", 1}, {"list", "repeated", "group", 1}}
	if of != "" {
		return append(all, element{"element", "required", strings.Trim(of, "<>"), 0})
	}
	all = append(all, element{"element", "required", "group", len(c.Fields)})
	for _, field := range c.Fields {
		all = append(all, field.elements()...)
	}
	return all
}

func elementOf(e *footer.SchemaElement) element {
	return element{e.Name, strings.ToLower(e.RepetitionType.V.String()), kindOf(e), int(e.NumChildren.V)}
}

// kindOf is the name that a manifest has for a type, or else Parquet's own.
func kindOf(e *footer.SchemaElement) string {
	logical := e.LogicalType.String()
	switch isGroup := !e.Type.Valid; {
	case isGroup && logical == "LIST":
		return "list"
	case isGroup && logical == "":
		return "group"
	case isGroup:
		return logical
	case e.Type.V == footer.ByteArray && logical == "STRING":
		return "string"
	case e.Type.V == footer.Int64 && (logical == "" || logical == "INT(64,true)"):
		return "int64"
	case e.Type.V == footer.Double && logical == "":
		return "float64"
	}
	return strings.TrimSpace(e.Type.V.String() + " " + logical)
}

// differentElement tells of the first element that is not the one that is wanted in its place.
func differentElement(schema []footer.SchemaElement, want []element) string {
	for i := range max(len(schema), len(want)) {
		var has, wants element
		if i < len(schema) {
			has = elementOf(&schema[i])
		}
		if i < len(want) {
			wants = want[i]
		}
		if has != wants {
			return fmt.Sprintf("has %s in the place of %s", has, wants)
		}
	}
	return ""
}

// columns checks that a manifest names the columns that its format can have, in their order.
func (c *checker) columns() {
	if same := func(a, b Column) bool { return a.same(&b) }; !slices.EqualFunc(c.manifest.Columns, columnsOf(c.format.configs(c.manifest.options())), same) {
		c.add(manifestName, 0, RuleManifest, fmt.Sprintf("names columns that %s does not have, or not all that it has", c.format.name))
	}
}

func (c *Column) same(other *Column) bool {
	return c.Config == other.Config && c.Name == other.Name && c.Type == other.Type && c.Nullable == other.Nullable &&
		slices.EqualFunc(c.Fields, other.Fields, func(a, b Column) bool { return a.same(&b) })
}

// options are those that decided the columns.
func (m *Manifest) options() (o Options) {
	for _, c := range m.Columns {
		switch {
		case c.Name == "hard_queries":
			o.HardQueries = true
		case c.Name == "spares":
			o.Spares = true
		case c.Name == "negatives":
			o.Weighted, o.Similarities = c.has("weight"), c.has("similarity")
		case strings.HasPrefix(c.Name, "negative_") && c.Type == "string":
			o.Negatives++
		}
	}
	return o
}

func (c *Column) has(field string) bool {
	return slices.ContainsFunc(c.Fields, func(f Column) bool { return f.Name == field })
}
