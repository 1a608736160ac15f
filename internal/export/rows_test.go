package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"hardneg"
)

func same[T any](v T) T { return v }

func readFile[T any](t *testing.T, file string) (rows []T) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	err = readParquet(bytes.NewReader(raw), int64(len(raw)), same, func(_ int, r T) { rows = append(rows, r) })
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestRowsComeBackAsTheyWere(t *testing.T) {
	dir := t.TempDir()
	var want []record
	exs := examples(3)
	for _, ex := range exs {
		want = append(want, newRecord(ex))
	}
	write(t, "hf", dir, Options{}, exs)
	write(t, "jsonl", dir, Options{}, exs)
	if diff := cmp.Diff(want, readFile[record](t, filepath.Join(dir, "hf/data/train-00000-of-00001.parquet"))); diff != "" {
		t.Error(diff)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "jsonl/data/train.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var got []record
	err = readLines(bytes.NewReader(raw), recordColumns(Options{}), jsonRow{}.take, func(r withSpares) record { return r.record }, func(_ int, r record, err error) {
		if err != nil {
			t.Error(err)
		}
		got = append(got, r)
	})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestJSONLine(t *testing.T) {
	dir := t.TempDir()
	ex := example(1)
	ex.Positives[0].Text = "<b>&\u2028\U0001F600\"\\"
	write(t, "jsonl", dir, Options{}, []hardneg.Example{ex})
	raw, err := os.ReadFile(filepath.Join(dir, "jsonl/data/train.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"query_id":"00000000000000000000000000000001","query":"what are tides 1?","passage_id":"p1",` +
		`"positives":[{"docid":"p1","title":"Tides","text":"<b>&\u2028` + "\U0001F600" + `\"\\","source":"passage","grade":3,"score":1.0}],` +
		`"negatives":[{"docid":"n1-1","title":"","text":"On the moon, 1.","source":"generated","strategy":"query-only","model":"writer-1","grade":1,"score":0.3333333333333333},`
	if !strings.HasPrefix(string(raw), want) {
		t.Errorf("got  %s\nwant %s", raw, want)
	}
	if !strings.HasSuffix(string(raw), `{"docid":"p900","title":"","text":"A mined passage.","source":"mined","strategy":"","model":"","grade":0,"score":0.0}],"query_model":"","query_prompt":""}`+"\n") {
		t.Errorf("ends with %s", raw)
	}
	if !json.Valid(raw) {
		t.Error("not valid")
	}
}

func TestTriplets(t *testing.T) {
	dir := t.TempDir()
	ex := example(0)
	ex.Negatives = ex.Negatives[1:]
	write(t, "st-triplet", dir, Options{}, []hardneg.Example{ex})
	p, q := "Passage 0. "+odd, "A generated answer."
	want := []triplet{
		{ex.Query, p, odd}, {ex.Query, p, "A mined passage."},
		{ex.Query, q, odd}, {ex.Query, q, "A mined passage."},
	}
	if diff := cmp.Diff(want, readFile[triplet](t, filepath.Join(dir, "st-triplet/data/train-00000-of-00001.parquet"))); diff != "" {
		t.Error(diff)
	}
}

func open(t *testing.T, name string) *parquet.File {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestParquetSchema(t *testing.T) {
	dir := t.TempDir()
	for _, f := range Formats() {
		write(t, f, dir, Options{}, examples(1))
		for name := range tree(t, filepath.Join(dir, f)) {
			if !strings.HasSuffix(name, ".parquet") {
				continue
			}
			file := open(t, filepath.Join(dir, f, name))
			golden(t, strings.TrimSuffix(f+"-"+filepath.Dir(name), "-data")+".schema", schemaFile(t, file.Schema().String()))
			plainFooter(t, f+" "+name, file)
		}
	}
}

// plainFooter checks what every reader looks at: zstd, a page index, no key that pins a version of the datasets library.
func plainFooter(t *testing.T, name string, file *parquet.File) {
	t.Helper()
	m := file.Metadata()
	if !strings.HasPrefix(m.CreatedBy, "hardneg version 1.0.0") || len(m.KeyValueMetadata) != 0 {
		t.Errorf("%s: created by %q, keys %v", name, m.CreatedBy, m.KeyValueMetadata)
	}
	for _, g := range m.RowGroups {
		if g.TotalByteSize > 32<<20 {
			t.Errorf("%s: a row group of %d bytes", name, g.TotalByteSize)
		}
		for _, c := range g.Columns {
			if c.ColumnIndexOffset == 0 || c.OffsetIndexOffset == 0 || c.MetaData.Codec.String() != "ZSTD" {
				t.Errorf("%s: %v: no page index, or not zstd", name, c.MetaData.PathInSchema)
			}
		}
	}
}

// TestRowGroupsAreBoundedInBytes writes long texts, so that bytes bind and not rows.
func TestRowGroupsAreBoundedInBytes(t *testing.T) {
	dir := t.TempDir()
	var exs []hardneg.Example
	for i := range 36 {
		ex := example(5 * i) // all of train
		ex.Positives[0].Text = fmt.Sprint(i) + strings.Repeat("lorem ipsum ", 80_000)
		exs = append(exs, ex)
	}
	for _, f := range []string{"hf", "mteb"} {
		m := write(t, f, dir, Options{}, exs)
		for _, file := range m.Files {
			if !strings.HasSuffix(file.Path, ".parquet") {
				continue
			}
			p := open(t, filepath.Join(dir, f, file.Path))
			plainFooter(t, f+" "+file.Path, p)
			if n := len(p.RowGroups()); n < 2 && file.Config != "queries" && file.Config != relations {
				t.Errorf("%s %s has %d row groups", f, file.Path, n)
			}
		}
	}
}

func schemaFile(t *testing.T, schema string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "schema")
	put(t, name, []byte(schema+"\n"))
	return name
}

func TestShardsAndRowGroupsAreBounded(t *testing.T) {
	dir := t.TempDir()
	row := newRecord(example(0)).size()
	m := write(t, "hf", dir, Options{limits: &limits{groupRows: 4, groupBytes: 3 * row, fileBytes: 20 * row}}, examples(100))
	if m.Rows["train"] != 60 {
		t.Fatal(m.Rows)
	}
	var files []string
	for _, f := range m.Files {
		if !strings.HasPrefix(f.Path, "data/train") {
			continue
		}
		files = append(files, f.Path)
		file := open(t, filepath.Join(dir, "hf", f.Path))
		if file.NumRows() != f.Rows {
			t.Errorf("%s has %d rows, the manifest says %d", f.Path, file.NumRows(), f.Rows)
		}
		for _, g := range file.RowGroups() {
			if g.NumRows() > 4 {
				t.Errorf("%s has a row group of %d rows", f.Path, g.NumRows())
			}
		}
	}
	want := []string{"data/train-00000-of-00003.parquet", "data/train-00001-of-00003.parquet", "data/train-00002-of-00003.parquet"}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Error(diff)
	}
}
