package corpus

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"hardneg"
)

func TestJSONLReadsRecords(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		fields     Fields
		want       hardneg.Passage
		hashed     bool
	}{
		{name: "BEIR names", line: `{"_id":"d1","title":"T","text":"body","metadata":{}}`, want: hardneg.Passage{ID: "d1", Title: "T", Text: "body"}},
		{name: "Tevatron names", line: `{"docid":"d1","contents":"body"}`, want: hardneg.Passage{ID: "d1", Text: "body"}},
		{name: "_id before id", line: `{"id":"b","_id":"a","text":"x"}`, want: hardneg.Passage{ID: "a", Text: "x"}},
		{name: "null gives way to the next name", line: `{"_id":null,"id":"b","text":null,"passage":"x"}`, want: hardneg.Passage{ID: "b", Text: "x"}},
		{name: "named fields", line: `{"k":"a","text":"no","b":"yes","h":"H"}`, fields: Fields{ID: "k", Title: "h", Text: "b"}, want: hardneg.Passage{ID: "a", Title: "H", Text: "yes"}},
		{name: "integer id", line: `{"id":12345678901234567890123,"text":"x"}`, want: hardneg.Passage{ID: "12345678901234567890123", Text: "x"}},
		{name: "minus zero id", line: `{"id":-0,"text":"x"}`, want: hardneg.Passage{ID: "0", Text: "x"}},
		{name: "odd ids are data", line: `{"id":"../a/b\nc","text":"x"}`, want: hardneg.Passage{ID: "../a/b\nc", Text: "x"}},
		{name: "null title", line: `{"id":"a","title":null,"text":"x"}`, want: hardneg.Passage{ID: "a", Text: "x"}},
		{name: "line ends and outer space", line: `{"id":"a","text":" \r\nx \r y\r\n z\t\n"}`, want: hardneg.Passage{ID: "a", Text: "x \n y\n z"}},
		{name: "U+2028 is no line end", line: "{\"id\":\"a\",\"text\":\"x\u2028y\"}", want: hardneg.Passage{ID: "a", Text: "x\u2028y"}},
		{name: "escapes and pairs", line: `{"\u0069d":"a","text":"\ud83d\ude00 \"q\" \\ud800 \/"}`, want: hardneg.Passage{ID: "a", Text: `😀 "q" \ud800 /`}},
		{name: "controls are kept", line: `{"id":"a","text":"x\fy\u0085z"}`, want: hardneg.Passage{ID: "a", Text: "x\fy\u0085z"}},
		{name: "no id", line: `{"text":"x"}`, want: hardneg.Passage{ID: TextID("x"), Text: "x"}, hashed: true},
		{name: "blank id", line: `{"id":" ","text":"x"}`, want: hardneg.Passage{ID: TextID("x"), Text: "x"}, hashed: true},
		{name: "space around tokens", line: " {\t\"id\" : \"a\" , \"n\":[ ], \"o\":[1 , {} ], \"text\" : \"x\" } ", want: hardneg.Passage{ID: "a", Text: "x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, got, err := readAll(write(t, "a.jsonl", tt.line), Options{Fields: tt.fields})
			if err != nil || len(got) != 1 {
				t.Fatalf("got %v, %v, problems %v", got, err, s.Problems())
			}
			if diff := cmp.Diff(tt.want, got[0].Passage); diff != "" {
				t.Error(diff)
			}
			if got[0].GivenID == tt.hashed || got[0].Line != 1 {
				t.Errorf("record %+v", got[0])
			}
		})
	}
}

