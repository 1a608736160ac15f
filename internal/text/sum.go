package text

import "github.com/cespare/xxhash/v2"

// NormalSum is a hash of [Normal] of a text, or of the text itself where that is empty: a text without a letter or digit stands for
// itself. It is the same on every machine. Of a text in ASCII, the normal form is not kept.
func NormalSum(s string) uint64 {
	var room [4096]byte
	if b, ok := appendNormalASCII(room[:0], s); ok {
		if len(b) == 0 {
			return xxhash.Sum64String(s)
		}
		return xxhash.Sum64(b)
	}
	if n := Normal(s); n != "" {
		s = n
	}
	return xxhash.Sum64String(s)
}

// TitledSum is NormalSum of a title, a space and a text.
func TitledSum(title, s string) uint64 {
	var room [4096]byte
	if b, ok := appendNormalASCII(room[:0], title); ok {
		if len(b) > 0 {
			b = append(b, ' ')
		}
		n := len(b)
		if b, ok = appendNormalASCII(b, s); ok {
			if len(b) == n && n > 0 {
				b = b[:n-1]
			}
			if len(b) > 0 {
				return xxhash.Sum64(b)
			}
		}
	}
	return NormalSum(title + " " + s)
}

// What asciiNormal has for a byte that is none of the normal form's.
const (
	notASCII = 0xFF
	noMark   = 0 // a separator
	sharp    = 1 // one, but for a sharp behind a letter
)

// asciiNormal is what becomes of a byte in a normal form.
var asciiNormal = func() (t [256]byte) {
	for c := range t {
		switch {
		case c >= 0x80:
			t[c] = notASCII
		case c == '#':
			t[c] = sharp
		case asciiSeparates[c]:
			t[c] = noMark
		case 'A' <= c && c <= 'Z':
			t[c] = byte(c) | 0x20
		default:
			t[c] = byte(c)
		}
	}
	return t
}()

// appendNormalASCII appends Normal of a text in ASCII, in one pass; ok is false for any other.
func appendNormalASCII(b []byte, s string) (_ []byte, ok bool) {
	start := len(b)
	for i := 0; i < len(s); {
		c := asciiNormal[s[i]]
		switch {
		case c == notASCII:
			return b, false
		case c == noMark, c == sharp && (i == 0 || !isLetterASCII(s[i-1])):
			i++
			continue
		}
		if len(b) > start {
			b = append(b, ' ')
		}
		for ; i < len(s); i++ {
			if c = asciiNormal[s[i]]; c <= sharp || c == notASCII {
				if c != sharp || !isLetterASCII(s[i-1]) {
					break
				}
				c = '#'
			}
			b = append(b, c)
		}
	}
	return b, true
}
