package text

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
	"unsafe"
)

// Runes is the number of characters of a text in UTF-8, eight bytes at a time: an export counts those of every text.
func Runes(s string) int {
	const each = 0x0101010101010101 // byte
	if isASCII(s) {
		return len(s)
	}
	b := unsafe.Slice(unsafe.StringData(s), len(s))
	n := len(b)
	for ; len(b) >= 8; b = b[8:] {
		x := binary.LittleEndian.Uint64(b)
		n -= bits.OnesCount64(x >> 7 &^ (x >> 6) & each) // 10…: a byte that continues a character
	}
	for _, c := range b {
		if !utf8.RuneStart(c) {
			n--
		}
	}
	return n
}
