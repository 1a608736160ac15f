package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

var badRows = []struct {
	name  string
	spoil func([]record)
	want  string // row and rule
}{
	{"reordered", func(r []record) { r[0], r[1] = r[1], r[0] }, "2 order"},
	{"repeated", func(r []record) { r[1].QueryID = r[0].QueryID }, "2 duplicate"},
	{"negative is a positive", func(r []record) { r[2].Negatives[0].Text = r[2].Positives[1].Text }, "3 false-negative"},
	{"negative above the grade", func(r []record) { *r[0].Negatives[0].Grade = 2 }, "1 negative-grade"},
	{"grade that is none", func(r []record) { *r[0].Negatives[0].Grade = -1 }, "1 negative-grade"},
	{"row without negatives", func(r []record) { r[3].Negatives = []negative{} }, "4 empty"},
	{"text under two titles", func(r []record) {
		again := r[1].Negatives[0]
		again.DocID, again.Title = "again", "Another title"
		r[1].Negatives = slices.Insert(r[1].Negatives, 1, again)
	}, "2 repeated"},
	{"positive under two titles", func(r []record) {
		again := r[1].Positives[0]
		again.DocID, again.Title, again.Source = "again", "Another title", "imported"
		r[1].Positives = append(r[1].Positives, again)
	}, "2 repeated"},
	{"negatives by rising score", func(r []record) { slices.Reverse(r[1].Negatives) }, "2 score"},
	{"a score where one was", func(r []record) { r[1].Negatives[0].Score = nil; *r[1].Negatives[1].Score = .1 }, "2 score"},
	{"positives by rising score", func(r []record) {
		more := r[0].Positives[1]
		low := *more.Score / 2
		r[0].Positives[1].Score = &low
		more.DocID, more.Text, more.Source = "more", "One more.", "imported"
		r[0].Positives = append(r[0].Positives, more)
	}, "1 score"},
	{"passage of another query", func(r []record) { r[1].PassageID = "p2" }, "2 reference"},
	{"no passage", func(r []record) { r[1].PassageID = "" }, "2 reference"},
	{"passage behind another positive", func(r []record) { slices.Reverse(r[0].Positives) }, "1 reference"},
	{"several positives and no passage", func(r []record) { r[0].Positives[0].Source = "imported"; r[0].PassageID = "p900" }, "1 reference"},
	{"no query", func(r []record) { r[1].Query = "" }, "2 empty"},
	{"blank text", func(r []record) { r[2].Negatives[0].Text, r[2].Negatives[0].Title = " \n", "" }, "3 empty"},
	{"nothing but a title", func(r []record) { r[2].Positives[0].Text, r[2].Positives[0].Title = "", "A title" }, "3 empty"},
	{"passage of another split", func(r []record) {
		r[0].PassageID, r[0].Positives[0].DocID, r[0].Positives[0].Text = "p3", "p3", example(3).Positives[0].Text
	}, "1 split"},
	{"negative without an id", func(r []record) { r[1].Negatives[0].DocID = "" }, "2 id"},
	{"positive without an id", func(r []record) { r[0].Positives[1].DocID = "" }, "1 id"},
	{"made negative with the id of the passage", func(r []record) { r[1].Negatives[0].DocID = "p1" }, "2 id"},
	{"mined negative with the id of the passage", func(r []record) { r[1].Negatives[2].DocID = "p1" }, "2 id"},
	{"two negatives of one id", func(r []record) { r[1].Negatives[1].DocID = r[1].Negatives[0].DocID }, "2 id"},
	{"another text under an id", func(r []record) { r[2].Negatives[2].Text = "Another text." }, "3 id"},
	{"the text of a passage elsewhere", func(r []record) {
		r[4].Negatives[2] = negative{DocID: "p0", Text: "Not of the passage.", Source: "mined", Grade: r[4].Negatives[2].Grade, Score: r[4].Negatives[2].Score}
	}, "5 id"},
}

// trainRecords is the rows of the train split of ten examples.
func trainRecords() (all []record) {
	for _, ex := range examples(10) {
		if ex.Split == "train" {
			all = append(all, newRecord(ex))
		}
	}
	return all
}

