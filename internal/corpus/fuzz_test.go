package corpus

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
)

// inputOf is an open input of the data, without a file.
func inputOf(data string, max int) *input {
	return &input{
		stream: &stream{path: "fuzz", br: bufio.NewReaderSize(strings.NewReader(data), headSize), eol: '\n'},
		o:      Options{MaxLine: max}, led: &ledger{},
	}
}

// checkRead verifies what holds whatever is read.
func checkRead(t *testing.T, in *input, got []Record) {
	t.Helper()
	checkStats(t, in.led.stats)
	if int(in.led.stats.Good) != len(got) {
		t.Errorf("%d records, stats %+v", len(got), in.led.stats)
	}
	for _, r := range got {
		if err := r.Passage.Validate(); err != nil || r.Line < 1 || r.Passage.Text != clean(r.Passage.Text) {
			t.Errorf("record %+v: %v", r, err)
		}
	}
	for _, p := range in.led.problems {
		if p.Rule == "" || p.Message == "" || p.Line < 1 || len(p.Excerpt) > excerptLen {
			t.Errorf("problem %+v", p)
		}
	}
}

// FuzzJSONL checks that no line breaks the reader, and that what it accepts is what encoding/json reads.
func FuzzJSONL(f *testing.F) {
	for _, seed := range []string{
		`{"_id":"a","title":null,"text":"x"}`, `{"text":"\ud83d\ude00\ud83d"}`, `{"text":"x","text":"y"}`, `{"a":{"b":[1,-2.5e3,true,{}]},"text":""}`,
		"{\"text\":\"a\"}\r\n\r\n[1]\nnull\n\"", `{"t\u0065xt":"\\\"\u0000"}`, "{\"text\":\"\xff\"}", ` { "id" : 12 , "contents" : "x\r\ny" } `, `{"":0,"text":"x"`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		in := inputOf(data, 1000)
		var got []Record
		if err := readJSONL(in, newSchema(Fields{}, false), func(r Record) bool { got = append(got, r); return true }); err != nil {
			t.Fatal(err)
		}
		checkRead(t, in, got)
		all := strings.Split(data, "\n")
		for _, r := range got {
			var m map[string]any
			if err := json.Unmarshal([]byte(all[r.Line-1]), &m); err != nil {
				t.Fatalf("accepted %q: %v", all[r.Line-1], err)
			}
			if !slices.ContainsFunc(knownText, func(n string) bool { s, ok := m[n].(string); return ok && clean(s) == r.Passage.Text }) {
				t.Errorf("%q gave the text %q", all[r.Line-1], r.Passage.Text)
			}
		}
	})
}

// FuzzCSV checks that no file breaks the reader, and that it agrees with encoding/csv where that accepts the file.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"id,text\n1,x\n", "text,id\r\n\"a\r\n\"\"b\"\"\",2\r\n", "text\n\"unclosed", "text,\n\"a\"b,\n\"c\",\n", "text,a\n,,,\n\n \nx,y", "text,id\n\"\",\"\"\n\"\xff\",\x00\n", "text\ra\rb", "a\n\"\"\"\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		in := inputOf(data, 1000)
		var got []Record
		err := readCSV(in, func(r Record) bool { got = append(got, r); return true })
		if rule := ruleOf(t, err); err != nil && rule != "columns" && rule != "quote" {
			t.Fatal(err)
		}
		checkRead(t, in, got)
		std := csv.NewReader(strings.NewReader(data))
		std.FieldsPerRecord = -1
		want, err := std.ReadAll()
		if err != nil {
			return
		}
		compareRows(t, want, data)
	})
}

// compareRows checks the rows against those of encoding/csv, which drops empty lines and some \r.
func compareRows(t *testing.T, want [][]string, data string) {
	t.Helper()
	c := &csvReader{br: bufio.NewReader(strings.NewReader(data)), eol: '\n', max: DefaultMaxLine, path: "fuzz"}
	isBlank := func(row []string) bool { return len(row) == 1 && strings.TrimSpace(row[0]) == "" }
	want = slices.DeleteFunc(want, isBlank)
	for {
		err := c.next()
		if err == io.EOF {
			break
		}
		if err != nil || c.broken {
			t.Fatalf("%q: %v, broken %t; encoding/csv reads it", data, err, c.broken)
		}
		var row []string
		for _, cell := range c.row() {
			row = append(row, string(cell))
		}
		if isBlank(row) {
			continue
		}
		if len(want) == 0 || !slices.EqualFunc(row, want[0], func(a, b string) bool {
			return strings.ReplaceAll(a, "\r", "") == strings.ReplaceAll(b, "\r", "")
		}) {
			t.Fatalf("%q: row %q, encoding/csv has %q", data, row, want)
		}
		want = want[1:]
	}
	if len(want) > 0 {
		t.Fatalf("%q: rows %q are missing", data, want)
	}
}

// FuzzRows checks that no content breaks the readers of training sets, and what holds of every row that they hand out.
func FuzzRows(f *testing.F) {
	for _, seed := range []string{
		`{"query":"q","pos":["p"],"neg":["n",null],"pos_scores":[1e400]}`, `{"query":"q","positive_passages":[{"docid":1,"text":"p"}],"negative_passages":null}`,
		"a b\tc d\te f\n", "anchor,positive,label\nq,\"p\nx\",1\nq,n,0\n", `{"anchor":"q","positive":"p","score":[1,[2]]}`, `{"query":"q","docs":["a"],"labels":[0.0]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		for _, name := range []string{"flagembedding", "tevatron", "st", "triples"} {
			for pass := range 2 {
				in := inputOf(data, 1000)
				in.pass = pass
				n := 0
				err := formats[name].rows(in, func(r Row) bool {
					n++
					if r.Query == "" || len(r.Positives)+len(r.Negatives) == 0 || r.Line < 1 {
						t.Errorf("%s: %+v", name, r)
					}
					for _, x := range append(r.Positives, r.Negatives...) {
						if x.ID == "" || x.Text == "" || x.Text != clean(x.Text) || strings.ContainsRune(x.Text, 0) {
							t.Errorf("%s: %+v", name, x)
						}
					}
					return true
				})
				checkStats(t, in.led.stats)
				if err == nil && int64(n) > in.led.stats.Good {
					t.Errorf("%s: %d rows, %+v", name, n, in.led.stats)
				}
			}
		}
	})
}
