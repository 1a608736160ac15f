package export

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// jsonLine is a line of JSON that is being written. Its bytes are those of encoding/json without the escapes for HTML, which takes
// several times as long. What stands before a value, as brace, comma and key, is given as it stands in the line.
type jsonLine struct {
	b   []byte
	err error // of a value that JSON has no form for
}

func (l *jsonLine) raw(s string) { l.b = append(l.b, s...) }

func (l *jsonLine) text(before, s string) {
	l.b = append(l.b, before...)
	l.b = appendJSON(l.b, s)
}

// number writes what type decimal is in JSON.
func (l *jsonLine) number(before string, x float64) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		l.err = fmt.Errorf("JSON has no number %v", x)
		return
	}
	l.b = append(l.b, before...)
	from := len(l.b)
	l.b = strconv.AppendFloat(l.b, x, 'f', -1, 64)
	if bytes.IndexByte(l.b[from:], '.') < 0 {
		l.b = append(l.b, ".0"...)
	}
}

// optional writes a number, or else nothing, or null.
func (l *jsonLine) optional(before string, x *float64, null bool) {
	switch {
	case x != nil:
		l.number(before, *x)
	case null:
		l.raw(before)
		l.raw("null")
	}
}

// eachOf writes a list, of which put writes an element.
func eachOf[T any](l *jsonLine, before string, all []T, put func(*jsonLine, T)) {
	l.raw(before)
	l.raw("[")
	for i, v := range all {
		if i > 0 {
			l.raw(",")
		}
		put(l, v)
	}
	l.raw("]")
}

// eachOrNull is eachOf where a nil list is null.
func eachOrNull[T any](l *jsonLine, before string, all []T, put func(*jsonLine, T)) {
	if all == nil {
		l.raw(before)
		l.raw("null")
		return
	}
	eachOf(l, before, all, put)
}

// appendJSON appends a string with its quotes. Stretches without an escape are copied as a whole; a byte that is not UTF-8 becomes a
// replacement character.
func appendJSON(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := plainASCII(s, 0); i < len(s); i = plainASCII(s, i) {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			if plain := plainRunes(s[i:]); plain > 0 {
				i += plain
				continue
			}
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		if r < utf8.RuneSelf || r == utf8.RuneError && n == 1 || r|1 == '\u2029' {
			b = appendEscape(append(b, s[from:i]...), r)
			from = i + n
		}
		i += n
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

const hexDigits = "0123456789abcdef"

// appendEscape appends a quote, a backslash, a control character, the replacement of what is none, or a separator of lines or paragraphs:
// those end a line of JavaScript.
func appendEscape(b []byte, r rune) []byte {
	if r < utf8.RuneSelf && shortEscapes[r] != 0 {
		return append(b, '\\', shortEscapes[r])
	}
	return append(b, '\\', 'u', hexDigits[r>>12&0xf], hexDigits[r>>8&0xf], hexDigits[r>>4&0xf], hexDigits[r&0xf])
}

// shortEscapes are the letters that stand for characters behind a backslash.
var shortEscapes = [utf8.RuneSelf]byte{'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}
