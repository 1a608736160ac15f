package corpus

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rows are records as "line|id|title|text".
func rows(records []Record) []string {
	var out []string
	for _, r := range records {
		id := r.Passage.ID
		if !r.GivenID {
			id = "-"
		}
		out = append(out, strings.Join([]string{strconv.Itoa(r.Line), id, r.Passage.Title, r.Passage.Text}, "|"))
	}
	return out
}

func TestTablesReadRows(t *testing.T) {
	for _, tt := range []struct {
		name, file, content string
		o                   Options
		want                []string
		bad                 string // the first problem
		badLines            int64
	}{
		{name: "csv", file: "a.csv", content: "id,title,text\n1,T,body\n2,,more\n", want: []string{"2|1|T|body", "3|2||more"}},
		{name: "csv without ids and final newline", file: "a.csv", content: "n,text\n1,body", want: []string{"2|-||body"}},
		{name: "csv quotes", file: "a.csv", content: "id,text\n1,\"a, \"\"b\"\"\"\n2,c \"d\" e\n3,\"\"\"\"\n", want: []string{`2|1||a, "b"`, `3|2||c "d" e`, `4|3||"`}},
		{name: "csv cells over lines", file: "a.csv", content: "id,text\r\n1,\"a\r\n\r\nb\"\r\n2,c\r\n", want: []string{"2|1||a\n\nb", "5|2||c"}},
		{name: "csv byte order mark, quoted capital header", file: "a.csv", content: "\ufeff\"ID\",\"Text\"\n", want: nil},
		{name: "csv capitals", file: "a.csv", content: "\ufeff\"ID\",Text\n7,x\n", want: []string{"2|7||x"}},
		{name: "csv blank lines", file: "a.csv", content: "\n\nid,text\n\n1,x\n  \n2,y", want: []string{"5|1||x", "7|2||y"}},
		{name: "csv old Mac line ends", file: "a.csv", content: "id,text\r1,x\r2,\"y\rz\"\r", want: []string{"2|1||x", "3|2||y\nz"}},
		{name: "csv named columns", file: "a.csv", content: "text,key,body\nno,1,yes\n", o: Options{Fields: Fields{ID: "key", Text: "body"}}, want: []string{"2|1||yes"}},
		{name: "csv too many cells", file: "a.csv", content: "id,text\n1,a,b\n2,y\n", want: []string{"3|2||y"}, bad: "a.csv:2: has 3 cells, the header has 2; quote cells that hold commas", badLines: 1},
		{name: "csv stray quote counts its lines", file: "a.csv", content: "id,text\n1,\"a\n2,b\n3,\"c\n4,y\n", want: []string{"5|4||y"}, bad: "a.csv:2: text after a closing quote; double the quotes inside a quoted cell", badLines: 3},
		{name: "csv row too long", file: "a.csv", content: "id,text\n1,\"" + strings.Repeat("x\n", 40) + "\"\n2,y\n", o: Options{MaxLine: 60}, want: []string{"43|2||y"}, bad: "a.csv:2: longer than 60 bytes; split the text into passages", badLines: 41},
		{name: "csv row of separators", file: "a.csv", content: "id,text\n" + strings.Repeat(",", 90) + "\n2,y\n", o: Options{MaxLine: 60}, want: []string{"3|2||y"}, bad: "a.csv:2: has 91 cells, the header has 2; quote cells that hold commas", badLines: 1},
		{name: "csv Latin-1", file: "a.csv", content: "id,text\n1,caf\xe9\n2,y\n", want: []string{"3|2||y"}, bad: `a.csv:2:4: field text: not UTF-8; convert the file, for example with: iconv -f LATIN1 -t UTF-8; near "caf\xe9"`, badLines: 1},
		{name: "csv NUL", file: "a.csv", content: "id,text\n1,\x00\n2,y\n", want: []string{"3|2||y"}, bad: `a.csv:2:1: field text: holds a NUL byte; the file is damaged or not text; near "\x00"`, badLines: 1},
		{name: "csv empty text", file: "a.csv", content: "id,text\n1,\n2,y\n", want: []string{"3|2||y"}, bad: "a.csv:2: field text: is empty; give the text or remove the line", badLines: 1},
		{name: "csv named id empty", file: "a.csv", content: "id,text\n,x\n2,y\n", o: Options{Fields: Fields{ID: "id"}}, want: []string{"3|2||y"}, bad: "a.csv:2: field id: missing or empty; give each line its own id", badLines: 1},
		{name: "tsv", file: "a.tsv", content: "id\ttitle\ttext\r\n1\tT\ta \"b, c\r\n\r\n2\t\td\r\n", want: []string{`2|1|T|a "b, c`, "4|2||d"}},
		{name: "tsv quotes are data", file: "a.tsv", content: "id\ttext\n1\t\"a\n2\t\"b\"\n", want: []string{`2|1||"a`, `3|2||"b"`}},
		{name: "tsv in quotes, as pandas writes it", file: "a.tsv", content: "id\ttext\n1\t\"He said \"\"hello\"\" twice\"\n2\tplain, 5\" wide\n3\t\"with a\ttab\"\n", want: []string{`2|1||He said "hello" twice`, `3|2||plain, 5" wide`, "4|3||with a\ttab"}},
		{name: "tsv with everything in quotes", file: "a.tsv", content: "\"id\"\t\"text\"\n\"1\"\t\"a\"\n", want: []string{"2|1||a"}},
		{name: "tsv with cells that begin with a quotation", file: "a.tsv", content: "id\ttext\n1\t\"Yes\" is a word\n2\t\"No\"\n", want: []string{`2|1||"Yes" is a word`, `3|2||"No"`}},
		{name: "tsv too many cells", file: "a.tsv", content: "id\ttext\n1\ta\tb\n2\ty\n", want: []string{"3|2||y"}, bad: "a.tsv:2: has 3 cells, the header has 2; a tab inside a text must become a space", badLines: 1},
		{name: "tsv too long", file: "a.tsv", content: "id\ttext\n1\t" + strings.Repeat("x", 99) + "\n2\ty\n", o: Options{MaxLine: 60}, want: []string{"3|2||y"}, bad: "a.tsv:2: longer than 60 bytes; split the text into passages", badLines: 1},
		{name: "tsv Latin-1", file: "a.tsv", content: "id\ttext\n1\tcaf\xe9\n2\ty\n", want: []string{"3|2||y"}, bad: `a.tsv:2:6: not UTF-8; convert the file, for example with: iconv -f LATIN1 -t UTF-8; near "1\tcaf\xe9"`, badLines: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			s, got, err := readAll(writeIn(t, ".", tt.file, tt.content), tt.o)
			if tt.want == nil {
				if rule := ruleOf(t, err); rule != "empty" {
					t.Fatalf("a header alone: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, rows(got)); diff != "" {
				t.Error(diff)
			}
			var first string
			if p := s.Problems(); len(p) > 0 {
				first = p[0].String()
			}
			if diff := cmp.Diff(tt.bad, first); diff != "" || s.Stats().Bad != tt.badLines {
				t.Errorf("%s\n%+v", diff, s.Stats())
			}
			checkStats(t, s.Stats())
		})
	}
}

func TestTablesRefuseHeaders(t *testing.T) {
	for _, tt := range []struct {
		name, file, content string
		fields              Fields
		message, hint       string
	}{
		{name: "csv without text column", file: "a.csv", content: "id,body\n1,x\n", message: "a.csv:1: no column text or contents or passage; the first line has 2: id, body", hint: "corpus.fields"},
		{name: "csv with semicolons", file: "a.csv", content: "id;text\n1;x\n", message: "a.csv:1: no column text or contents or passage; the first line has 1: id;text", hint: "parted by commas"},
		{name: "csv without the named text", file: "a.csv", content: "id,text\n1,x\n", fields: Fields{Text: "body"}, message: "a.csv:1: no column body; the first line has 2: id, text", hint: "corpus.fields"},
		{name: "csv without the named id", file: "a.csv", content: "id,text\n1,x\n", fields: Fields{ID: "key"}, message: "a.csv:1: no column key; the first line has 2: id, text", hint: "corpus.fields"},
		{name: "csv without the named title", file: "a.csv", content: "id,text\n1,x\n", fields: Fields{Title: "head"}, message: "a.csv:1: no column head; the first line has 2: id, text", hint: "corpus.fields"},
		{name: "csv with the column twice", file: "a.csv", content: "text,id,text\na,1,x\n", message: "a.csv:1: column text stands twice", hint: "corpus.fields"},
		{name: "csv header broken", file: "a.csv", content: "\"id\"x,text\n1,x\n", message: "a.csv:1: the header cannot be read as csv", hint: "quotes"},
		{name: "csv quote never closed", file: "a.csv", content: "id,text\n1,x\n2,\"y\n3,z\n", message: "a.csv:3: a quote of this row is never closed", hint: "cut off"},
		{name: "MS MARCO with two columns", file: "a.tsv", content: "0\tThe presence of communication amid scientific minds was equally important\n", message: "a.tsv:1: no column text or contents or passage; the first line has 2: 0, The presence of communication amid scien…", hint: "(printf 'id\\ttext\\n'; cat FILE) > NEW.tsv"},
		{name: "MS MARCO with three columns", file: "a.tsv", content: "0\tT\tbody\n", message: "a.tsv:1: no column text or contents or passage; the first line has 3: 0, T, body", hint: "printf"},
		{name: "tsv of nothing but tabs", file: "a.tsv", content: strings.Repeat("a\t", 9000), message: "a.tsv:1: the first line has more than 4096 columns", hint: "corpus.fields"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			_, _, err := readAll(writeIn(t, ".", tt.file, tt.content), Options{Fields: tt.fields, Format: tt.file[2:]})
			e, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("want *Error, got %v", err)
			}
			if diff := cmp.Diff(tt.message, e.Error()); diff != "" || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("%s\nhint: %s", diff, e.Hint)
			}
		})
	}
}

func TestTSVThatIsQuotedInPartIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		line    int
	}{
		"line break in the last cell":   {"id\ttext\n1\tplain\n2\t\"first line\nsecond line\"\n", 3},
		"line break before other cells": {"id\ttext\tn\n1\t\"first line\nsecond line\"\t7\n", 2},
		"one cell is not closed":        {"id\ttext\n1\t\"a \"\"b\"\" c\"\n2\t\"no end\n", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			_, _, err := readAll(writeIn(t, ".", "a.tsv", c.content), Options{})
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Rule != "quote" || e.Line != c.line || !strings.Contains(e.Hint, "jsonl") {
				t.Errorf("got %v", err)
			}
		})
	}
}
