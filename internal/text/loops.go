package text

import "strings"

// mayCycle reports whether a row that repeats itself with a period for at least need elements may be there: it agrees with what
// stands a period before in need-period places running, so looking at every such place but one in so many finds one of them.
func mayCycle[E comparable](row []E, period, need int) bool {
	stride := need - period
	for i := need - 1; i < len(row); i += stride {
		if row[i] == row[i-period] {
			return true
		}
	}
	return false
}

// loopHead is how many characters of the normal form of a line are compared first; five words are at least nine.
const loopHead = 9

// mayRepeatLines reports whether a text in ASCII may have a sentence or line of five words that stands there five times: five
// beginnings of what may be a sentence, wherever a sign or a line ends one, are then the same.
func mayRepeatLines(s string) bool {
	count := map[[loopHead]byte]int{}
	for start := 0; start < len(s); {
		head, ok := headOf(s[start:])
		if ok {
			if count[head]++; count[head] >= loopLines {
				return true
			}
		}
		next := strings.IndexAny(s[start:], ".?!\r\n")
		if next < 0 {
			return false
		}
		start += next + 1
	}
	return false
}

// headOf is the beginning of the normal form of a text in ASCII; see normalASCII.
func headOf(s string) (head [loopHead]byte, ok bool) {
	n, space := 0, false
	var last byte
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if asciiSeparates[c] && (c != '#' || last < 'a' || last > 'z') {
			space, last = true, c
			continue
		}
		if space && n > 0 {
			head[n] = ' '
			n++
		}
		if n < loopHead {
			head[n] = c
			n++
		}
		if n == loopHead {
			return head, true
		}
		space, last = false, c
	}
	return head, false
}
