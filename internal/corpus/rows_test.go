package corpus

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

// shown is a row in a line: id query | positives | negatives, with ids and titles where they are given.
func shown(r Row) string {
	list := func(ts []Text) string {
		var out []string
		for _, t := range ts {
			s := t.Text
			if t.Title != "" {
				s = t.Title + "/" + s
			}
			if t.GivenID {
				s = t.ID + ":" + s
			} else if t.ID != TextID(t.Text) {
				s = "BAD ID " + s
			}
			out = append(out, s)
		}
		return strings.Join(out, ", ")
	}
	return fmt.Sprintf("%d %s%s | %s | %s", r.Line, r.QueryID, r.Query, list(r.Positives), list(r.Negatives))
}

func allRows(s *Source) (out []string, err error) {
	for r, e := range s.Rows() {
		if e != nil {
			return out, e
		}
		out = append(out, shown(r))
	}
	return out, nil
}

func problemsOf(s *Source) (out []string) {
	for _, p := range s.Problems() {
		text := p.String()
		out = append(out, text[strings.LastIndex(text, "/")+1:])
	}
	return out
}

func TestRowsOfTrainingSets(t *testing.T) {
	for _, tt := range []struct {
		name, file, content, format string
		rows, problems              []string
	}{
		{"flagembedding", "a.jsonl", `{"query":"q","pos":["p1","p2"],"neg":["n1"],"pos_scores":[1,0.5],"neg_scores":[0],"prompt":"x","type":"normal"}
{"query":"q2","pos":["p"]}
{"query":"q3","pos":"p","neg":[]}
{"query":"q4","pos":[]}
{"query":"","pos":["p"]}
{"query":"q5","pos":["p"],"neg":["n",""]}
{"query":"q6","pos":["p"],"neg":["n",3]}
{"query":"q7","pos":["p"],"neg":["n"],"neg_scores":[1,2]}
{"query":"q8","pos":["p"],"neg":["n"],"neg_scores":["x"]}
{"pos":["p"]}
{"query":"q9","pos":["p"],"pos":["other"]}
no json`, "flagembedding",
			[]string{"1 q | p1, p2 | n1", "2 q2 | p | "},
			[]string{"a.jsonl:3: field pos: is a string; write a list, also of one",
				"a.jsonl:4: field pos: is empty; a query needs a text that answers it",
				"a.jsonl:5: field query: is empty; give the text or remove the row",
				"a.jsonl:6: field neg[1]: is empty; give the text or remove the row",
				"a.jsonl:7: field neg[1]: is an integer; a text is a string",
				"a.jsonl:8: field neg_scores: holds 2 scores for 1 texts; give one for each, or leave the field out",
				"a.jsonl:9: field neg_scores[0]: is a string, not a number",
				"a.jsonl:10: field query: missing; give the text or remove the row",
				`a.jsonl:11:27: key "pos" stands twice in one object; keep one; near "{\"query\":\"q9\",\"pos\":[\"p\"],\"pos\":[\"other\"]}"`,
				`a.jsonl:12:2: not JSON: invalid character 'o' in literal null (expecting 'u'); write one object a line; near "no json"`}},
		{"tevatron", "a.jsonl", `{"query_id":7,"query":"q","positive_passages":[{"docid":"d1","title":"T","text":"p"}],"negative_passages":[{"docid":2,"text":"n"},{"text":"m"}]}
{"query_id":"x","query":"q","positive_passages":[{"docid":"d1","text":null}],"negative_passages":[]}
{"query_id":["x"],"query":"q","positive_passages":[{"docid":"d1","text":"t"}]}
{"query":"q","positive_passages":["p"]}
{"query":"q","positive_document_ids":["p"]}`, "tevatron",
			[]string{"1 7q | d1:T/p | 2:n, m"},
			[]string{"a.jsonl:2: field positive_passages[0].text: is null; give the text or remove the row",
				"a.jsonl:3: field query_id: is a list; an id is a string or an integer",
				"a.jsonl:4: field positive_passages[0]: is a string; write an object with docid, title and text",
				"a.jsonl:5: field positive_document_ids: names documents by id, where the first row has texts; write their texts as positive_passages and negative_passages, or import such rows as a file of their own"}},
		{"triples", "a.tsv", "what is it\tit is this\tit is not that\nwho was it\t\"he\" was\tshe was not\na b\tc d\te f\n\t\t\nonly\ttwo cells\n", "triples",
			[]string{"1 what is it | it is this | it is not that", `2 who was it | "he" was | she was not`, "3 a b | c d | e f"},
			[]string{"a.tsv:4: field query: is empty; give the text or remove the row", "a.tsv:5: has 2 cells, not query, positive and negative; a tab inside a text must become a space"}},
		{"triples with a header", "a.tsv", "query\tpos\tneg\na b\tc d\te f\n", "triples", []string{"2 a b | c d | e f"}, nil},
		{"st pair", "a.jsonl", `{"question":"q","answer":"p"}` + "\n" + `{"question":"q"}`, "st", []string{"1 q | p | "},
			[]string{"a.jsonl:2: has the fields question, the first row has question, answer; all rows need the same"}},
		{"st triplet in csv", "a.csv", "anchor,positive,negative\nq,p,n\n\"q, 2\",p,\n", "st", []string{"2 q | p | n"},
			[]string{"a.csv:3: field negative: is empty; give the text or remove the row"}},
		{"st n-tuple", "a.jsonl", `{"anchor":"q","positive":"p","negative_1":"n","negative_2":"m"}`, "st", []string{"1 q | p | n, m"}, nil},
		{"st n-tuple with scores", "a.jsonl", `{"anchor":"q","positive":"p","negative_1":"n","score":[0.9,0.1]}` + "\n" + `{"anchor":"q","positive":"p","negative_1":"n","score":[0.9]}`,
			"st", []string{"1 q | p | n"}, []string{"a.jsonl:2: field score: holds 1 scores for 2 texts; give one for each, or leave the field out"}},
		{"st margin", "a.jsonl", `{"query":"q","passage1":"p","passage2":"n","label":2.5}` + "\n" + `{"query":"q","passage1":"p","passage2":"n","label":-1}`, "st", []string{"1 q | p | n"},
			[]string{"a.jsonl:2: field label: is a margin below 0: the first text is not the better one; put it second and turn the sign"}},
		{"st labelled pair, negatives first", "a.csv", "query,answer,label\nq,n,0\nq,p,1\nq,m,0.0\nq,x,0.5\n", "st", []string{"3 q | p | ", "2 q |  | n", "4 q |  | m"},
			[]string{"a.csv:5: field label: is 0.5; only 1 (answers) and 0 (does not) say what a text is; leave out rows between them"}},
		{"st labelled list", "a.jsonl", `{"query":"q","docs":["n","p"],"labels":[0,1]}` + "\n" + `{"query":"q","docs":["n"],"labels":[0,1]}`, "st", []string{"1 q | p | n"},
			[]string{"a.jsonl:2: field labels: holds 2 labels for 1 texts; give one for each"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, pack := range []func(string) string{func(s string) string { return s }, gzipped, zstded} {
				s := open(t, write(t, tt.file, pack(tt.content)), Options{})
				if s.Format() != tt.format || !s.IsSet() {
					t.Fatalf("format %s", s.Format())
				}
				rows, err := allRows(s)
				if diff := cmp.Diff(tt.rows, rows); err != nil || diff != "" {
					t.Error(err, diff)
				}
				if diff := cmp.Diff(tt.problems, problemsOf(s)); diff != "" {
					t.Error(diff)
				}
				checkStats(t, s.Stats())
				if again, err := allRows(s); err != nil || !cmp.Equal(rows, again) {
					t.Error("differs when it is read again")
				}
			}
		})
	}
}

