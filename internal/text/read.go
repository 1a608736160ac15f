package text

import "strings"

// Text is a text of which several things are asked. What they have in common is made when it is first needed, and once. It is
// for one goroutine.
type Text struct {
	s                         string
	folded, normal            string
	words                     []string
	isFolded, isNormal, isCut bool
}

// Read takes a text; nothing is looked at yet.
func Read(s string) *Text { return &Text{s: s} }

// String is the text itself.
func (t *Text) String() string { return t.s }

func (t *Text) fold() string {
	if !t.isFolded {
		t.folded, t.isFolded = fold(t.s), true
	}
	return t.folded
}

// Normal is [Normal] of the text.
func (t *Text) Normal() string {
	if !t.isNormal {
		t.normal, t.isNormal = normalFolded(t.fold()), true
	}
	return t.normal
}

// Words is [Words] of the text; they must not be changed.
func (t *Text) Words() []string {
	if !t.isCut {
		t.words, t.isCut = wordsFolded(t.fold()), true
	}
	return t.words
}

// Lower is the text in lower case.
func (t *Text) Lower() string {
	if isASCII(t.s) {
		return t.fold()
	}
	return strings.ToLower(t.s)
}

// Count is [CountWords] of the text.
func (t *Text) Count() int {
	if isASCII(t.s) { // each word counts one
		return len(t.Words())
	}
	return CountWords(t.s)
}
