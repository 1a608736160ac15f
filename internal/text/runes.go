package text

import (
	"math/bits"
	"unicode/utf8"
)

// Runes is the number of characters of a text in UTF-8, eight bytes at a time: an export counts those of every text.
func Runes(s string) int {
	n := len(s)
	s = s[ASCII(s):]
	for ; len(s) >= 8; s = s[8:] {
		x := WordOf(s)
		n -= bits.OnesCount64(x >> 7 &^ (x >> 6) & eight) // 10…: a byte that continues a character
	}
	for i := range len(s) {
		if !utf8.RuneStart(s[i]) {
			n--
		}
	}
	return n
}