func TestWhatASetCannotBeIsSaidAtOnce(t *testing.T) {
	for _, tt := range []struct{ name, file, content, format, rule, says string }{
		{"passages or a set", "a.jsonl", `{"query":"q","pos":["p"],"text":"t"}`, "", "ambiguous", "could be flagembedding or jsonl"},
		{"two sets", "a.jsonl", `{"query":"q","pos":["p"],"positive_passages":[]}`, "", "ambiguous", "could be flagembedding or tevatron"},
		{"two sets in csv", "a.csv", "query,answer,text\nq,p,t\n", "", "ambiguous", "could be st or csv"},
		{"columns in the wrong order", "a.jsonl", `{"positive":"p","anchor":"q"}`, "", "columns", "column positive is number 1 of the texts"},
		{"an id among the texts", "a.jsonl", `{"anchor":"q","positive":"p","id":3}`, "", "columns", "column id holds an integer"},
		{"a query alone", "a.jsonl", `{"query":"q","label":1}`, "st", "columns", "has 1 columns of texts"},
		{"triples of ids", "a.tsv", "1\t2\t3\n", "triples", "ids", "names its texts by ids"},
		{"a table as flagembedding", "a.csv", "query,pos\nq,p\n", "flagembedding", "format", "neither JSON lines nor Parquet"},
		{"all rows bad", "a.jsonl", `{"query":"q","pos":"p"}`, "", "empty", "a.jsonl:1: field pos: is a string"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Open(write(t, tt.file, tt.content), Options{Format: tt.format})
			if err == nil {
				_, err = allRows(s)
			}
			if ruleOf(t, err) != tt.rule || !strings.Contains(err.Error(), tt.says) {
				t.Error(err)
			}
		})
	}
}

func writeParquet[T any](t testing.TB, rows []T, o ...parquet.WriterOption) string {
	t.Helper()
	path := write(t, "a.parquet", "")
	if err := parquet.WriteFile(path, rows, o...); err != nil {
		t.Fatal(err)
	}
	return path
}

type parquetPassage struct {
	DocID string  `parquet:"docid"`
	Text  string  `parquet:"text"`
	Title *string `parquet:"title,optional"`
}

