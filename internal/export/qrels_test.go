package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// qrelsByLibrary is what visits readQrels makes, by encoding/csv alone.
func qrelsByLibrary(raw string) (visits []string) {
	r := csv.NewReader(strings.NewReader(raw))
	r.Comma, r.FieldsPerRecord = '\t', 3
	for n := 0; ; n++ {
		fields, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return append(visits, "end")
		case err != nil:
			return append(visits, err.Error())
		case n > 0:
			score, err := strconv.ParseInt(fields[2], 10, 64)
			line, _ := r.FieldPos(0)
			visits = append(visits, fmt.Sprintf("%d: %q %q %d %v", line, fields[0], fields[1], score, err))
		}
	}
}

func qrelsByHand(raw string, block int) (visits []string) {
	same := func(r relation) relation { return r }
	err := readQrelsIn(block, strings.NewReader(raw), int64(len(raw)), same, func(n int, r relation, err error) {
		visits = append(visits, fmt.Sprintf("%d: %q %q %d %v", n, r.Query, r.Doc, r.Score, err))
	})
	if err != nil {
		return append(visits, err.Error())
	}
	return append(visits, "end")
}

// oddIDs are ids that need quotes, and such as look as if they did.
func oddIDs() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", `\.`, `\`, `.`, "#", " a", "a ", "\u00a0a", "\u2003", "\x85", "\xa0", "\xff", "é", "a\tb", `a"b`, `"`, `""`, "a\rb", "a\nb", "\r", "\v", "\x00", "\x7f", "p0000001"}),
		rapid.StringOf(rapid.RuneFrom([]rune("ab#\\. \t\"\r\n\u00a0é"))), rapid.String(), rapid.StringMatching("[a-z0-9]{1,32}"))
}

func TestQrelsAreWrittenAsTheLibraryDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := relation{oddIDs().Draw(t, "query"), oddIDs().Draw(t, "doc"), rapid.Int64().Draw(t, "score")}
		var want bytes.Buffer
		w := csv.NewWriter(&want)
		w.Comma = '\t'
		if err := w.Write([]string{r.Query, r.Doc, strconv.FormatInt(r.Score, 10)}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		if got, err := appendQrel([]byte("before"), r); err != nil || string(got) != "before"+want.String() {
			t.Fatalf("%q, %v, want %q", got, err, want.String())
		}
	})
}

// TestQrelsAreReadAsTheLibraryDoes has lines that were written, and lines of anything, in blocks of all sizes.
func TestQrelsAreReadAsTheLibraryDoes(t *testing.T) {
	written := rapid.Custom(func(t *rapid.T) string {
		line, _ := appendQrel(nil, relation{oddIDs().Draw(t, "query"), oddIDs().Draw(t, "doc"), rapid.Int64Range(0, 1).Draw(t, "score")})
		return string(line)
	})
	plain := rapid.Map(rapid.StringMatching("[a-z0-9]{0,8}\t[a-z0-9#\\\\ ]{0,8}\t[01x]"), func(s string) string { return s + "\n" })
	wild := rapid.StringOf(rapid.RuneFrom([]rune("ab1\t\t\t\n\n\r\"")))
	seldom := rapid.OneOf(plain, plain, plain, plain, plain, plain, plain, plain, written, written, written, wild)
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]*rapid.Generator[string]{plain, written, rapid.OneOf(plain, written), seldom, wild}).Draw(t, "kind")
		raw := rapid.SampledFrom([]string{"", "query-id\tcorpus-id\tscore\n"}).Draw(t, "heading") + strings.Join(rapid.SliceOfN(line, 0, 40).Draw(t, "lines"), "")
		raw = raw[:len(raw)-rapid.IntRange(0, min(3, len(raw))).Draw(t, "cut")]
		block := rapid.IntRange(1, 200).Draw(t, "block")
		want, got := strings.Join(qrelsByLibrary(raw), "\n"), strings.Join(qrelsByHand(raw, block), "\n")
		if got != want {
			t.Fatalf("%q in blocks of %d:\n%s\nwant\n%s", raw, block, got, want)
		}
	})
}

func TestLongQrels(t *testing.T) {
	var b strings.Builder
	b.WriteString("query-id\tcorpus-id\tscore\n")
	for i := range 20_000 {
		fmt.Fprintf(&b, "%032x\tp%d\t%d\n", i/6, i, i%2)
	}
	plain := b.String()
	for name, raw := range map[string]string{
		"plain":              plain,
		"quotes":             strings.Replace(plain, "\tp15000\t", "\t\"p 15\"\"000\"\t", 1),
		"a field of lines":   strings.Replace(plain, "\tp15000\t", "\t\"p\n15\n000\"\t", 1),
		"an open field":      strings.Replace(plain, "\tp15000\t", "\t\"p15000\t", 1),
		"a field too many":   strings.Replace(plain, "\tp15000\t", "\tp15000\t\t", 1),
		"a carriage return":  strings.Replace(plain, "\tp15000\t1\n", "\tp15000\t1\r\n", 1),
		"a line of 200 kB":   strings.Replace(plain, "\tp15000\t", "\t"+strings.Repeat("p", 200_000)+"\t", 1),
		"a quote in a field": strings.Replace(plain, "\tp15000\t", "\tp\"15000\t", 1),
		"not a number":       strings.Replace(plain, "\tp15000\t1", "\tp15000\t1.0", 1),
	} {
		if want, got := qrelsByLibrary(raw), qrelsByHand(raw, qrelsBlock); strings.Join(want, "\n") != strings.Join(got, "\n") {
			t.Errorf("%s: %d visits, the last %s; want %d, %s", name, len(got), got[len(got)-1], len(want), want[len(want)-1])
		}
	}
}