// The messages are golden: they are what a user reads, and each says what to do.
func TestJSONLProblems(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, tt := range []struct {
		name, line, rule, want string
		o                      Options
	}{
		{name: "missing text", line: `{"id":"a","body":"x"}`, rule: "missing_text", want: `corpus.jsonl:2: field text: missing (known: text, contents, passage); the line has id, body: name the right one in corpus.fields.text`},
		{name: "missing named text", line: `{"id":"a","text":"x"}`, o: Options{Fields: Fields{Text: "body"}}, rule: "missing_text", want: `corpus.jsonl:2: field body: missing; the line has id, text: name the right one in corpus.fields.text`},
		{name: "no fields", line: `{}`, rule: "missing_text", want: `corpus.jsonl:2: field text: missing (known: text, contents, passage); the line has no fields: name the right one in corpus.fields.text`},
		{name: "null text", line: `{"text":null}`, rule: "missing_text", want: `corpus.jsonl:2: field text: is null; give the text or remove the line`},
		{name: "empty text", line: `{"contents":" \n\u00a0"}`, rule: "empty_text", want: `corpus.jsonl:2: field contents: is empty; give the text or remove the line`},
		{name: "text of wrong type", line: `{"text":["x"]}`, rule: "type", want: `corpus.jsonl:2: field text: is a list; a text is a string`},
		{name: "title of wrong type", line: `{"text":"x","title":7}`, rule: "type", want: `corpus.jsonl:2: field title: is an integer; a title is a string, null or left out`},
		{name: "fractional id", line: `{"id":1.0,"text":"x"}`, rule: "id", want: `corpus.jsonl:2: field id: is a number with a fraction or exponent; an id is a string or an integer`},
		{name: "boolean id", line: `{"id":true,"text":"x"}`, rule: "id", want: `corpus.jsonl:2: field id: is a boolean; an id is a string or an integer`},
		{name: "named id missing", line: `{"id":"a","text":"x"}`, o: Options{Fields: Fields{ID: "key"}}, rule: "id", want: `corpus.jsonl:2: field key: missing or empty; give each line its own id`},
		{name: "cut line", line: `{"id":"a","text":"x`, rule: "json", want: `corpus.jsonl:2:19: not JSON: unexpected end of JSON input; write one object a line; near "{\"id\":\"a\",\"text\":\"x"`},
		{name: "bad value", line: `{"id":"a","text":x}`, rule: "json", want: `corpus.jsonl:2:18: not JSON: invalid character 'x' looking for beginning of value; write one object a line; near "{\"id\":\"a\",\"text\":x}"`},
		{name: "two objects", line: `{"text":"x"} {"text":"y"}`, rule: "json", want: `corpus.jsonl:2:14: not JSON: invalid character '{' after top-level value; write one object a line; near "{\"text\":\"x\"} {\"text\":\"y\"}"`},
		{name: "raw control in a string", line: "{\"text\":\"a\tb\"}", rule: "json", want: "corpus.jsonl:2:11: not JSON: invalid character '\\t' in string literal; write one object a line; near \"{\\\"text\\\":\\\"a\\tb\\\"}\""},
		{name: "list", line: `["x"]`, rule: "not_object", want: `corpus.jsonl:2: is a list, not an object; write one object a line, for example with: jq -c '.[]'`},
		{name: "null line", line: `null`, rule: "not_object", want: `corpus.jsonl:2: is null, not an object; write one object a line`},
		{name: "duplicate key", line: `{"text":"x","text":"y"}`, rule: "duplicate_key", want: `corpus.jsonl:2:13: key "text" stands twice in one object; keep one; near "{\"text\":\"x\",\"text\":\"y\"}"`},
		{name: "duplicate key written otherwise", line: `{"text":"x","t\u0065xt":"y"}`, rule: "duplicate_key", want: `corpus.jsonl:2:13: key "text" stands twice in one object; keep one; near "{\"text\":\"x\",\"t\\u0065xt\":\"y\"}"`},
		{name: "nested duplicate key", line: `{"text":"x","m":[{"a":1,"a":2}]}`, rule: "duplicate_key", want: `corpus.jsonl:2:25: key "a" stands twice in one object; keep one; near "{\"text\":\"x\",\"m\":[{\"a\":1,\"a\":2}]}"`},
		{name: "Latin-1", line: "{\"text\":\"caf\xe9\"}", rule: "utf8", want: `corpus.jsonl:2:13: not UTF-8; convert the file, for example with: iconv -f LATIN1 -t UTF-8; near "{\"text\":\"caf\xe9\"}"`},
		{name: "half a pair", line: `{"text":"\ud83d!"}`, rule: "utf8", want: `corpus.jsonl:2: field text: holds half of a surrogate pair; write the whole character`},
		{name: "second half alone", line: `{"title":"\ude00","text":"x"}`, rule: "utf8", want: `corpus.jsonl:2: field title: holds half of a surrogate pair; write the whole character`},
		{name: "two first halves", line: `{"text":"\ud83d\ud83d"}`, rule: "utf8", want: `corpus.jsonl:2: field text: holds half of a surrogate pair; write the whole character`},
		{name: "NUL byte", line: "{\"text\":\"a\x00b\"}", rule: "nul", want: `corpus.jsonl:2:11: holds a NUL byte; the file is damaged or not text; near "{\"text\":\"a\x00b\"}"`},
		{name: "NUL escape", line: `{"text":"a\u0000b"}`, rule: "nul", want: `corpus.jsonl:2: field text: holds a NUL character; remove it`},
		{name: "NUL in the title", line: `{"text":"a","title":"\u0000"}`, rule: "nul", want: `corpus.jsonl:2: field title: holds a NUL character; remove it`},
		{name: "NUL in the id", line: `{"id":"a\u0000","text":"x"}`, rule: "nul", want: `corpus.jsonl:2: field id: holds a NUL character; remove it`},
		{name: "too long", line: `{"text":"` + long + `"}`, o: Options{MaxLine: 200}, rule: "too_long", want: `corpus.jsonl:2: longer than 200 bytes; split the text into passages`},
		{name: "many fields", line: manyFields(12), rule: "missing_text", want: `corpus.jsonl:2: field text: missing (known: text, contents, passage); the line has f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, … (12 in all): name the right one in corpus.fields.text`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			text := orKnown(tt.o.Fields.Text, []string{"text"})[0]
			good := fmt.Sprintf(`{"id":"%%[1]s","key":"%%[1]s",%q:"good"}`, text)
			content := fmt.Sprintf(good, "1") + "\n" + tt.line + "\n" + fmt.Sprintf(good, "3")
			writeIn(t, ".", "corpus.jsonl", content)
			s, got, err := readAll("corpus.jsonl", tt.o)
			if err != nil || len(got) != 2 || got[1].Line != 3 {
				t.Fatalf("the lines around must be read: %v, %v, %v", got, err, s.Problems())
			}
			problems := s.Problems()
			if len(problems) != 1 || problems[0].Rule != tt.rule || s.Stats().BadByRule[tt.rule] != 1 {
				t.Fatalf("want one problem of rule %s, got %+v", tt.rule, problems)
			}
			if diff := cmp.Diff(tt.want, problems[0].String()); diff != "" {
				t.Error(diff)
			}
			checkStats(t, s.Stats())
		})
	}
}

