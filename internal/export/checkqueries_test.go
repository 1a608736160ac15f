package export

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"hardneg"
)

// withRows is an export whose training rows are replaced by others.
func withRows[T any](t *testing.T, format, file string, rows []T) (found []Violation) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), format)
	write(t, format, filepath.Dir(dir), Options{}, []hardneg.Example{plain("1"), plain("2")})
	var b bytes.Buffer
	if err := parquet.Write(&b, rows, parquet.Compression(&codec)); err != nil {
		t.Fatal(err)
	}
	replaceFile(t, dir, file, b.Bytes())
	edit(t, dir, func(m *Manifest) {
		for i, f := range m.Files {
			if f.Path == file {
				m.Files[i].Rows = int64(len(rows))
			}
			if f.Path == file && f.holdsExamples() {
				m.Rows[f.Split] = int64(len(rows))
			}
		}
	})
	_, found, err := Check(dir)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

const trainFile = "data/train-00000-of-00001.parquet"

// TestCheckFindsQueriesOfOneText has queries by their rows; a row that repeats one is at a place, from 1, and 0 is none.
func TestCheckFindsQueriesOfOneText(t *testing.T) {
	cases := []struct {
		queries string
		row     int64
	}{
		{"a b c", 0}, {"a A. b", 2}, {"a b a", 3}, {"a b a a b b", 3}, {"C C# c", 3}, {"? !", 0}, {"? ! ?", 3},
	}
	several := []struct {
		queries string
		row     int64
	}{
		{"a a a b b c", 0}, {"a a b b a a", 5}, {"a a A A", 3}, {"a b! b! b b", 4},
	}
	ids := func(i int) string { return fmt.Sprint("query-", i) }
	kinds := map[string]func(t *testing.T, queries []string) []Violation{
		"st-triplet": func(t *testing.T, queries []string) []Violation {
			var rows []triplet
			for i, q := range queries {
				rows = append(rows, triplet{q, fmt.Sprint("positive ", i), fmt.Sprint("negative ", i)})
			}
			return withRows(t, "st-triplet", trainFile, rows)
		},
		"st-pair": func(t *testing.T, queries []string) []Violation {
			var rows []pair
			for i, q := range queries {
				rows = append(rows, pair{q, fmt.Sprint("positive ", i)})
			}
			return withRows(t, "st-pair", trainFile, rows)
		},
		"st-labeled-pair": func(t *testing.T, queries []string) []Violation {
			var rows []labeledPair
			for i, q := range queries {
				rows = append(rows, labeledPair{q, fmt.Sprint("text ", i), 1})
			}
			return withRows(t, "st-labeled-pair", trainFile, rows)
		},
		"st-labeled-list": func(t *testing.T, queries []string) []Violation {
			var rows []labeledList
			for i, q := range queries {
				rows = append(rows, labeledList{q, []string{fmt.Sprint("positive ", i), fmt.Sprint("negative ", i)}, []int64{1, 0}})
			}
			return withRows(t, "st-labeled-list", trainFile, rows)
		},
		"mteb": func(t *testing.T, queries []string) (found []Violation) {
			var rows []question
			for i, q := range queries {
				rows = append(rows, question{ids(i), q})
			}
			for _, v := range withRows(t, "mteb", "queries/train-00000-of-00001.parquet", rows) {
				if v.Rule != RuleReference { // they are not those of qrels
					found = append(found, v)
				}
			}
			return found
		},
	}
	for format, check := range kinds {
		all := cases
		if formats[format].parts {
			all = append(all, several...)
		}
		for _, c := range all {
			found := check(t, strings.Fields(c.queries))
			if c.row == 0 && len(found) == 0 {
				continue
			}
			if len(found) == 0 || found[0].Row != c.row || found[0].Rule != RuleDuplicate {
				t.Errorf("%s of %s: %v, want row %d", format, c.queries, found, c.row)
			} else if format == "mteb" && !strings.Contains(found[0].Message, ids(int(c.row)-1)) {
				t.Errorf("%v does not name its query", found[0])
			}
		}
	}
}

func TestOneTextInTwoSplitsIsFound(t *testing.T) {
	for _, format := range Formats() {
		train, test := plain("1"), plain("2")
		test.Query, test.Split = "Q1?", "test"
		for i := range test.Negatives {
			test.Negatives[i].DocID += "-test" // else a text is in two splits, which is another matter
		}
		_, err := tryWrite(format, t.TempDir(), Options{}, []hardneg.Example{train, test}, info)
		if err == nil || !strings.Contains(err.Error(), RuleDuplicate) {
			t.Errorf("%s: %v", format, err)
		}
		test.Query = train.Query // the last row of one file and the first of another
		if _, err = tryWrite(format, t.TempDir(), Options{}, []hardneg.Example{train, test}, info); err == nil || !strings.Contains(err.Error(), RuleDuplicate) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// TestRowsOfOneQueryMayBeInTwoFiles has no room for a query in one.
func TestRowsOfOneQueryMayBeInTwoFiles(t *testing.T) {
	for name, f := range formats {
		if !f.parts {
			continue
		}
		dir := t.TempDir()
		m := write(t, name, dir, Options{limits: &limits{groupRows: 1, groupBytes: 10, fileBytes: 10}}, []hardneg.Example{plain("1"), plain("2")})
		if len(m.Files) < 5 { // the card, and more files than queries
			t.Errorf("%s has %d files", name, len(m.Files))
		}
	}
}

// TestHardQueriesMayBeOthers: where they are rows, they are no queries with answers.
func TestHardQueriesMayBeOthers(t *testing.T) {
	exs := []hardneg.Example{plain("1"), plain("2"), plain("3")}
	for i := range exs {
		exs[i].Positives[0].Text = "own " + exs[i].QueryID
		exs[i].HardQueries = []hardneg.HardQuery{{Text: "which other", Grade: hardneg.Related}, {Text: exs[(i+2)%3].Query, Grade: hardneg.Related}}
	}
	dir := t.TempDir()
	for _, format := range Formats() {
		write(t, format, dir, Options{HardQueries: true}, exs)
	}
	rows := readFile[labeledPair](t, filepath.Join(dir, "st-labeled-pair", trainFile))
	if want := 3 * (2 + 3 + 2); len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
}
