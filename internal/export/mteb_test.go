package export

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

// TestDocumentsAreReadInPlace compares what is read of a corpus with its rows, also where another program has put its columns in another
// order, or left one out.
func TestDocumentsAreReadInPlace(t *testing.T) {
	type other struct {
		Text  string `parquet:"text"`
		Extra int64  `parquet:"extra"`
		ID    string `parquet:"_id"`
	}
	var rows []document
	var others []other
	for i := range 1000 {
		d := document{fmt.Sprint("p", i), fmt.Sprint("Title ", i%7), words(i, 1+i%50)}
		if i%3 == 0 {
			d.Title = ""
		}
		rows, others = append(rows, d), append(others, other{d.Text, int64(i), d.ID})
	}
	for name, file := range map[string][]byte{"as written": parquetOf(t, rows), "of another order": parquetOf(t, others)} {
		c := newChecker(nil, nil, Manifest{})
		var want, got []documentRead
		for _, d := range rows {
			if name != "as written" {
				d.Title = ""
			}
			want = append(want, c.documentSums(File{})(d))
		}
		err := readDocuments(bytes.NewReader(file), int64(len(file)), c.documentSums(File{}), func(n int, d documentRead, err error) {
			if err != nil || n != len(got)+1 {
				t.Error(n, err)
			}
			got = append(got, d)
		})
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(documentRead{}, documentSum{})); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

// parquetOf is a file of small pages and row groups.
func parquetOf[T any](t *testing.T, rows []T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, parquet.PageBufferSize(4<<10), parquet.MaxRowsPerRowGroup(300), parquet.Compression(&codec))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestCheckFindsBadTables spoils the Parquet tables as TestCheckFindsBadLines does the lines.
func TestCheckFindsBadTables(t *testing.T) {
	qrels := func(change func([]relation) []relation) []Violation {
		var rows []relation
		for _, id := range []string{"1", "2"} {
			rows = append(rows, relationsOf(plain(id))...)
		}
		return withRows(t, "mteb", "qrels/train-00000-of-00001.parquet", change(rows))
	}
	for want, found := range map[string][]Violation{
		"":                        qrels(func(r []relation) []relation { return r }),
		"3: " + RuleReference:     qrels(func(r []relation) []relation { r[2].Doc = "zz"; return r }),
		"4: " + RuleRepeated:      qrels(func(r []relation) []relation { r[3].Doc = r[2].Doc; return r }),
		"4: " + RuleFalseNegative: qrels(func(r []relation) []relation { r[3].Doc = r[1].Doc; return r }),
		"2: " + RuleShape:         qrels(func(r []relation) []relation { r[1].Score = 3; return r }),
		"11: " + RuleOrder:        qrels(func(r []relation) []relation { return append(r, relation{"1", "a2", 0}) }),
		"0: " + RuleReference:     qrels(func(r []relation) []relation { return r[:5] }),
		"0: " + RuleDuplicate: withRows(t, "mteb", "corpus/train-00000-of-00001.parquet", []document{{"p1", "T", "own"}, {"mp", "", "found"},
			{"a1", "", "near a b c"}, {"b1", "", "near a b d"}, {"\"m", "", "far away"}, {"p2", "T", "own"}, {"a2", "", "near a b c"}, {"b2", "", "near a b d"}, {"a1", "", "near a b c"}}),
	} {
		got := ""
		if len(found) > 0 {
			got = fmt.Sprintf("%d: %s", found[0].Row, found[0].Rule)
		}
		if got != want {
			t.Errorf("%v, want %q", found, want)
		}
	}
}