func manyFields(n int) string {
	var parts []string
	for i := range n {
		parts = append(parts, fmt.Sprintf(`"f%d":%d`, i, i))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func TestDuplicateKeyAmongMany(t *testing.T) {
	line := strings.TrimSuffix(manyFields(40), "}")
	if s := scanObject([]byte(line+`}`), nil); s.twice != nil || len(s.members) != 40 {
		t.Errorf("twice %q, %d members", s.twice, len(s.members))
	}
	for _, key := range []string{"f3", "f16", "f17", "f39"} {
		if s := scanObject([]byte(line+`,"`+key+`":0}`), nil); string(s.twice) != key {
			t.Errorf("twice = %q, want %s", s.twice, key)
		}
	}
}

func TestProblemsKeepsTheFirstTwenty(t *testing.T) {
	s, got, err := readAll(write(t, "a.jsonl", strings.Repeat("oops\n", 50)+"\n\n"+`{"text":"x"}`), Options{})
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	want := Stats{Lines: 53, Good: 1, Bad: 50, Blank: 2, BadByRule: map[string]int64{"json": 50}}
	if diff := cmp.Diff(want, s.Stats()); diff != "" {
		t.Error(diff)
	}
	if p := s.Problems(); len(p) != 20 || p[19].Line != 20 {
		t.Errorf("%d problems", len(p))
	}
}

func TestExcerptIsShortAndWhole(t *testing.T) {
	line := []byte(`{"text":` + strings.Repeat("é", 400) + `}`)
	for at := range line {
		e := excerpt(line, at)
		if len(e) > excerptLen || strings.ContainsRune(e, '\uFFFD') || !strings.Contains(string(line), e) {
			t.Fatalf("excerpt at %d: %q", at, e)
		}
	}
}

func TestControlCharactersAreCounted(t *testing.T) {
	s, _, err := readAll(write(t, "a.jsonl", `{"text":"a\u0007"}`+"\n"+`{"text":"b\tc\nd é"}`+"\n"+`{"text":"d\u0085e"}`), Options{})
	if err != nil || s.Stats().Control != 2 || s.Stats().Good != 3 {
		t.Errorf("%+v, %v", s.Stats(), err)
	}
}

func TestTextIDIgnoresFormAndSpace(t *testing.T) {
	if a, b := TextID("caf\u00e9  au\n lait"), TextID(" cafe\u0301 au lait"); a != b {
		t.Errorf("%s != %s", a, b)
	}
	if id := TextID("x"); id != "p2d711642b726b04401627ca9" {
		t.Errorf("id %s: the ids of existing runs would change", id)
	}
}
