package generate

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hardneg"
)

// change is a replacement of words by others.
type change struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// edit is a typed change of a passage.
type edit struct {
	Type    string   `json:"type"`
	Breaks  string   `json:"breaks"`
	Changes []change `json:"changes"`
}

// The types of edits: the five of DeGLA (arXiv 2504.16801), and those by which rules break statements of measures and facts.
const (
	reorder          = "reorder"
	swapNouns        = "swap nouns"
	swapAdjectives   = "swap adjectives"
	replaceAdjective = "replace adjective"
	replaceNoun      = "replace noun"
	editNumber       = "number"
	editDate         = "date"
	editUnit         = "unit"
	editNegation     = "negation"
)

var editTypes = []string{reorder, swapNouns, swapAdjectives, replaceAdjective, replaceNoun, editNumber, editDate, editUnit, editNegation}

// proposal makes the edited passage.
func (e edit) proposal(p hardneg.Passage) Proposal {
	var list []string
	for _, c := range e.Changes {
		list = append(list, c.From+" → "+c.To)
	}
	breaks := e.Type + ": " + strings.Join(list, ", ")
	if e.Breaks != "" {
		breaks += " (" + strings.TrimSpace(e.Breaks) + ")"
	}
	out := Proposal{Breaks: breaks, Edits: true}
	title, inTitle := applied(p.Title, e.Changes)
	text, inText := applied(p.Text, e.Changes)
	for i, c := range e.Changes {
		if !inTitle[i] && !inText[i] || c.From == c.To {
			out.Rule = NotInPassage
		}
	}
	if len(e.Changes) == 0 || !slices.Contains(inText, true) {
		out.Rule = NotInPassage
	}
	out.Title, out.Text = title, text
	return out
}

// applied makes all changes at once, wherever their words stand as words, and says which of them there was room for. Where several fit
// at a place, the longest is made.
func applied(s string, changes []change) (out string, made []bool) {
	made = make([]bool, len(changes))
	var b strings.Builder
	for at := 0; at < len(s); {
		best := -1
		for i, c := range changes {
			if c.From != "" && strings.HasPrefix(s[at:], c.From) && wordStands(s, at, at+len(c.From)) && (best < 0 || len(c.From) > len(changes[best].From)) {
				best = i
			}
		}
		if best < 0 {
			_, size := utf8.DecodeRuneInString(s[at:])
			b.WriteString(s[at : at+size])
			at += size
			continue
		}
		made[best] = true
		b.WriteString(changes[best].To)
		at += len(changes[best].From)
	}
	return b.String(), made
}

// wordStands reports whether a part of a text begins and ends where words do: "10" does not stand in "1910".
func wordStands(s string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:from])
	first, _ := utf8.DecodeRuneInString(s[from:])
	last, _ := utf8.DecodeLastRuneInString(s[:to])
	after, _ := utf8.DecodeRuneInString(s[to:])
	return !(inWord(before) && inWord(first)) && !(inWord(last) && inWord(after))
}

// inWord reports characters that make words. Those of scripts without spaces stand for themselves.
func inWord(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsNumber(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
