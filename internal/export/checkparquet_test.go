package export

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	footer "github.com/parquet-go/parquet-go/format"

	"hardneg"
)

// storedAs is what Check finds where the training rows are stored otherwise.
func storedAs[T any](t *testing.T, name string, rows []T, options ...parquet.WriterOption) (found []Violation) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	write(t, name, filepath.Dir(dir), Options{}, []hardneg.Example{plain("1")})
	var b bytes.Buffer
	if err := parquet.Write(&b, rows, append([]parquet.WriterOption{parquet.Compression(&codec)}, options...)...); err != nil {
		t.Fatal(err)
	}
	replaceFile(t, dir, trainFile, b.Bytes())
	edit(t, dir, func(m *Manifest) {
		for i := range m.Files {
			if m.Files[i].Path == trainFile {
				m.Files[i].Rows = int64(len(rows))
			}
		}
		m.Rows["train"] = int64(len(rows))
	})
	_, found, err := Check(dir)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestCheckFindsOtherColumns(t *testing.T) {
	type more struct {
		triplet
		Extra string `parquet:"extra"`
	}
	type turned struct {
		Positive string `parquet:"positive"`
		Anchor   string `parquet:"anchor"`
		Negative string `parquet:"negative"`
	}
	type maybe struct {
		Anchor   string `parquet:"anchor"`
		Positive string `parquet:"positive"`
		Negative string `parquet:"negative,optional"`
	}
	type bytesOnly struct {
		Anchor   string `parquet:"anchor"`
		Positive string `parquet:"positive"`
		Negative []byte `parquet:"negative"`
	}
	type short struct {
		Anchor string `parquet:"anchor"`
		Text   string `parquet:"positive"`
		Label  int32  `parquet:"label"`
	}
	type flat struct {
		Query  string   `parquet:"query"`
		Docs   []string `parquet:"docs"`
		Labels []int64  `parquet:"labels,list"`
	}
	own := triplet{"q", "p", "n"}
	full := newRecord(plain("1"))
	cases := map[string][]Violation{
		"as it is":                    storedAs(t, "st-triplet", []triplet{own}),
		"one more":                    storedAs(t, "st-triplet", []more{{own, "x"}}),
		"one less":                    storedAs(t, "st-triplet", []pair{{"q", "p"}}),
		"in another order":            storedAs(t, "st-triplet", []turned{{"p", "q", "n"}}),
		"that may be null":            storedAs(t, "st-triplet", []maybe{{"q", "p", "n"}}),
		"bytes in place of a string":  storedAs(t, "st-triplet", []bytesOnly{{"q", "p", []byte("n")}}),
		"of shorter numbers":          storedAs(t, "st-labeled-pair", []short{{"q", "p", 1}, {"q", "n", 0}}),
		"a list that is none":         storedAs(t, "st-labeled-list", []flat{{"q", []string{"p", "n"}, []int64{1, 0}}}),
		"weights that nobody named":   storedAs(t, "hf", []weightedRecord{full.weighted()}),
		"hard queries nobody named":   storedAs(t, "hf", []withQueries{{record: full}}),
		"similarities nobody named":   storedAs(t, "hf", []comparedRecord[negative]{compared(full, same[negative])}),
		"features for one library":    storedAs(t, "st-triplet", []triplet{own}, parquet.KeyValueMetadata("huggingface", "{}")),
		"keys of others":              storedAs(t, "st-triplet", []triplet{own}, parquet.KeyValueMetadata("a", "{}"), parquet.KeyValueMetadata("z", "{}")),
		"pages by another codec":      storedAs(t, "st-triplet", []triplet{own}, parquet.Compression(&parquet.Snappy)),
		"pages that are as they were": storedAs(t, "st-triplet", []triplet{own}, parquet.Compression(&parquet.Uncompressed)),
	}
	for name, found := range cases {
		sound := name == "as it is" || name == "keys of others"
		if sound != (len(found) == 0) || !sound && (len(found) != 1 || found[0].Rule != RuleSchema || found[0].File != trainFile) {
			t.Errorf("columns %s: %v", name, found)
		}
	}
}

