package text

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Texts in Latin script are seldom pure ASCII: they have a dash, a curly quote, an accent. Their characters have nothing to do
// with each other in folding and little in the segmentation of words, so both are read off a table instead of asking the general
// algorithms, which take ten times as long.

// The characters of the table: Latin letters, and the signs from the dashes to the operators.
const (
	lettersEnd = 0x250
	signsBegin = 0x2010
	signsEnd   = 0x2300
	marksBegin = 0x20D0 // combining marks change what stands before them
	marksEnd   = 0x2100
)

// latin is what the table knows of a character.
type latin struct {
	known bool
	fold  string
	plain byte // an ASCII character that words are cut at alike, 0 if there is none
}

func (t *latinTable) of(r rune) latin {
	switch {
	case r >= utf8.RuneSelf && r < lettersEnd:
		return t[r]
	case r >= signsBegin && r < signsEnd:
		return t[r-signsBegin+lettersEnd]
	}
	return latin{}
}

type latinTable [lettersEnd + signsEnd - signsBegin]latin

var latins = sync.OnceValue(func() *latinTable {
	t := new(latinTable)
	for i := utf8.RuneSelf; i < len(t); i++ {
		r := rune(i)
		if i >= lettersEnd {
			r += signsBegin - lettersEnd
		}
		if r < marksBegin || r >= marksEnd {
			t[i] = latin{true, foldAny(string(r)), plainOf(r)}
		}
	}
	return t
})

// plainOf knows the letters up to U+024F and signs that join nothing; the apostrophes join as the full stop does. Figures, spaces
// and invisible characters have rules of their own.
func plainOf(r rune) byte {
	switch {
	case r == '’' || r == '‘':
		return '.'
	case unicode.IsLetter(r) && r < lettersEnd:
		return 'a'
	case r == '·' || r == '․' || r == '‧' || r == '‿' || r == '⁀' || r == '⁄' || r == '⁔' || r == '¸': // these join
		return 0
	case unicode.IsPunct(r) || unicode.IsSymbol(r):
		return ' '
	}
	return 0
}

// foldLatin is fold of a text of which the table has all characters, else false.
func foldLatin(s string) (string, bool) {
	t := latins()
	b := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c |= 0x20
			}
			b = append(b, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		l := t.of(r)
		if !l.known {
			return "", false
		}
		b = append(b, l.fold...)
		i += size
	}
	return string(b), true
}

// standIn is a text in ASCII that is cut into words at the same places, itself where it is ASCII. It has a character for each one,
// or in place of each byte, which no apostrophe can have: these are gone when a text is folded.
func standIn(s string, wide bool) (string, bool) {
	if isASCII(s) {
		return s, true
	}
	t := latins()
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			b.WriteByte(s[i])
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		plain := t.of(r).plain
		if plain == 0 || wide && plain == '.' {
			return "", false
		}
		b.WriteByte(plain)
		for n := 1; wide && n < size; n++ {
			b.WriteByte(plain)
		}
		i += size
	}
	return b.String(), true
}
