package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"hardneg"
)

// spared gives examples spares: the hardest first, and in the first example none.
func spared(exs []hardneg.Example) []hardneg.Example {
	for i := range exs {
		if i == 0 {
			continue
		}
		exs[i].Spares = []hardneg.Text{madeText(fmt.Sprint("s1-", i), fmt.Sprintf("Beside the harbour, %d.", i), hardneg.Related),
			{DocID: exs[i].Split + "-mined", Title: "Found", Text: "Another mined passage.", Source: hardneg.SourceMined, Strategy: "bm25", Grade: hardneg.Irrelevant, HasScore: true}}
	}
	return exs
}

// Whatever else a data set has, spares are described as its negatives are, and all else is as it is without them.
func TestSparesAreAColumnWhereTheyAreAskedFor(t *testing.T) {
	half := 0.5
	for _, o := range similarityOptions() {
		dir, exs := t.TempDir(), spared(examples(10))
		if o.Similarities {
			exs = similar(exs)
			exs[1].Spares[0].Similarity = &half
		}
		exs[1].HardQueries = []hardneg.HardQuery{{Text: "which other", Grade: hardneg.Related, Score: 1. / 3}}
		if o.Weighted {
			exs[1].Spares[0].Weight = &half
		}
		o.Spares = true
		for _, f := range []string{"hf", "jsonl"} {
			m := write(t, f, dir, o, exs)
			if _, v, err := Check(filepath.Join(dir, f)); err != nil || len(v) > 0 {
				t.Errorf("%+v: %s: %v %v", o, f, v, err)
			}
			at := slices.IndexFunc(m.Columns, func(c Column) bool { return c.Name == "negatives" })
			last := m.Columns[len(m.Columns)-1]
			if diff := cmp.Diff(m.Columns[at].Fields, last.Fields); last.Name != "spares" || diff != "" {
				t.Errorf("%+v: %s: the last column is %s: %s", o, f, last.Name, diff)
			}
		}
		read := readFile[readFull](t, filepath.Join(dir, "hf", "data", "train-00000-of-00001.parquet"))
		if len(read[0].Spares) != 0 || len(read[1].Spares) != 2 || read[1].Spares[0].DocID != "s1-1" || read[1].Spares[1].Strategy != "bm25" || *read[1].Spares[0].Grade != 1 ||
			(read[1].Spares[0].Similarity != nil) != o.Similarities || (len(read[1].HardQueries) > 0) != o.HardQueries {
			t.Errorf("%+v: hf has %+v", o, read[1].Spares)
		}
		b, err := os.ReadFile(filepath.Join(dir, "jsonl", "data", "train.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(b), "\n")
		_, spares, _ := strings.Cut(lines[1], `"spares":`)
		for part, want := range map[string]bool{`[{"docid":"s1-1"`: true, `"similarity":0.5`: o.Similarities, `"weight":0.5`: o.Weighted} {
			if strings.Contains(spares, part) != want {
				t.Errorf("%+v: %q in jsonl: %v\n%s", o, part, !want, spares)
			}
		}
		if !strings.HasSuffix(lines[0], `"spares":[]}`) {
			t.Errorf("a row without spares ends in %.80s", lines[0][len(lines[0])-80:])
		}
	}
}

// A row with spares in it is to the byte the one without them, in every format and with every option but that one.
func TestSparesThatAreNotAskedForLeaveNoTrace(t *testing.T) {
	for _, f := range Formats() {
		dir := t.TempDir()
		write(t, f, filepath.Join(dir, "with"), Options{Spares: !HasSpares(f)}, spared(examples(10)))
		write(t, f, filepath.Join(dir, "without"), Options{}, examples(10))
		if !maps.Equal(tree(t, filepath.Join(dir, "with")), tree(t, filepath.Join(dir, "without"))) {
			t.Errorf("%s differs", f)
		}
	}
	if !HasSpares("hf") || !HasSpares("jsonl") || HasSpares("st-ntuple") || HasSpares("flagembedding") {
		t.Error("spares are for hf and jsonl")
	}
}

// What the card and the manifest count as negatives, and the balance of origins, is without the spares.
func TestSparesAreToldApart(t *testing.T) {
	dir := t.TempDir()
	with := write(t, "hf", filepath.Join(dir, "with"), Options{Spares: true}, spared(examples(10)))
	without := write(t, "hf", filepath.Join(dir, "without"), Options{}, examples(10))
	if diff := cmp.Diff(without.Origins, with.Origins); diff != "" {
		t.Error(diff)
	}
	card, err := os.ReadFile(filepath.Join(dir, "with", "hf", "README.md"))
	if err != nil || !strings.Contains(string(card), "| spares per query, beside these | 1.80 |") || !strings.Contains(string(card), "| negatives per query | 3.00 |") {
		t.Errorf("%v: %s", err, card)
	}
	o, plain := NewOrigins(), NewOrigins()
	for i, ex := range spared(examples(10)) {
		o.Count(ex)
		plain.Count(examples(10)[i])
	}
	if !maps.EqualFunc(o.splits, plain.splits, func(a, b map[supply]int64) bool { return maps.Equal(a, b) }) {
		t.Error("spares count in the balance")
	}
}

func TestBadSparesAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*hardneg.Example)
		want  string
	}{
		"a positive": {func(ex *hardneg.Example) {
			ex.Spares[0].Title, ex.Spares[0].Text = ex.Positives[0].Title, ex.Positives[0].Text
		}, "spare 0 (s1-1) is also a positive"},
		"not judged":          {func(ex *hardneg.Example) { ex.Spares[1].Grade = hardneg.Ungraded }, "spare 1 (train-mined) has no grade"},
		"empty":               {func(ex *hardneg.Example) { ex.Spares[0].Text = " " }, "spare 0: empty text"},
		"graded too high":     {func(ex *hardneg.Example) { ex.Spares[0].Grade = hardneg.Partial }, "above the 1 that the data set allows"},
		"a negative":          {func(ex *hardneg.Example) { ex.Spares[0].Text = "ON the moon: 1!" }, "stands twice"},
		"like a positive":     {func(ex *hardneg.Example) { ex.Spares[0].Text = strings.ToUpper(ex.Positives[0].Text) }, "spare 0 is also a positive"},
		"of another split":    {func(ex *hardneg.Example) { ex.Spares[1].DocID = "test-mined" }, `"test-mined", a text of this row, is of test`},
		"passage of the test": {func(ex *hardneg.Example) { ex.Spares[1].DocID = "p4" }, `"p4", a text of this row, is of test`},
	} {
		for _, f := range []string{"hf", "jsonl"} {
			exs := spared(examples(10))
			c.spoil(&exs[1])
			dir := t.TempDir()
			_, err := tryWrite(f, dir, Options{Spares: true}, exs, info)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %s: %v, want %q", name, f, err, c.want)
			}
			if len(tree(t, dir)) > 0 {
				t.Errorf("%s: %s: files were written", name, f)
			}
		}
	}
}

