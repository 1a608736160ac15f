package text

import (
	"math/bits"
	"unicode/utf8"
)

// Texts are looked through eight bytes at a time, of which the first is the lowest of a word.
const (
	eight = 0x0101010101010101
	high  = utf8.RuneSelf * eight
)

// WordOf is the first eight bytes of a text, which has so many.
func WordOf(s string) uint64 {
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// ASCII is the length of the beginning of a text that is ASCII.
func ASCII(s string) int {
	rest := s
	for len(rest) >= 32 && (WordOf(rest)|WordOf(rest[8:])|WordOf(rest[16:])|WordOf(rest[24:]))&high == 0 {
		rest = rest[32:]
	}
	for ; len(rest) >= 8; rest = rest[8:] {
		if m := WordOf(rest) & high; m != 0 {
			return len(s) - len(rest) + bits.TrailingZeros64(m)/8
		}
	}
	i := len(s) - len(rest)
	for i < len(s) && s[i] < utf8.RuneSelf {
		i++
	}
	return i
}
