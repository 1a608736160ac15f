package generate

import (
	"hardneg"
	"hardneg/internal/text"
)

// The rules of passages: a query for one that breaks them would be paid for and be worth nothing.
const (
	PassageWordless Rule = "passage_wordless"  // punctuation only
	PassageTooShort Rule = "passage_too_short" // a heading, a label, a remnant of a page
)

// minPassageWords is the least that says something a query can ask for; where words are not written apart they are estimated.
const minPassageWords = 4

// CheckPassage names the rule that a passage breaks as the source of queries, "" if none. Its title does not count: it says what the
// passage is about, not what it says.
func CheckPassage(p hardneg.Passage) Rule {
	switch {
	case text.Blank(p.Text):
		return PassageWordless
	case text.CountWords(p.Text) < minPassageWords:
		return PassageTooShort
	}
	return ""
}
