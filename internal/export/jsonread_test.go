package export

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"hardneg"
)

// linePieces are what lines are spoiled with.
var linePieces = []string{
	" ", ",", ":", "{", "}", "[", "]", `"`, `\`, "null", "0", "1", "-", ".", "e5", "E-2", "00", "1.", ".5", "-0.0", "1e400", "\t", "\n", "\r\n", "\x00", "\x7f", "\xff", "\xe2\x80", "\xed\xa0\x80",
	`\/`, `\u00e9`, `\u000A`, `\u000a`, `\ud83d`, `\uD83D\uDE00`, `\ufffd`, `\u2028`, `\u12`, `\x`, `\"`, `\\`, "\u2028", "é", "文",
	`"title":"",`, `"score":1.0`, `,"weight":0.5`, `,"similarity":null`, `,"spares":[]`, `,"hard_queries":[]`, `"extra":1,`, `,"grade":2`, "[]", "{}", `""`,
}

func spoiled(r *rand.Rand, line string) string {
	place := func() int { return r.IntN(len(line) + 1) }
	for range 1 + r.IntN(2) {
		a, b := place(), place()
		a, b = min(a, b), max(a, b)
		switch r.IntN(6) {
		case 0: // cut off, or out
			line = line[:a] + line[b:]
		case 1: // a character less
			line = line[:a] + line[min(a+1, len(line)):]
		case 2: // twice
			b = min(b, a+40)
			line = line[:b] + line[a:]
		case 3:
			line = line[:a] + linePieces[r.IntN(len(linePieces))] + line[a:]
		case 4:
			line = line[:a] + linePieces[r.IntN(len(linePieces))] + line[min(a+1, len(line)):]
		default: // at the end of a string or of a list, where it is most likely to fit
			if at := strings.IndexAny(line[a:], `",]`); at >= 0 {
				line = line[:a+at] + linePieces[r.IntN(len(linePieces))] + line[a+at:]
			}
		}
	}
	return line
}

// sameAsLibrary reports whether a line is a known one, which the library must read as the same.
func sameAsLibrary[T any](t *testing.T, line string, columns []Column, take func(*knownLine) T) bool {
	t.Helper()
	v, ok := known(line, take)
	if !ok {
		return false
	}
	want, err := decodeOdd[T](line, columns)
	if err != nil {
		t.Fatalf("%q\nis read, and is an error: %v", line, err)
	}
	if !reflect.DeepEqual(v, want) || byLibrary(t, v) != byLibrary(t, want) { // which tells 0 from -0
		t.Fatalf("%q\ngot  %s\nwant %s", line, byLibrary(t, v), byLibrary(t, want))
	}
	return true
}

// cut takes out what a row has no columns for.
func (c jsonRow) cut(ex hardneg.Example) hardneg.Example {
	for _, texts := range [...][]hardneg.Text{ex.Positives, ex.Negatives, ex.Spares} {
		for i := range texts {
			if !c.weights {
				texts[i].Weight = nil
			}
			if !c.similarities {
				texts[i].Similarity = nil
			}
		}
	}
	return ex
}

func isReadAsByLibrary[T any](t *testing.T, r *rand.Rand, columns []Column, takes func(*knownLine) T, made func() string) {
	t.Helper()
	read, left := 0, 0
	for range 400 {
		line := made()
		if !sameAsLibrary(t, line, columns, takes) {
			t.Fatalf("%q is not read", line)
		}
		for range 20 {
			if sameAsLibrary(t, spoiled(r, line), columns, takes) {
				read++
			} else {
				left++
			}
		}
	}
	if read < 250 || left < 250 {
		t.Errorf("of the spoiled lines, %d are read and %d are not", read, left)
	}
}

func TestLinesAreReadAsByTheLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 2))
	t.Run("rows", func(t *testing.T) {
		for i := range 16 {
			c := jsonRow{i&1 != 0, i&2 != 0, i&4 != 0, i&8 != 0}
			columns := recordColumns(Options{HardQueries: c.queries, Spares: c.spares, Similarities: c.similarities, Weighted: c.weights})
			if got := jsonRowOf(columns); got != c {
				t.Fatalf("columns of %+v are read as %+v", c, got)
			}
			isReadAsByLibrary(t, r, columns, c.take, func() string { return lineOf(c.cut(hardExample(r, true)), c.write) })
		}
	})
	t.Run("flagembedding", func(t *testing.T) {
		isReadAsByLibrary(t, r, flagColumns(Options{}), takeFlagRow, func() string {
			f := hardFlagRow(r, true)
			for len(f.Pos) == 0 || len(f.Neg) == 0 { // lists that are none are null
				f = hardFlagRow(r, true)
			}
			return lineOf(f, writeFlagRow)
		})
	})
	t.Run("documents", func(t *testing.T) {
		isReadAsByLibrary(t, r, corpusColumns(), takeDocument, func() string {
			return lineOf(document{hardString(r, true), hardString(r, true), hardString(r, true)}, writeDocument)
		})
	})
	t.Run("questions", func(t *testing.T) {
		isReadAsByLibrary(t, r, questionColumns(), takeQuestion, func() string { return lineOf(question{hardString(r, true), hardString(r, true)}, writeQuestion) })
	})
}

// TestLinesThatAreLeftToTheLibrary has one of each kind; what they are is what it says.
func TestLinesThatAreLeftToTheLibrary(t *testing.T) {
	for line, want := range map[string]string{
		`{"_id":"1","text":"a"}`:                     "does not end",
		"{\"_id\":\"1\",\"text\":\"\xff\"}\n":        "not UTF-8",
		"{\"_id\":\"1\",\"text\":\"\t\"}\n":          "invalid character",
		`{"text":"a","_id":"1"}` + "\n":              "",
		`{"_id": "1","text":"a"}` + "\n":             "",
		`{"_id":"1"}` + "\n":                         `the key "text" is missing`,
		`{"_id":null,"text":"a"}` + "\n":             "_id: null is no string",
		`{"_id":"1","text":"\/\ud83d\ude00"}` + "\n": "",
		`{"_id":"1","text":"\ud83d"}` + "\n":         "surrogate",
		`{"_id":"1","text":"a","text":"b"}` + "\n":   "duplicate",
		`{"_id":"1","text":"a","more":"b"}` + "\n":   "unknown",
		`{"_id":"1","text":"a"}{}` + "\n":            "after top-level value",
		`{"_id":"1","text":1}` + "\n":                "unmarshal JSON number",
		"\n":                                         "EOF",
	} {
		if _, ok := known(line, takeQuestion); ok {
			t.Errorf("%q is read by hand", line)
		}
		_, err := decodeLine(line, questionColumns(), takeQuestion)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", line, err, want)
		}
	}
}

func TestUTF8AndControlsOfALine(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 3))
	for range 20000 {
		s := hardString(r, r.IntN(2) == 0)
		if r.IntN(2) == 0 {
			b := []byte(s + strings.Repeat("文 text é", r.IntN(5)))
			for range min(len(b), r.IntN(3)) {
				b[r.IntN(len(b))] = byte(r.Uint32())
			}
			s = string(b)
		}
		valid, controls := utf8.ValidString(s), slices.ContainsFunc([]byte(s), func(c byte) bool { return c < ' ' })
		if isUTF8(s) != valid || unbroken(s+"\n") != (valid && !controls) || unbroken(strings.TrimRight(s, "\n")) {
			t.Fatalf("%q: UTF-8 %v, unbroken %v", s, isUTF8(s), unbroken(s+"\n"))
		}
	}
}

func BenchmarkReadLine(b *testing.B) {
	for name, s := range map[string]string{"ascii": words(1, 130), "chinese": strings.Repeat("硬负例挖掘，文本。", 30), "lines": strings.Repeat("a line of text, of some words\n", 25)} {
		ex := bulk(1)
		for i := range ex.Negatives {
			ex.Negatives[i].Text = s
		}
		line := lineOf[hardneg.Example](ex, jsonRow{}.write)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				if _, err := decodeLine(line, nil, jsonRow{}.take); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
