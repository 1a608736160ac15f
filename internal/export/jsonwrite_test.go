package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hardneg"
)

// jsonPieces is what strings of JSON can be made of to be hard: escapes, what is nearly one, all lengths of UTF-8, and what is none.
var jsonPieces = []string{
	"", "a", "plain words of a text ", strings.Repeat("long ", 30), `"`, `\`, "/", "<&>", "\x7f", "\x00", "\x01", "\x1f", "\b", "\f", "\n", "\r", "\t", " ",
	"é", "ß", "硬负例", strings.Repeat("文本", 20), "…", "“”", "\u2027", "\u2028", "\u2029", "\u202a", "\ufffd", "\U0001F600", "\u20ac", "\U0010ffff",
	"\xff", "\x80", "\xe2", "\xe2\x80", "\xe2\x80\xa8"[:2] + "\n", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x9f\x98",
}

// hardString is made of them; a valid one is UTF-8.
func hardString(r *rand.Rand, valid bool) string {
	var b strings.Builder
	for range r.IntN(1 + r.IntN(12)) {
		b.WriteString(jsonPieces[r.IntN(len(jsonPieces))])
	}
	if valid {
		return strings.ToValidUTF8(b.String(), "")
	}
	return b.String()
}

func hardNumber(r *rand.Rand) float64 {
	some := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 1.0 / 3, 1e-7, -1e-300, 5e-324, 1e21, 123456789, math.MaxFloat64}
	if i := r.IntN(2 * len(some)); i < len(some) {
		return some[i]
	}
	return r.Float64()*2 - 1
}

func hardTexts(r *rand.Rand, valid bool) []hardneg.Text {
	maybe := func() *float64 {
		if x := hardNumber(r); r.IntN(2) == 0 {
			return &x
		}
		return nil
	}
	texts := make([]hardneg.Text, r.IntN(4))
	for i := range texts {
		texts[i] = hardneg.Text{DocID: hardString(r, valid), Title: hardString(r, valid), Text: hardString(r, valid), Source: hardneg.Source(hardString(r, valid)),
			Strategy: hardString(r, valid), Model: hardString(r, valid), Grade: hardneg.Grade(r.IntN(int(hardneg.Answers) + 1)),
			Score: hardNumber(r), HasScore: r.IntN(2) == 0, Weight: maybe(), Similarity: maybe()}
	}
	return texts
}

func hardExample(r *rand.Rand, valid bool) hardneg.Example {
	ex := hardneg.Example{QueryID: hardString(r, valid), Query: hardString(r, valid), PassageID: hardString(r, valid), QueryModel: hardString(r, valid), QueryPrompt: hardString(r, valid),
		Positives: hardTexts(r, valid), Negatives: hardTexts(r, valid), Spares: hardTexts(r, valid)}
	for range r.IntN(3) {
		ex.HardQueries = append(ex.HardQueries, hardneg.HardQuery{Text: hardString(r, valid), Grade: hardneg.Grade(r.IntN(int(hardneg.Answers) + 1)), Score: hardNumber(r)})
	}
	return ex
}

// typed is the row of an example as the type that has just the fields asked for.
func (c jsonRow) typed(ex hardneg.Example) any {
	r := newWithSpares(ex)
	similar := each(r.Positives, func(p positive) comparedPositive { return comparedPositive(p) })
	others := func(from []negative) []comparedWeighted {
		return each(from, func(n negative) comparedWeighted { return comparedWeighted(n) })
	}
	full := sparedQueries[comparedPositive, comparedWeighted]{rowOf[comparedPositive, comparedWeighted]{r.QueryID, r.Query, r.PassageID, similar, others(r.Negatives),
		r.QueryModel, r.QueryPrompt}, r.HardQueries, others(r.Spares)}
	plain := sparedRow[positive, negative]{rowOf[positive, negative]{r.QueryID, r.Query, r.PassageID, r.Positives, r.Negatives, r.QueryModel, r.QueryPrompt}, r.Spares}
	switch c {
	case jsonRow{}:
		return r.record
	case jsonRow{queries: true}:
		return r.withQueries
	case jsonRow{spares: true}:
		return plain
	case jsonRow{queries: true, spares: true}:
		return r
	case jsonRow{similarities: true}:
		return compared(r.record, func(n negative) comparedNegative { return comparedNegative(n) })
	case jsonRow{queries: true, similarities: true}:
		return comparedQueries[comparedWeighted]{compared(r.record, func(n negative) comparedWeighted { return comparedWeighted(n) }), r.HardQueries}
	case jsonRow{spares: true, similarities: true}:
		return sparedRow[comparedPositive, comparedWeighted]{full.rowOf, full.Spares}
	}
	return full
}

// byLibrary is a line as encoding/json has it.
func byLibrary(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func lineOf[T any](v T, write func(*jsonLine, T)) string {
	var l jsonLine
	write(&l, v)
	return string(l.b) + "\n"
}

func TestLinesAreThoseOfTheLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	check := func(got string, v any) {
		t.Helper()
		if want := byLibrary(t, v); got != want {
			t.Fatalf("%T\ngot  %q\nwant %q", v, got, want)
		}
	}
	for range 3000 {
		valid := r.IntN(3) > 0
		ex := hardExample(r, valid)
		for i := range 8 {
			c := jsonRow{i&1 != 0, i&2 != 0, i&4 != 0, false}
			check(lineOf(ex, c.write), c.typed(ex))
		}
		d := document{hardString(r, valid), hardString(r, valid), hardString(r, valid)}
		check(lineOf(d, writeDocument), d)
		q := question{d.ID, d.Text}
		check(lineOf(q, writeQuestion), q)
		f := hardFlagRow(r, valid)
		check(lineOf(f, writeFlagRow), f)
	}
}

func hardFlagRow(r *rand.Rand, valid bool) flagRow {
	f := flagRow{Query: hardString(r, valid), Prompt: hardString(r, valid), Type: hardString(r, valid)}
	for range r.IntN(3) {
		f.Pos, f.PosScores = append(f.Pos, hardString(r, valid)), append(f.PosScores, decimal(hardNumber(r)))
	}
	if r.IntN(2) == 0 {
		f.Neg, f.NegScores = []string{}, []decimal{}
	}
	for range r.IntN(3) {
		f.Neg, f.NegScores = append(f.Neg, hardString(r, valid)), append(f.NegScores, decimal(hardNumber(r)))
	}
	return f
}

// TestEveryByteIsWritten has each byte at each place of a word, alone and behind another that is escaped.
func TestEveryByteIsWritten(t *testing.T) {
	for c := range 256 {
		for at := range 17 {
			for _, around := range []string{"a", "\"", "é", "\u2028", "\xff"} {
				s := strings.Repeat(around, at) + string([]byte{byte(c)}) + strings.Repeat("z", 9)
				if got, want := string(appendJSON(nil, s))+"\n", byLibrary(t, s); got != want {
					t.Fatalf("%q: got %s want %s", s, got, want)
				}
			}
		}
	}
}

func TestANumberThatIsNoneIsNotWritten(t *testing.T) {
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		s, err := Create("jsonl", t.TempDir(), Options{Weighted: true})
		if err != nil {
			t.Fatal(err)
		}
		ex := example(1)
		ex.Negatives[0].Weight = &x
		if err := s.Write(ex); err == nil || !strings.Contains(err.Error(), fmt.Sprint(x)) {
			t.Errorf("%v was written: %v", x, err)
		}
	}
}

func BenchmarkLine(b *testing.B) {
	for name, s := range map[string]string{"ascii": words(1, 130), "chinese": strings.Repeat("硬负例挖掘，文本。", 30), "lines": strings.Repeat("a line of text, of some words\n", 25)} {
		ex := bulk(1)
		for i := range ex.Negatives {
			ex.Negatives[i].Text = s
		}
		b.Run(name, func(b *testing.B) {
			var l jsonLine
			for b.Loop() {
				l.b = l.b[:0]
				jsonRow{}.write(&l, ex)
			}
			b.SetBytes(int64(len(l.b)))
		})
	}
}

func TestPlainIsASCIIWithoutNUL(t *testing.T) {
	for n := range 40 {
		for at := range n {
			for b := range 256 {
				s := []byte(strings.Repeat("a", n))
				s[at] = byte(b)
				if got, want := isPlain(string(s)), b > 0 && b < 0x80; got != want {
					t.Fatalf("byte %d at %d of %d: %v", b, at, n, got)
				}
			}
		}
	}
}
