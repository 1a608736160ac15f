package corpus

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTextParagraphs(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		max           int
		want          []string
		bad           string
	}{
		{name: "blank lines part", content: "one\n\n \ntwo\nlines\n", want: []string{"1|-||one", "4|-||two\nlines"}},
		{name: "CRLF, leading blanks, no final newline", content: "\r\n\r\none\r\n two \r\n\r\nthree", want: []string{"3|-||one\n two", "6|-||three"}},
		{name: "Latin-1 paragraph", content: "one\n\ntwo\ncaf\xe9\n\xff\n\nthree", want: []string{"1|-||one", "7|-||three"}, bad: `a.txt:4:4: not UTF-8; convert the file, for example with: iconv -f LATIN1 -t UTF-8; near "caf\xe9"`},
		{name: "NUL", content: "one\n\na\x00\n\nthree", want: []string{"1|-||one", "5|-||three"}, bad: `a.txt:3:2: holds a NUL byte; the file is damaged or not text; near "a\x00"`},
		{name: "long line", content: "one\n\n" + strings.Repeat("x", 70) + "\n\nthree", max: 60, want: []string{"1|-||one", "5|-||three"}, bad: "a.txt:3: longer than 60 bytes; split the text into passages"},
		{name: "long paragraph", content: "one\n\n" + strings.Repeat("x\n", 70) + "\nthree", max: 60, want: []string{"1|-||one", "74|-||three"}, bad: "a.txt:33: longer than 60 bytes; split the text into passages"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			s, got, err := readAll(writeIn(t, ".", "a.txt", tt.content), Options{MaxLine: tt.max})
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
			if diff := cmp.Diff(tt.bad, first); diff != "" || len(s.Problems()) > 1 {
				t.Error(diff)
			}
			checkStats(t, s.Stats())
		})
	}
}
