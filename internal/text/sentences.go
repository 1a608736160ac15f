package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/sentences"
)

// abbreviations end in a full stop that ends no sentence.
var abbreviations = set(`mr. mrs. ms. dr. prof. st. jr. sr. vs. no. vol. pp. p. ed. eds. gen. col. lt. sgt. capt. rev. hon. gov.
	sen. rep. inc. ltd. co. corp. fig. figs. eq. e.g. i.e. cf. ca. c. approx. dept. est. al. op. etc. u.s. u.k. u.n. bzw. z.b. d.h.
	vgl. nr. sog. usw. art. mm. mme.`)

// Sentences are the sentences of a text (UAX 29, and known abbreviations and initials end none), trimmed. A line break
// ends one, unless the next line goes on in lower case as hard-wrapped text does.
func Sentences(s string) []string {
	var out []string
	u := unwrap(s)
	for _, at := range SentenceSpans(s) {
		out = append(out, u[at[0]:at[1]])
	}
	return out
}

// SentenceSpans are where the sentences of a text begin and end.
func SentenceSpans(s string) (out [][2]int) {
	u := unwrap(s)
	from, to := 0, 0
	add := func() {
		piece := u[from:to]
		if trimmed := strings.TrimSpace(piece); trimmed != "" {
			start := from + len(piece) - len(strings.TrimLeftFunc(piece, unicode.IsSpace))
			out = append(out, [2]int{start, start + len(trimmed)})
		}
		from = to
	}
	for it := sentences.FromString(u); it.Next(); {
		piece := it.Value()
		if to += len(piece); !goesOn(piece) {
			add()
		}
	}
	add()
	return out
}

// unwrap joins hard-wrapped lines; no byte moves.
func unwrap(s string) string {
	if !strings.Contains(s, "\n") {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		if c != '\n' || i == 0 || b[i-1] == '\n' {
			continue
		}
		if r, _ := utf8.DecodeRune(b[i+1:]); unicode.IsLower(r) {
			b[i] = ' '
		}
	}
	return string(b)
}

// goesOn reports a piece that ends in an abbreviation or an initial and in no line break.
func goesOn(piece string) bool {
	trimmed := strings.TrimRight(piece, " ")
	if !strings.HasSuffix(trimmed, ".") {
		return false
	}
	last := trimmed[strings.LastIndexAny(trimmed, " \n\t(\"")+1:]
	initial := utf8.RuneCountInString(last) == 2 && unicode.IsUpper([]rune(last)[0])
	return initial || abbreviations[strings.ToLower(last)]
}

// set makes a set of the words of a list.
func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}
