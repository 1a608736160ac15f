package export

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// knownLine is a line of JSON that is taken apart as jsonLine puts it together: the same keys in the same order, no spaces, and no
// other forms of numbers and characters. What was read of one that is odd counts for nothing.
type knownLine struct {
	s    string // what is left; nothing as soon as it is odd
	odd  bool
	room []decimal // for numbers that are pointed to
}

// known reads a line; ok is false for one that a library has to read.
func known[T any](line string, take func(*knownLine) T) (v T, ok bool) {
	if !unbroken(line) {
		return v, false
	}
	l := knownLine{s: line}
	v = take(&l)
	return v, !l.odd && l.s == "\n"
}

func (l *knownLine) deviates() { l.s, l.odd = "", true }

// raw expects a string, which is not empty.
func (l *knownLine) raw(s string) {
	if !l.has(s) {
		l.deviates()
	}
}

// has takes a string if it comes next.
func (l *knownLine) has(s string) bool {
	rest, ok := strings.CutPrefix(l.s, s)
	if ok {
		l.s = rest
	}
	return ok
}

func (l *knownLine) text(before string) string {
	l.raw(before)
	l.raw(`"`)
	end := strings.IndexByte(l.s, '"')
	if end < 0 {
		l.deviates()
		return ""
	}
	s := l.s[:end]
	if at := strings.IndexByte(s, '\\'); at >= 0 {
		return l.escaped(at, end)
	}
	l.s = l.s[end+1:]
	return s
}

// escaped is the rest of a string with escapes, of which the first is at a place before its first quote.
func (l *knownLine) escaped(at, quote int) string {
	var b strings.Builder
	b.Grow(quote)
	for from := 0; ; {
		b.WriteString(l.s[from:at])
		r, n := escapeOf(l.s[at:])
		if n == 0 {
			break
		}
		b.WriteRune(r)
		if from = at + n; from > quote { // that was it
			next := strings.IndexByte(l.s[from:], '"')
			if next < 0 {
				break
			}
			quote = from + next
		}
		if at = strings.IndexByte(l.s[from:quote], '\\'); at < 0 {
			b.WriteString(l.s[from:quote])
			l.s = l.s[quote+1:]
			return b.String()
		}
		at += from
	}
	l.deviates()
	return ""
}

// escapeOf is the character of an escape, and how long that is; nothing for half of a pair.
func escapeOf(s string) (r rune, n int) {
	switch {
	case len(s) < 2:
		return 0, 0
	case s[1] != 'u':
		if i := strings.IndexByte(`"\bfnrt`, s[1]); i >= 0 {
			return rune("\"\\\b\f\n\r\t"[i]), 2
		}
		return 0, 0
	case len(s) < 6:
		return 0, 0
	}
	x, err := strconv.ParseUint(s[2:6], 16, 16)
	if err != nil || !utf8.ValidRune(rune(x)) {
		return 0, 0
	}
	return rune(x), 6
}

// number takes a fraction without an exponent.
func (l *knownLine) number(before string) (x decimal) {
	l.raw(before)
	whole := 0
	if strings.HasPrefix(l.s, "-") {
		whole = 1
	}
	point := whole + digits(l.s[whole:])
	if point == whole || l.s[whole] == '0' && point > whole+1 || point == len(l.s) || l.s[point] != '.' {
		l.deviates()
		return 0
	}
	end := point + 1 + digits(l.s[point+1:])
	f, err := strconv.ParseFloat(l.s[:end], 64)
	if err != nil || end == point+1 {
		l.deviates()
		return 0
	}
	l.s = l.s[end:]
	return decimal(f)
}

func digits(s string) (n int) {
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// optional is a number or null.
func (l *knownLine) optional(before string) *decimal {
	if l.raw(before); l.has("null") {
		return nil
	}
	if len(l.room) == cap(l.room) {
		l.room = make([]decimal, 0, 16)
	}
	l.room = append(l.room, l.number(""))
	return &l.room[len(l.room)-1]
}

// ifThere is optional for what may be left out.
func (l *knownLine) ifThere(before string) *decimal {
	if !strings.HasPrefix(l.s, before) {
		return nil
	}
	return l.optional(before)
}

// grade is one digit or null. What it points to is nobody's to change.
func (l *knownLine) grade(before string) *int64 {
	if l.raw(before); l.has("null") {
		return nil
	}
	if digits(l.s) != 1 {
		l.deviates()
		return nil
	}
	g := &ofOneDigit[l.s[0]-'0']
	l.s = l.s[1:]
	return g
}

var ofOneDigit = [10]int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}

// listOf takes a list of about some elements.
func listOf[T any](l *knownLine, before string, about int, take func(*knownLine) T) []T {
	l.raw(before)
	l.raw("[")
	if l.has("]") {
		return []T{}
	}
	all := append(make([]T, 0, about), take(l))
	for l.has(",") {
		all = append(all, take(l))
	}
	l.raw("]")
	return all
}
