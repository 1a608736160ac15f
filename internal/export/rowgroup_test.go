package export

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"hardneg"
)

// refusing is a codec that must not be asked to compress.
type refusing struct{ fastZstd }

var errAsked = errors.New("compressed again")

func (*refusing) Encode(_, _ []byte) ([]byte, error) { return nil, errAsked }

// The columns of a row group come into the file as they were encoded, and say what the rows say.
func testCopied[T any](t *testing.T, schema *parquet.Schema, row func(i int) T, read func(io.ReaderAt, int64) ([]T, error)) {
	t.Helper()
	s := shards[T]{schema: schema}
	if schema == nil {
		s.schema = parquet.SchemaOf(new(T))
	}
	var out bytes.Buffer
	w := parquet.NewGenericWriter[T](&out, append(s.options(), parquet.Compression(&refusing{}))...)
	g := newRowGroup[T](s.options())
	var want []T
	for range 2 { // a row group is used again
		for range 3*groupBatch + 1 {
			want = append(want, row(len(want)))
			g.add(want[len(want)-1], 1)
		}
		g.seal()
		if err := g.copyTo(w); err != nil {
			t.Fatal(err)
		}
		if g.rows != 0 || g.bytes != 0 {
			t.Fatalf("%d rows and %d bytes are left", g.rows, g.bytes)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := read(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%d rows are read and %d were written, or others", len(got), len(want))
	}
}

func readAs[T any](r io.ReaderAt, size int64) (all []T, err error) {
	err = readParquet(r, size, func(v T) T { return v }, func(_ int, v T) { all = append(all, v) })
	return all, err
}

func TestRowGroupsAreCopiedAsTheyWereEncoded(t *testing.T) {
	long := strings.Repeat("a text of a passage ", 200) // so that a column has several pages
	testCopied(t, nil, func(i int) record {
		r := record{QueryID: fmt.Sprint(i), Query: "q", Positives: []positive{{Text: fmt.Sprint(long, i)}}, Negatives: []negative{}}
		if i%2 == 0 {
			grade, score := int64(i%4), decimal(i%3)/2
			r.Negatives = append(r.Negatives, negative{Text: fmt.Sprint(i, long), Grade: &grade, Score: &score}, negative{Text: "second"})
		}
		return r
	}, readAs[record])
	testCopied(t, nil, func(i int) pair { return pair{fmt.Sprint(i), fmt.Sprint(long, i)} }, readAs[pair])
	testCopied(t, nil, func(i int) relation { return relation{fmt.Sprint(i), "d", int64(i % 2)} }, readAs[relation])
	l := newNtuples(nil, "", Options{Negatives: 2}, true)
	fill := func(i int) any {
		r, _ := l.fill(fmt.Sprint(i), []hardneg.Text{{Text: long, Score: .5}, {Text: fmt.Sprint(i)}, {Text: "c", Score: .25}})
		return r
	}
	testCopied(t, l.schema, fill, func(r io.ReaderAt, size int64) (all []any, err error) {
		err = readRows(r, size, func(r parquet.Row) string { return ntupleRow(r, true).query }, func(_ int, query string) {
			var i int
			_, err = fmt.Sscan(query, &i)
			all = append(all, fill(i))
		})
		return all, err
	})
}

// What goes wrong while rows are encoded is told when the group is put into the file.
func TestFailureOfEncodingIsTold(t *testing.T) {
	s := shards[pair]{}
	g := newRowGroup[pair](append(s.options(), parquet.Compression(&refusing{})))
	for range groupBatch {
		g.add(pair{"a", "b"}, 1)
	}
	g.add(pair{"c", "d"}, 1)
	g.seal()
	var out bytes.Buffer
	if err := g.copyTo(parquet.NewGenericWriter[pair](&out, s.options()...)); !errors.Is(err, errAsked) {
		t.Errorf("got %v", err)
	}
}
