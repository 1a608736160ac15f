package generate

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hardneg"
	"hardneg/internal/text"
)

// editor looks for the edits that a passage has room for.
type editor struct {
	seed     int64
	about    string // the pair, for what is drawn
	words    []editWord
	asked    map[string]bool // content words of the query
	articled map[string]bool // words that "a" or "an" stands before
	nearest  []editWord      // the sentence that shares most words with the query
}

// editWord is a word of the passage as it stands.
type editWord struct {
	text, low string
	opens     bool // a sentence
	glued     bool // to the word before, by something else than a space
}

func newEditor(seed int64, query string, p hardneg.Passage) *editor {
	e := &editor{seed: seed, about: hardneg.KeyOf(query, p.Title, p.Text).String(), asked: map[string]bool{}, articled: map[string]bool{}}
	for _, w := range text.Words(query) {
		if utf8.RuneCountInString(w) > 2 && !emptyWords[w] || isNumber(w) {
			e.asked[w] = true
		}
	}
	best := 0
	for _, sentence := range text.Sentences(p.Text) {
		words := editWords(sentence)
		shared := 0
		for i, w := range words {
			if e.asked[w.low] {
				shared++
			}
			if i > 0 && (words[i-1].low == "a" || words[i-1].low == "an") {
				e.articled[w.low] = true
			}
		}
		if shared > best {
			best, e.nearest = shared, words
		}
		e.words = append(e.words, words...)
	}
	return e
}

// editWords cuts a sentence into words, numbers with their points and commas.
func editWords(sentence string) []editWord {
	var out []editWord
	glued, start := false, -1
	flush := func(end int) {
		if start >= 0 {
			w := strings.TrimRight(sentence[start:end], ".,'’-")
			out = append(out, editWord{text: w, low: strings.ToLower(w), opens: len(out) == 0, glued: glued})
			glued, start = len(w) < end-start, -1
		}
	}
	for i, r := range sentence {
		inside := start >= 0 && strings.ContainsRune(".,'’-", r)
		switch {
		case inWord(r) || inside:
			if start < 0 {
				start = i
			}
		default:
			flush(i)
			glued = glued || r != ' '
		}
	}
	flush(len(sentence))
	return out
}

// names are the words that are written with a capital where no sentence opens, each once. Runs of them are one name.
func (e *editor) names() (out []string) {
	for i := 0; i < len(e.words); i++ {
		w := e.words[i]
		if first, _ := utf8.DecodeRuneInString(w.text); w.opens || !unicode.IsUpper(first) || utf8.RuneCountInString(w.text) < 3 || emptyWords[w.low] || inGroups(months, w.low) {
			continue
		}
		name := w.text
		for i+1 < len(e.words) && !e.words[i+1].glued && !e.words[i+1].opens {
			if first, _ := utf8.DecodeRuneInString(e.words[i+1].text); !unicode.IsUpper(first) {
				break
			}
			i++
			name += " " + e.words[i].text
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// listed are the words of the passage that a list has.
func (e *editor) listed(groups [][]string) (out []string) {
	for _, w := range e.words {
		if inGroups(groups, w.low) && w.text == w.low && !slices.Contains(out, w.text) {
			out = append(out, w.text)
		}
	}
	return out
}