func TestCheckFindsBadSpares(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*withSpares)
		want  string
	}{
		"a positive":      {func(r *withSpares) { r.Spares[0].Text = r.Positives[1].Text }, "1 false-negative: spare 0 is also a positive"},
		"a negative":      {func(r *withSpares) { r.Spares[0].Text = r.Negatives[0].Text }, "1 repeated"},
		"twice":           {func(r *withSpares) { r.Spares = append(r.Spares, r.Spares[0]) }, "1 repeated"},
		"not judged":      {func(r *withSpares) { r.Spares[0].Grade = nil }, "1 undecided: spare 0 has no grade"},
		"graded too high": {func(r *withSpares) { *r.Spares[1].Grade = 3 }, "1 negative-grade: spare 1 has grade 3"},
		"no score":        {func(r *withSpares) { *r.Spares[0].Score = 2 }, "1 score"},
		"no negative":     {func(r *withSpares) { r.Spares, r.Negatives = r.Negatives, []negative{} }, "1 empty: 2 positives and 0 negatives"},
		"other split":     {func(r *withSpares) { r.Spares[1].DocID = "p3" }, "1 split"},
	} {
		for _, f := range []string{"hf", "jsonl"} {
			dir := filepath.Join(t.TempDir(), f)
			exs := spared(examples(10))
			var rows []withSpares
			for i := range exs[1:] {
				if exs[i+1].Split == "train" {
					exs[i+1].Positives = append(exs[i+1].Positives, madeText("x", fmt.Sprint("An answer of train ", i), hardneg.Answers))[:2]
					rows = append(rows, newWithSpares(exs[i+1]))
				}
			}
			write(t, f, filepath.Dir(dir), Options{Spares: true}, exs[1:])
			c.spoil(&rows[0])
			file, raw := "data/train.jsonl", lineBytes(t, rows)
			if f == "hf" {
				file, raw = "data/train-00000-of-00001.parquet", parquetBytes(t, rows)
			}
			replaceFile(t, dir, file, raw)
			_, v, err := Check(dir)
			if err != nil || !slices.ContainsFunc(v, func(v Violation) bool {
				return strings.HasPrefix(fmt.Sprintf("%d %s: %s", v.Row, v.Rule, v.Message), c.want)
			}) {
				t.Errorf("%s: %s: %v, %v, want %q", name, f, v, err, c.want)
			}
		}
	}
}

func lineBytes(t *testing.T, rows []withSpares) []byte {
	var b bytes.Buffer
	for _, r := range sparedRows(rows) {
		if err := json.NewEncoder(&b).Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// sparedRows are without the column of hard queries.
func sparedRows(rows []withSpares) []sparedRow[positive, negative] {
	return each(rows, func(r withSpares) sparedRow[positive, negative] {
		return sparedRow[positive, negative]{rowOf[positive, negative]{r.QueryID, r.Query, r.PassageID, r.Positives, r.Negatives, r.QueryModel, r.QueryPrompt}, r.Spares}
	})
}

func parquetBytes(t *testing.T, rows []withSpares) []byte {
	var b bytes.Buffer
	if err := parquet.Write(&b, sparedRows(rows), parquet.Compression(&codec)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
