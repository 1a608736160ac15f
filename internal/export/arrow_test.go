package export

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	arrow "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"hardneg"
)

// table is a Parquet file by columns: for each the values of every row, of which a list has any number. A null is "null".
type table map[string][][]string

func (t table) put(column string, newRow bool, value string, is bool) {
	if newRow {
		t[column] = append(t[column], nil)
	}
	if is {
		last := len(t[column]) - 1
		t[column][last] = append(t[column][last], value)
	}
}

// TestApacheArrowReadsEveryParquetFile reads all formats with the Go library of Apache Arrow, which shares no code with the one
// that writes them, and compares it value by value with what that one reads.
func TestApacheArrowReadsEveryParquetFile(t *testing.T) {
	o := Options{Negatives: 2, limits: &limits{groupRows: 7, groupBytes: 1 << 20, fileBytes: 1 << 30}}
	for name, exs := range map[string][]hardneg.Example{"mixed": examples(40), "unverified": unverified(examples(10))} {
		dir := t.TempDir()
		for _, f := range Formats() {
			if name == "unverified" && NeedsScores(f) {
				continue
			}
			for _, written := range write(t, f, dir, o, exs).Files {
				if !strings.HasSuffix(written.Path, ".parquet") {
					continue
				}
				path := filepath.Join(dir, f, written.Path)
				if diff := cmp.Diff(ownTable(t, path), arrowTable(t, path, written.Rows)); diff != "" {
					t.Errorf("%s %s (-written +read by Arrow):\n%.2000s", name, path, diff)
				}
			}
		}
	}
}

// unverified takes the grades of the positives: a column with nulls must keep its type.
func unverified(exs []hardneg.Example) []hardneg.Example {
	for _, ex := range exs {
		for i := range ex.Positives {
			ex.Positives[i].Grade, ex.Positives[i].Score, ex.Positives[i].HasScore = hardneg.Ungraded, 0, false
		}
	}
	return exs
}

func ownTable(t *testing.T, name string) table {
	t.Helper()
	f := open(t, name)
	columns, all := f.Schema().Columns(), table{}
	err := readRows(f, f.Size(), parquet.Row.Clone, func(_ int, r parquet.Row) {
		for _, v := range r {
			c := f.Root()
			for _, step := range columns[v.Column()] {
				c = c.Column(step)
			}
			isNull := v.IsNull() && c.Optional() && v.DefinitionLevel() == c.MaxDefinitionLevel()-1
			text := v.String()
			if isNull {
				text = "null"
			}
			all.put(strings.Join(columns[v.Column()], "."), v.RepetitionLevel() == 0, text, !v.IsNull() || isNull)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func arrowTable(t *testing.T, name string, rows int64) table {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := file.NewParquetReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.NumRows() != rows || f.MetaData().KeyValueMetadata().Len() != 0 {
		t.Errorf("%s has %d rows, %d were written; keys %v", name, f.NumRows(), rows, f.MetaData().KeyValueMetadata())
	}
	all := table{}
	for g := range f.NumRowGroups() {
		group := f.RowGroup(g)
		for i := range group.NumColumns() {
			meta, err := group.MetaData().ColumnChunk(i)
			if err != nil || meta.Compression() != compress.Codecs.Zstd {
				t.Errorf("%s, column %d: %v, %v", name, i, meta.Compression(), err)
			}
			column, err := group.Column(i)
			if err != nil {
				t.Fatal(err)
			}
			arrowColumn(t, all, column, group.NumRows())
		}
	}
	return all
}

func arrowColumn(t *testing.T, all table, column file.ColumnChunkReader, rows int64) {
	t.Helper()
	const most = 1 << 12
	definitions, repetitions := make([]int16, most), make([]int16, most)
	var read int64
	var values []string
	var err error
	switch c := column.(type) {
	case *file.ByteArrayColumnChunkReader:
		got := make([]arrow.ByteArray, most)
		var n int
		read, n, err = c.ReadBatch(most, got, definitions, repetitions)
		for _, v := range got[:n] {
			values = append(values, v.String())
		}
	case *file.Int64ColumnChunkReader:
		got := make([]int64, most)
		var n int
		read, n, err = c.ReadBatch(most, got, definitions, repetitions)
		for _, v := range got[:n] {
			values = append(values, fmt.Sprint(v))
		}
	case *file.Float64ColumnChunkReader:
		got := make([]float64, most)
		var n int
		read, n, err = c.ReadBatch(most, got, definitions, repetitions)
		for _, v := range got[:n] {
			values = append(values, fmt.Sprint(v))
		}
	default:
		t.Fatalf("a column of the type %T", column)
	}
	if err != nil || column.HasNext() {
		t.Fatalf("column %s: %v, more %v", column.Descriptor().Path(), err, column.HasNext())
	}
	d := column.Descriptor()
	for i := range read {
		newRow := d.MaxRepetitionLevel() == 0 || repetitions[i] == 0
		switch {
		case d.MaxDefinitionLevel() == 0 || definitions[i] == d.MaxDefinitionLevel():
			all.put(d.Path(), newRow, values[0], true)
			values = values[1:]
		default: // a null where the leaf may be one, else an empty list
			all.put(d.Path(), newRow, "null", d.SchemaNode().RepetitionType() == arrow.Repetitions.Optional && definitions[i] == d.MaxDefinitionLevel()-1)
		}
	}
	if rows == 0 {
		t.Errorf("column %s: an empty row group", d.Path())
	}
}
