package text

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
)

// NormalSum is a hash of [Normal] of a text, or of the text itself where that is empty: a text without a letter or digit stands for
// itself. It is the same on every machine. Of a text in ASCII, the normal form is not kept.
func NormalSum(s string) uint64 { return TitledSum("", s) }

// TitledSum is NormalSum of a title, a space and a text, or of the text alone if there is no title.
func TitledSum(title, s string) uint64 {
	sum, _ := normalSum(title, s)
	return sum
}

// Blank reports that a text has no normal form: there is nothing in it to read.
func Blank(s string) bool {
	_, blank := normalSum("", s)
	return blank
}

// normalSum is TitledSum; blank says that the normal form is empty. Room for the form is made on the stack, and no more than is needed:
// it is filled with zeros first.
func normalSum(title, s string) (sum uint64, blank bool) {
	switch n := len(title) + len(s) + 2; {
	case n <= 256:
		var room [256]byte
		return normalSumIn(room[:], title, s)
	case n <= 1024:
		var room [1024]byte
		return normalSumIn(room[:], title, s)
	case n <= 4096:
		var room [4096]byte
		return normalSumIn(room[:], title, s)
	default:
		return normalSumIn(make([]byte, n), title, s)
	}
}

func normalSumIn(b []byte, title, s string) (sum uint64, blank bool) {
	n, plain := normalPlain(b, 0, title)
	if plain {
		if n > 0 {
			b[n] = ' '
			n++
		}
		from := n
		n, plain = normalPlain(b, n, s)
		if n == from && n > 0 {
			n--
		}
	}
	switch {
	case plain && n > 0:
		return xxhash.Sum64(b[:n]), false
	case title != "":
		s = title + " " + s
	}
	if !plain {
		if normal := Normal(s); normal != "" {
			return xxhash.Sum64String(normal), false
		}
	}
	return xxhash.Sum64String(s), true
}

// What plainNormal says of a byte beside its normal form.
const (
	isSeparator = 1 << 8
	isSharp     = 1 << 9  // a separator, but behind a letter
	isForeign   = 1 << 10 // not ASCII
)

// plainNormal is what becomes of a byte in a normal form, and the marks above.
var plainNormal = func() (t [256]uint16) {
	for c := range t {
		switch {
		case c >= 0x80:
			t[c] = isForeign
		case c == '#':
			t[c] = isSharp
		case asciiSeparates[c]:
			t[c] = ' ' | isSeparator
		case 'A' <= c && c <= 'Z':
			t[c] = uint16(c) | 0x20
		default:
			t[c] = uint16(c)
		}
	}
	return t
}()

// normalPlain puts Normal of a text into b from a position on, and returns where it ends; plain is false for texts that are not for it:
// those with a sharp, and those that are not ASCII. b has room for the text and one byte more.
//
// Eight bytes of which no two separators are neighbours stay eight, and are done at a time.
func normalPlain(b []byte, n int, s string) (end int, plain bool) {
	from, last := n, uint16(isSeparator) // a separator more in a row, or at the beginning, is overwritten
	var marks uint16
	for ; len(s) >= 8; s = s[8:] {
		x := WordOf(s)
		lower := x | eightSpaces // letters become lower case, digits stay what they are
		letters := (lower + (0x80-'a')*eight) &^ (lower + (0x7f-'z')*eight)
		digits := (x + (0x80-'0')*eight) &^ (x + (0x7f-'9')*eight)
		separators := ^(letters | digits) & high
		y := x &^ (8 * eight) // a sharp or dollar, or a plus or comma: two of them are no separators, and what is no separator is rare
		odd := (y + (0x80-'#')*eight) &^ (y + (0x7f-'$')*eight)
		if (x|odd)&high|separators&(separators<<8|uint64(last)>>1) != 0 {
			for i := range 8 {
				c := plainNormal[s[i]]
				b[n] = byte(c)
				n += 1 - int(c&last>>8&1)
				marks, last = marks|c, c
			}
			continue
		}
		binary.LittleEndian.PutUint64(b[n:], lower&((separators^high)>>7*0xff|eightSpaces))
		n, last = n+8, uint16(separators>>63)<<8
	}
	for i := range len(s) {
		c := plainNormal[s[i]]
		b[n] = byte(c)
		n += 1 - int(c&last>>8&1)
		marks, last = marks|c, c
	}
	if n > from && last&isSeparator != 0 {
		n--
	}
	return n, marks&(isSharp|isForeign) == 0
}

const eightSpaces = ' ' * eight
