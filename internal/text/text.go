// Package text owns what can be said of a text without asking a model: its words, its language, whether it is another
// one in other clothes, and whether it is broken.
//
// Every function is total: it takes any bytes, keeps nothing, and gives the same answer on every machine. None of them
// knows what a text is for; which finding is a fault, and under which name, is decided by the stages.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"

	"github.com/clipperhouse/uax29/v2/words"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Words are weighed in eighths, because not every writing separates them: a Han or kana character is 5/8 of a word (1.6
// characters a word), a Thai, Lao, Khmer or Burmese one 2/8, a lone Hangul syllable 4/8.
const (
	wordUnits     = 8
	cjkUnits      = 5
	seaUnits      = 2
	syllableUnits = 4
)

// longHangul is the number of syllables above which a Hangul run was written without spaces.
const longHangul = 8

// Normal is the form in which two texts are equal if a reader would call them the same: compatibility-composed (NFKC),
// case-folded, without invisible characters, punctuation and markup read as spaces, spaces collapsed. The sharp of "C#"
// and the signs of "C++" stay, for they are names. The result is valid UTF-8 and Normal of it is itself.
func Normal(s string) string {
	if n, ok := normalASCII(s); ok {
		return n
	}
	return normalFolded(fold(s))
}

// normalFolded is Normal of a text that is folded.
func normalFolded(s string) string {
	if n, ok := normalASCII(s); ok {
		return n
	}
	return normalRunes(s)
}

// normalRunes is normalFolded, character by character.
func normalRunes(s string) string {
	b := make([]byte, 0, len(s))
	var last rune
	space := false
	for _, r := range s {
		if separates(r) && !(r == '#' && unicode.IsLetter(last)) {
			space, last = true, r
			continue
		}
		if space && len(b) > 0 {
			b = append(b, ' ')
		}
		b = utf8.AppendRune(b, r)
		space, last = false, r
	}
	return string(b)
}

// normalASCII is Normal of a text in ASCII, many times faster; ok is false for any other.
func normalASCII(s string) (_ string, ok bool) {
	b := make([]byte, len(s)+1)
	if n, plain := normalPlain(b, 0, s); plain {
		return unsafe.String(unsafe.SliceData(b), n), true // b is nobody else's
	}
	if !isASCII(s) {
		return "", false
	}
	b = b[:0]
	for i := 0; i < len(s); i++ {
		if asciiSeparates[s[i]] && !(s[i] == '#' && i > 0 && isLetterASCII(s[i-1])) {
			continue
		}
		if len(b) > 0 {
			b = append(b, ' ')
		}
		from := i
		for i < len(s) && (!asciiSeparates[s[i]] || s[i] == '#' && isLetterASCII(s[i-1])) {
			i++
		}
		b = append(b, s[from:i]...)
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b), true
}

func isLetterASCII(c byte) bool { l := c | 0x20; return 'a' <= l && l <= 'z' }

func separates(r rune) bool {
	if r < utf8.RuneSelf {
		return asciiSeparates[r]
	}
	return separator(r)
}

var asciiSeparates = func() (t [utf8.RuneSelf]bool) {
	for r := range t {
		t[r] = separator(rune(r))
	}
	return t
}()

func separator(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsControl(r) || strings.ContainsRune("`^|~<>=", r)
}

// fold makes case, width, composition, quotes and invisible characters the same.
func fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	if f, ok := foldLatin(s); ok {
		return f
	}
	return foldAny(s)
}

func foldAny(s string) string {
	s = strings.Map(foldRune, strings.ToValidUTF8(s, "\uFFFD"))
	// Folding can undo the composition and the composition the folding; the second round is the fixed point.
	for range 2 {
		s = strings.Map(foldRune, cases.Fold().String(norm.NFKC.String(s)))
	}
	return norm.NFKC.String(s)
}

func foldRune(r rune) rune {
	switch {
	case r == '’' || r == '‘' || r == 'ʼ':
		return '\''
	case invisible(r):
		return -1
	}
	return r
}

func isASCII(s string) bool { return ASCII(s) == len(s) }

// Words are the Unicode words (UAX 29) of a text, folded as [Normal] does, without punctuation. Han and kana, which are
// written without spaces, give a word for each character, and so does a Hangul run of more than 8 syllables.
func Words(s string) []string { return wordsFolded(nil, fold(s)) }

// wordsFolded is Words of a text that is folded.
func wordsFolded(ws []string, s string) []string {
	if plain, ok := standIn(s, true); ok {
		return wordsASCII(ws, s, plain)
	}
	for it := words.FromString(s); it.Next(); {
		w := it.Value()
		if units(w) == 0 {
			continue
		}
		if !unspaced(w) {
			ws = append(ws, w)
			continue
		}
		for _, r := range w {
			ws = append(ws, string(r))
		}
	}
	return ws
}

// CountWords is how many words a reader would count, without the cost of making them. A character of Han or kana counts
// 1/1.6, one of Thai, Lao, Khmer or Burmese 1/4; the sum is rounded, and is at least 1 where there is a word at all.
func CountWords(s string) int {
	if plain, ok := standIn(s, false); ok {
		return countASCII(plain)
	}
	sum := 0
	for it := words.FromString(s); it.Next(); {
		sum += units(it.Value())
	}
	return rounded(sum)
}

func rounded(units int) int {
	if units == 0 {
		return 0
	}
	return max(1, (units+wordUnits/2)/wordUnits)
}

func unitsOf(ws []string) int {
	sum := 0
	for _, w := range ws {
		sum += units(w)
	}
	return sum
}

// units weighs one token of the segmenter in eighths of a word; 0 is no word.
func units(token string) int {
	if c := token[0]; c < utf8.RuneSelf {
		return asciiUnits(token)
	}
	first, n := firstWordRune(token), utf8.RuneCountInString(token)
	switch {
	case first < 0:
		return 0
	case isCJK(first):
		return cjkUnits * n
	case isSEA(first):
		return seaUnits * n
	case unicode.Is(unicode.Hangul, first) && (n == 1 || n > longHangul):
		return syllableUnits * n
	}
	return wordUnits
}

func asciiUnits(token string) int {
	if asciiClass[token[0]]&inWord != 0 {
		return wordUnits
	}
	for _, r := range token {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return wordUnits
		}
	}
	return 0
}

func firstWordRune(token string) rune {
	for _, r := range token {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
	}
	return -1
}

// unspaced reports a token that is a run of characters which would be several words.
func unspaced(token string) bool {
	r, _ := utf8.DecodeRuneInString(token)
	if r < utf8.RuneSelf {
		return false
	}
	n := utf8.RuneCountInString(token)
	return n > 1 && isCJK(r) || n > longHangul && unicode.Is(unicode.Hangul, r)
}

func isCJK(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo)
}

// isSEA reports the scripts of South-East Asia that put no space between words.
func isSEA(r rune) bool {
	return unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// Line is a text as it stands in one line of a form: trimmed, with single spaces. Breaks between lines that say something
// stay, for two lines are not one.
func Line(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		if l := strings.Join(strings.Fields(line), " "); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}
