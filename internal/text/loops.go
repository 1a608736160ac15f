package text

import "slices"

// mayCycle reports whether a row that repeats itself with a period for at least need elements may be there: it agrees with what
// stands a period before in need-period places running, so looking at every such place but one in so many finds one of them.
func mayCycle[E comparable](row []E, period, need int) bool {
	stride := need - period
	for i := need - 1; i < len(row); i += stride {
		if row[i] == row[i-period] && matches(row, i, period) >= stride {
			return true
		}
	}
	return false
}

// matches counts how many elements in a row around one are those of a period before.
func matches[E comparable](row []E, at, period int) int {
	from, to := at, at
	for from > period && row[from-1] == row[from-1-period] {
		from--
	}
	for to < len(row) && row[to] == row[to-period] {
		to++
	}
	return to - from
}

// The beginning of a line that is compared first, in characters of its normal form: at least nine, which five words have, and no more
// than what tells one sentence of a kind from the next.
const (
	loopHead    = 9
	loopHeadMax = 48
)

// mayRepeatLines reports whether a text in ASCII may have a sentence or line of five words that stands there five times: five
// beginnings of what may be a sentence, wherever a sign or a line ends one, are then the same.
func mayRepeatLines(s string) bool {
	var few [64]uint64
	heads := few[:0]
	for start := 0; start < len(s); {
		if head, ok := headOf(s[start:]); ok {
			heads = append(heads, head)
		}
		for start < len(s) && !endsLine(s[start]) {
			start++
		}
		start++
	}
	slices.Sort(heads)
	for i := loopLines - 1; i < len(heads); i++ {
		if heads[i] == heads[i-loopLines+1] {
			return true
		}
	}
	return false
}

// endsLine reports what ends a sentence or line.
func endsLine(c byte) bool { return c == '.' || c == '?' || c == '!' || c == '\r' || c == '\n' }

// headOf is a hash of the beginning of the normal form of a text in ASCII (see normalASCII): up to what ends a line, or longer where
// that would be less than a line has.
func headOf(s string) (hash uint64, ok bool) {
	const prime = 1099511628211
	n, space := 0, false
	var last byte
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if asciiSeparates[c] && (c != '#' || last < 'a' || last > 'z') {
			if n >= loopHead && endsLine(c) {
				break
			}
			space, last = true, c
			continue
		}
		if space && n > 0 {
			hash, n = (hash^' ')*prime, n+1
		}
		hash, n = (hash^uint64(c))*prime, n+1
		if n >= loopHeadMax {
			break
		}
		space, last = false, c
	}
	return hash, n >= loopHead
}
