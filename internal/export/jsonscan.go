package export

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"hardneg/internal/text"
)

// Strings are looked through eight bytes at a time, of which the first is the lowest of a word.
const (
	eachByte = 0x0101010101010101
	highBits = 0x80 * eachByte
)

// marked has the high bit of each byte that does not stand for itself in a string of JSON, or is not ASCII; its other bits are noise. A
// control character or a quote is what is at most a space when its second bit is turned. Above a byte that is not ASCII there may be
// wrong bits, but none before it.
func marked(word uint64) uint64 {
	return ^(((word ^ 2*eachByte) + 0x5f*eachByte) & ((word ^ '\\'*eachByte) + 0x7f*eachByte)) | word
}

// plainASCII is the first byte from a place on that does not stand for itself in a string of JSON, or is not ASCII; or else len(s).
func plainASCII(s string, i int) int {
	rest := s[i:]
	for len(rest) >= 32 && (marked(text.WordOf(rest))|marked(text.WordOf(rest[8:]))|marked(text.WordOf(rest[16:]))|marked(text.WordOf(rest[24:])))&highBits == 0 {
		rest = rest[32:]
	}
	for len(rest) >= 8 {
		if m := marked(text.WordOf(rest)) & highBits; m != 0 {
			return len(s) - len(rest) + bits.TrailingZeros64(m)/8
		}
		rest = rest[8:]
	}
	for i = len(s) - len(rest); i < len(s) && !isEscaped(s[i]) && s[i] < utf8.RuneSelf; i++ {
	}
	return i
}

func isEscaped(c byte) bool { return c < ' ' || c == '"' || c == '\\' }

// plainRunes is the length of the beginning of a string that is characters of two or three bytes, but for the separators of lines and
// paragraphs. What it does not know, near the end or of four bytes, it leaves.
func plainRunes(s string) (n int) {
	for len(s) >= 4 {
		w := uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16
		switch second := w & 0x200f; {
		case w&0xc0c0f0 == 0x8080e0 && second != 0 && second != 0x200d && w|0x10000 != 0xa980e2: // neither too long nor half a pair
			s, n = s[3:], n+3
		case w&0xc0e0 == 0x80c0 && w&0x1e != 0:
			s, n = s[2:], n+2
		default:
			return n
		}
	}
	return n
}

// isPlain reports that a text is ASCII without a NUL.
func isPlain(s string) bool { return text.ASCII(s) == len(s) && strings.IndexByte(s, 0) < 0 }

// isUTF8 is utf8.ValidString, in half of the time for what is not ASCII.
func isUTF8(s string) bool {
	for s = s[text.ASCII(s):]; s != ""; s = s[text.ASCII(s):] {
		n := plainRunes(s)
		if n == 0 {
			var r rune
			if r, n = utf8.DecodeRuneInString(s); r == utf8.RuneError && n == 1 {
				return false
			}
		}
		s = s[n:]
	}
	return true
}

// unbroken reports that a line is UTF-8 and has no control character but its end.
func unbroken(line string) bool {
	s, ends := strings.CutSuffix(line, "\n")
	if !ends || !isUTF8(s) {
		return false
	}
	var found uint64 // the high bit of a byte below a space
	for len(s) >= 16 {
		a, b := text.WordOf(s), text.WordOf(s[8:])
		found |= (a-' '*eachByte)&^a | (b-' '*eachByte)&^b
		s = s[16:]
	}
	for i := range len(s) {
		if s[i] < ' ' {
			return false
		}
	}
	return found&highBits == 0
}
