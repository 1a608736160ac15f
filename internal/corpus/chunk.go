package corpus

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"hardneg/internal/text"
)

// Chunk says how documents that are longer than a passage are split. The zero value leaves them whole.
type Chunk struct {
	MaxWords int // of a passage, as [text.CountWords] counts; 0: off
	Overlap  int // words at the end of one passage that the next one repeats, in whole sentences
}

// String is what a content stamp says of it; "" if it is off.
func (c Chunk) String() string {
	if c.MaxWords <= 0 {
		return ""
	}
	return fmt.Sprintf("chunk %d/%d", c.MaxWords, c.Overlap)
}

// split hands out the passages of a document: itself if it is short enough, else parts that end where sentences do, of about equal
// length, as ID#1, ID#2, … with its title. A sentence that is too long by itself is cut between words.
func (c Chunk) split(r Record, emit func(Record) bool) bool {
	if c.MaxWords <= 0 || text.CountWords(r.Passage.Text) <= c.MaxWords {
		return emit(r)
	}
	id, body := r.Passage.ID, r.Passage.Text
	for i, p := range c.parts(body) {
		r.Passage.ID, r.Passage.Text = fmt.Sprintf("%s#%d", id, i+1), body[p.from:p.to]
		if !emit(r) {
			return false
		}
	}
	return true
}

// span is a part of a text.
type span struct{ from, to, words int }

// parts are the spans of the passages of a text.
func (c Chunk) parts(body string) (out []span) {
	units := c.units(body)
	left := 0
	for _, u := range units {
		left += u.words
	}
	for next := 0; next < len(units); {
		from := c.overlapFrom(units, out, next)
		p := span{from: units[from].from}
		for _, u := range units[from:next] {
			p.words += u.words
		}
		n := (left + c.MaxWords - 1) / c.MaxWords
		fair, fresh := (left+n-1)/n, 0 // so long are the parts that are left if they are alike
		for next < len(units) && (fresh == 0 || p.words+units[next].words <= c.MaxWords && fresh < fair) {
			p.words += units[next].words
			fresh += units[next].words
			p.to = units[next].to
			next++
		}
		left -= fresh
		out = append(out, p)
	}
	return out
}

// overlapFrom is the first of the sentences before next with which a part begins: as many as the overlap has room for, and as leave room
// for the sentence that is new.
func (c Chunk) overlapFrom(units, before []span, next int) int {
	from, words := next, 0
	for len(before) > 0 && from > 0 && units[from-1].from > before[len(before)-1].from {
		words += units[from-1].words
		if words > c.Overlap || words+units[next].words > c.MaxWords {
			break
		}
		from--
	}
	return from
}

// units are the sentences of a text, those that are too long in pieces.
func (c Chunk) units(body string) (out []span) {
	for _, at := range text.SentenceSpans(body) {
		sentence := body[at[0]:at[1]]
		if n := text.CountWords(sentence); n <= c.MaxWords {
			out = append(out, span{at[0], at[1], max(n, 1)})
			continue
		}
		out = append(out, c.pieces(body, at[0], at[1])...)
	}
	return out
}

// pieces cuts a sentence between its words, and a word that is too long, as text without spaces is, between its characters.
func (c Chunk) pieces(body string, from, to int) (out []span) {
	open := span{from: from, to: from}
	for at := from; at < to; {
		end := at + wordEnd(body[at:to])
		n := max(text.CountWords(body[at:end]), 1)
		if n > c.MaxWords {
			end = at + runesOf(body[at:end], max(1, utf8.RuneCountInString(body[at:end])*c.MaxWords/n))
			n = c.MaxWords
		}
		if open.words > 0 && open.words+n > c.MaxWords {
			out = append(out, trimSpan(body, open))
			open = span{from: at, to: at}
		}
		open.to, open.words = end, open.words+n
		at = end
	}
	return append(out, trimSpan(body, open))
}

// wordEnd is the length of the first word with the space around it.
func wordEnd(s string) int {
	start := len(s) - len(strings.TrimLeft(s, " \t\n"))
	if i := strings.IndexAny(s[start:], " \t\n"); i >= 0 {
		return start + i
	}
	return len(s)
}

// runesOf is the length of the first n characters.
func runesOf(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

func trimSpan(body string, s span) span {
	inner := body[s.from:s.to]
	s.from += len(inner) - len(strings.TrimLeft(inner, " \t\n"))
	s.to -= len(inner) - len(strings.TrimRight(inner, " \t\n"))
	return s
}