type parquetTevatron struct {
	ID        string           `parquet:"query_id"`
	Query     string           `parquet:"query"`
	Positives []parquetPassage `parquet:"positive_passages,list"`
	Negatives []parquetPassage `parquet:"negative_passages,list,optional"`
	Subset    string           `parquet:"subset"`
}

func TestTevatronInParquet(t *testing.T) {
	title := "T"
	path := writeParquet(t, []parquetTevatron{
		{"1", "q", []parquetPassage{{"d1", "p", &title}, {"d2", "o", nil}}, []parquetPassage{{"d3", "n", nil}}, ""},
		{"2", "r", []parquetPassage{{"d4", "p", nil}}, nil, ""},
		{"3", "s", nil, []parquetPassage{{"d5", "n", nil}}, ""},
		{"4", "t", []parquetPassage{{"d6", "bad \xff", nil}}, nil, ""},
	}, parquet.MaxRowsPerRowGroup(2))
	s := open(t, path, Options{})
	rows, err := allRows(s)
	if diff := cmp.Diff([]string{"1 1q | d1:T/p, d2:o | d3:n", "2 2r | d4:p | "}, rows); err != nil || diff != "" {
		t.Error(err, diff)
	}
	want := []string{"a.parquet:3: field positive_passages: is empty; a query needs a text that answers it",
		"a.parquet:4: field positive_passages[0].text: is not UTF-8; convert the file"}
	if diff := cmp.Diff(want, problemsOf(s)); diff != "" {
		t.Error(diff)
	}
}

func TestPassagesInParquet(t *testing.T) {
	type row struct {
		ID    int64  `parquet:"id"`
		Title string `parquet:"title"`
		Text  string `parquet:"text"`
	}
	s, got, err := readAll(writeParquet(t, []row{{1, "T", "first"}, {2, "", ""}, {3, "", "third"}}), Options{})
	if diff := cmp.Diff([]string{"1|1|T|first", "3|3||third"}, rows(got)); err != nil || diff != "" || s.Format() != "parquet" {
		t.Error(err, diff)
	}
	if diff := cmp.Diff([]string{"a.parquet:2: field text: is empty; give the text or remove the line"}, problemsOf(s)); diff != "" {
		t.Error(diff)
	}
}

// Lists are written in other ways than ours: the repeated group and what is in it go by several names, or there is no group at all.
func TestListsOfOtherWriters(t *testing.T) {
	text := parquet.String()
	for name, list := range map[string]parquet.Node{
		"pyarrow":    parquet.Optional(parquet.Group{"list": parquet.Repeated(parquet.Group{"element": parquet.Optional(text)})}),
		"old":        parquet.Optional(parquet.Group{"list": parquet.Repeated(parquet.Group{"item": parquet.Optional(text)})}),
		"bare":       parquet.Repeated(text),
		"two levels": parquet.Group{"array": parquet.Repeated(text)},
	} {
		schema := parquet.NewSchema("row", parquet.Group{"query": text, "pos": list, "neg": list})
		path := write(t, "a.parquet", "")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		w := parquet.NewWriter(f, schema)
		full := 0
		for _, c := range schema.Columns() {
			leaf, _ := schema.Lookup(c...)
			full = max(full, leaf.MaxDefinitionLevel)
		}
		v := func(s string, rep, column int) parquet.Value { return parquet.ValueOf(s).Level(rep, full, column) }
		_, err = w.WriteRows([]parquet.Row{
			{parquet.ValueOf(nil).Level(0, 0, 0), v("p1", 0, 1), v("p2", 1, 1), parquet.ValueOf("q").Level(0, 0, 2)},
			{v("n1", 0, 0), v("p1", 0, 1), parquet.ValueOf("r").Level(0, 0, 2)},
		})
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(name, err)
		}
		f.Close()
		got, err := allRows(open(t, path, Options{}))
		if diff := cmp.Diff([]string{"1 q | p1, p2 | ", "2 r | p1 | n1"}, got); err != nil || diff != "" {
			t.Error(name, err, diff)
		}
	}
}

func TestBrokenParquetIsNoPartOfASet(t *testing.T) {
	type row struct {
		Query string   `parquet:"query"`
		Pos   []string `parquet:"pos,list"`
	}
	var all []row
	for i := range 3000 {
		all = append(all, row{fmt.Sprint("q", i), []string{TextID(fmt.Sprint(i))}})
	}
	path := writeParquet(t, all)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, broken := range map[string][]byte{"cut off": whole[:len(whole)/2], "without its end": whole[:len(whole)-9]} {
		s, err := Open(write(t, "b.parquet", string(broken)), Options{})
		if err == nil {
			_, err = allRows(s)
		}
		if ruleOf(t, err) != "stream" {
			t.Error(name, err)
		}
	}
	for at := 100; at < len(whole); at += 911 { // a changed byte is an error or data, never a panic
		broken := []byte(string(whole))
		broken[at] ^= 0x55
		if s, err := Open(write(t, "b.parquet", string(broken)), Options{}); err == nil {
			_, _ = allRows(s)
		}
	}
}