func TestCheckFindsBadRows(t *testing.T) {
	encoders := map[string]func(*testing.T, []record) (string, []byte){
		"hf": func(t *testing.T, rows []record) (string, []byte) {
			var b bytes.Buffer
			if err := parquet.Write(&b, rows, parquet.Compression(&codec)); err != nil {
				t.Fatal(err)
			}
			return "data/train-00000-of-00001.parquet", b.Bytes()
		},
		"jsonl": func(t *testing.T, rows []record) (string, []byte) {
			var b bytes.Buffer
			for _, r := range rows {
				if err := json.NewEncoder(&b).Encode(r); err != nil {
					t.Fatal(err)
				}
			}
			return "data/train.jsonl", b.Bytes()
		},
	}
	for format, encode := range encoders {
		for _, c := range badRows {
			t.Run(format+" "+c.name, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), format)
				write(t, format, filepath.Dir(dir), Options{}, examples(10))
				rows := trainRecords()
				c.spoil(rows)
				name, raw := encode(t, rows)
				replaceFile(t, dir, name, raw)
				_, v, err := Check(dir)
				if err != nil || len(v) != 1 {
					t.Fatal(v, err)
				}
				if got := fmt.Sprint(v[0].Row, " ", v[0].Rule); got != c.want {
					t.Errorf("%v, want %s", v, c.want)
				}
			})
		}
	}
}

func TestCheckReadsInvalidLines(t *testing.T) {
	const name = "data/train.jsonl"
	cases := map[string]struct {
		damage func(lines []string)
		row    int64
	}{
		"not JSON":       {func(l []string) { l[1] = l[1][:len(l[1])/2] + "\n" }, 2},
		"two values":     {func(l []string) { l[2] = strings.TrimSpace(l[2]) + "}\n" }, 3},
		"unknown key":    {func(l []string) { l[0] = `{"x":1}` + "\n" }, 1},
		"wrong type":     {func(l []string) { l[0] = strings.Replace(l[0], `"grade":3`, `"grade":"3"`, 1) }, 1},
		"not UTF-8":      {func(l []string) { l[4] = strings.Replace(l[4], "Passage", "P\xff", 1) }, 5},
		"no end of line": {func(l []string) { l[5] = strings.TrimSpace(l[5]) }, 6},
	}
	for about, c := range cases {
		t.Run(about, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "jsonl")
			write(t, "jsonl", filepath.Dir(dir), Options{}, examples(10))
			raw, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.SplitAfter(string(raw), "\n")
			c.damage(lines)
			replaceFile(t, dir, name, []byte(strings.Join(lines, "")))
			_, v, err := Check(dir)
			if err != nil || len(v) != 1 || v[0].Rule != RuleInvalidJSON || v[0].Row != c.row {
				t.Errorf("%v, %v", v, err)
			}
		})
	}
}

func TestCheckReorderedLinesUnderTheOldManifest(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "jsonl")
	write(t, "jsonl", filepath.Dir(dir), Options{}, examples(10))
	file := filepath.Join(dir, "data/train.jsonl")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(raw), "\n")
	lines[0], lines[5] = lines[5], lines[0]
	put(t, file, []byte(strings.Join(lines, "")))
	_, v, err := Check(dir)
	var rules []string
	for _, x := range v {
		rules = append(rules, x.Rule)
	}
	if diff := cmp.Diff([]string{RuleChanged, RuleOrder, RuleOrder}, rules); diff != "" || err != nil {
		t.Error(v, err, diff)
	}
}

func TestCheckTripletWhoseNegativeIsItsPositive(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "st-triplet")
	write(t, "st-triplet", filepath.Dir(dir), Options{}, examples(1))
	rows := make([]triplet, 6)
	for i := range rows {
		rows[i] = triplet{"q", "p", fmt.Sprint("n", i)}
	}
	rows[4].Positive, rows[4].Negative = "x", "X."
	var b bytes.Buffer
	if err := parquet.Write(&b, rows, parquet.Compression(&codec)); err != nil {
		t.Fatal(err)
	}
	replaceFile(t, dir, "data/train-00000-of-00001.parquet", b.Bytes())
	_, v, err := Check(dir)
	if err != nil || len(v) != 1 || v[0].Rule != RuleFalseNegative || v[0].Row != 5 {
		t.Error(v, err)
	}
}