func TestColumnsThatTheManifestNamesAndTheFileHasNot(t *testing.T) {
	for _, o := range similarityOptions() {
		for _, o.Spares = range []bool{false, true} {
			dir := filepath.Join(t.TempDir(), "hf")
			m := write(t, "hf", filepath.Dir(dir), o, examples(1))
			if got := m.options(); got.HardQueries != o.HardQueries || got.Spares != o.Spares || got.Weighted != o.Weighted || got.Similarities != o.Similarities {
				t.Errorf("%+v: the manifest is read as %+v", o, got)
			}
			o.HardQueries = !o.HardQueries
			edit(t, dir, func(m *Manifest) { m.Columns = recordColumns(o) })
			if _, found, err := Check(dir); err != nil || len(found) != 1 || found[0].Rule != RuleSchema {
				t.Errorf("%+v: %v, %v", o, found, err)
			}
		}
	}
}

func TestTheManifestNamesTheColumnsOfItsFormat(t *testing.T) {
	for _, name := range Formats() {
		for what, change := range map[string]func(m *Manifest){
			"another order": func(m *Manifest) { m.Columns[0], m.Columns[1] = m.Columns[1], m.Columns[0] },
			"one less":      func(m *Manifest) { m.Columns = m.Columns[1:] },
			"another type":  func(m *Manifest) { m.Columns[0].Type = "int64" },
			"a null":        func(m *Manifest) { m.Columns[0].Nullable = true },
			"one more":      func(m *Manifest) { m.Columns = append(m.Columns, Column{Name: "more", Type: "string"}) },
		} {
			dir := filepath.Join(t.TempDir(), name)
			write(t, name, filepath.Dir(dir), Options{Negatives: 2}, []hardneg.Example{plain("1")})
			edit(t, dir, change)
			if _, found, err := Check(dir); err != nil || len(found) == 0 || found[0].Rule != RuleManifest {
				t.Errorf("%s, %s: %v, %v", name, what, found, err)
			}
		}
	}
}

func TestAFileOfAnotherNameIsComparedToo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "st-pair")
	write(t, "st-pair", filepath.Dir(dir), Options{}, []hardneg.Example{plain("1")})
	var b bytes.Buffer
	if err := parquet.Write(&b, []pair{{"q", "p"}, {"q", "r"}}, parquet.Compression(&parquet.Snappy)); err != nil {
		t.Fatal(err)
	}
	replaceFile(t, dir, trainFile, b.Bytes())
	const other = "data/train.jsonl"
	if err := os.Rename(filepath.Join(dir, trainFile), filepath.Join(dir, other)); err != nil {
		t.Fatal(err)
	}
	edit(t, dir, func(m *Manifest) {
		for i := range m.Files {
			if m.Files[i].Path == trainFile {
				m.Files[i].Path = other
			}
		}
	})
	if _, found, err := Check(dir); err != nil || len(found) != 1 || found[0].Rule != RuleSchema {
		t.Errorf("%v, %v", found, err)
	}
}

func TestHowRowGroupsAreStored(t *testing.T) {
	dir := t.TempDir()
	write(t, "hf", dir, Options{}, examples(3))
	group := open(t, filepath.Join(dir, "hf", trainFile)).Metadata().RowGroups[0]
	if fault := faultOfGroup(&group); fault != "" {
		t.Fatal(fault)
	}
	column := group.Columns[1]
	for want, spoil := range map[string]func(g *footer.RowGroup, c *footer.ColumnChunk){
		"zstd":           func(_ *footer.RowGroup, c *footer.ColumnChunk) { c.MetaData.Codec = footer.Gzip },
		"no page index":  func(_ *footer.RowGroup, c *footer.ColumnChunk) { c.OffsetIndexOffset = 0 },
		"no page index ": func(_ *footer.RowGroup, c *footer.ColumnChunk) { c.ColumnIndexOffset, c.ColumnIndexLength = 0, 0 },
		"bytes":          func(_ *footer.RowGroup, c *footer.ColumnChunk) { c.MetaData.TotalUncompressedSize = 32 << 20 },
		"": func(g *footer.RowGroup, c *footer.ColumnChunk) {
			c.MetaData.TotalUncompressedSize, g.NumRows = 32<<20, 1
		},
	} {
		spoilt := group
		spoil(&spoilt, &spoilt.Columns[1])
		if fault := faultOfGroup(&spoilt); !strings.Contains(fault, strings.TrimSpace(want)) || want == "" && fault != "" {
			t.Errorf("%q, want %q", fault, want)
		}
		group.Columns[1] = column
	}
	if got := fmt.Sprint(element{}, element{"docs", "required", "list", 1}); got != "nothing docs, a required list of 1" {
		t.Error(got)
	}
}
