package text

import (
	"strings"
	"sync"
)

// Text is a text of which several things are asked. What they have in common is made when it is first needed, and once. It is
// for one goroutine.
type Text struct {
	s               string
	folded          string
	words           []string
	sum             uint64 // of the normal form, 0 if it is empty
	isFolded, isCut bool
	isSummed        bool
	scratch         *scratch // nil before it is needed
}

// scratch is memory for what is needed of a text only while it is read. A run reads a text for every second call, and these were an
// eighth of all that it allocated.
type scratch struct {
	words   []string
	hashes  []uint64
	weights []int
	runs    []uint64
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func (k *scratch) free() {
	clear(k.words) // they hold the text
	scratches.Put(k)
}

// Free gives the memory back that was used to read the text. Words that it returned must not be used any more; all else may.
func (t *Text) Free() {
	if t.scratch != nil {
		t.scratch.free()
		t.scratch, t.words, t.isCut = nil, nil, false
	}
}

func (t *Text) room() *scratch {
	if t.scratch == nil {
		t.scratch = scratches.Get().(*scratch)
	}
	return t.scratch
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

// Blank reports that the text has no normal form: there is nothing in it to read.
func (t *Text) Blank() bool { return t.normalSum() == 0 }

// Is reports whether the text and another have the same normal form.
func (t *Text) Is(other string) bool {
	sum, blank := normalSum("", other)
	return !blank && t.normalSum() == max(sum, 1)
}

func (t *Text) normalSum() uint64 {
	if !t.isSummed {
		sum, blank := normalSum("", t.s)
		if !blank {
			t.sum = max(sum, 1)
		}
		t.isSummed = true
	}
	return t.sum
}

// Words is [Words] of the text; they must not be changed, nor used after Free.
func (t *Text) Words() []string {
	if !t.isCut {
		k := t.room()
		k.words = wordsFolded(k.words[:0], t.fold())
		t.words, t.isCut = k.words, true
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
