package text

import (
	"cmp"
	"slices"
	"strings"
)

// boundary stands for \b in a word.
const boundary = "\x00"

// finder looks for words in a text, all at once: by two bytes that are rare in texts, then by the four that begin with them.
type finder struct {
	all   []word
	pairs [1 << 10]uint64 // a bit for each pair of bytes
	keys  [1 << 7]uint64  // a bit for the hash of each key of by, which spares most of the lookups
	by    map[uint32][]word
	fold  bool // texts are put in one case
}

// word is a piece of text that is known by what stands at an offset in it; open says that there may be anything before or after it.
type word struct {
	text                string
	at                  int
	openLeft, openRight bool
}

func newFinder(words []string, fold bool) *finder {
	all := make([]word, len(words))
	for i, w := range words {
		text := strings.TrimPrefix(strings.TrimSuffix(w, boundary), boundary)
		all[i] = word{text, rarest(text), !strings.HasPrefix(w, boundary), !strings.HasSuffix(w, boundary)}
	}
	f := joinFinder(all)
	f.fold = fold
	return f
}

func joinFinder(words []word) *finder {
	f := &finder{all: words, by: map[uint32][]word{}}
	for _, w := range words {
		rare := w.text[w.at:]
		if len(rare) > 1 {
			f.add(pairAt(rare, 0), quadAt(rare), w)
			continue
		}
		for next := range 1 << 8 { // a single character, whatever comes after it
			pair := uint16(rare[0])<<8 | uint16(next)
			f.add(pair, uint32(pair), w)
		}
	}
	return f
}

func (f *finder) add(pair uint16, key uint32, w word) {
	f.pairs[pair>>6] |= 1 << (pair & 63)
	f.by[key] = append(f.by[key], w)
	cell := cellOf(key)
	f.keys[cell>>6] |= 1 << (cell & 63)
}

func cellOf(key uint32) uint32 { return key * 0x9e3779b1 >> 19 }

// at reports whether a word of a key stands around a position of a text.
func (f *finder) at(s string, i int, key uint32) bool {
	if cell := cellOf(key); f.keys[cell>>6]&(1<<(cell&63)) == 0 {
		return false
	}
	for _, w := range f.by[key] {
		if w.stands(s, i-w.at) {
			return true
		}
	}
	return false
}

// frequent are the characters of texts, the most frequent first.
const frequent = " etaoinsrhldcumfpgwybvkxjqz"

// rarest is the offset in a word of a rare pair with two more characters behind it, if the word is that long.
func rarest(text string) int {
	weight := func(at int) int {
		if i := strings.IndexByte(frequent, text[at]); i >= 0 {
			return len(frequent) - i
		}
		return 4
	}
	offsets := []int{0}
	for at := 1; at+4 <= len(text) || len(text) < 4 && at+2 <= len(text); at++ {
		offsets = append(offsets, at)
	}
	if len(text) < 2 {
		return 0
	}
	return slices.MinFunc(offsets, func(a, b int) int { return cmp.Compare(weight(a)*weight(a+1), weight(b)*weight(b+1)) })
}

func pairAt(s string, i int) uint16 {
	if i+1 < len(s) {
		return uint16(s[i])<<8 | uint16(s[i+1])
	}
	return uint16(s[i]) << 8
}

// quadAt is the first four bytes as a number; the first pair where there are fewer.
func quadAt(s string) uint32 {
	if len(s) < 4 {
		return uint32(pairAt(s, 0))
	}
	return uint32(pairAt(s, 0))<<16 | uint32(pairAt(s, 2))
}

// in reports whether one of the words is in the text.
func (f *finder) in(s string) bool {
	if f.fold {
		s = oneCase(s)
	}
	for i := range len(s) {
		pair := pairAt(s, i)
		if f.pairs[pair>>6]&(1<<(pair&63)) == 0 {
			continue
		}
		if f.at(s, i, uint32(pair)) || i+4 <= len(s) && f.at(s, i, quadAt(s[i:])) {
			return true
		}
	}
	return false
}

// stands reports whether the word is at a position of a text.
func (w word) stands(s string, i int) bool {
	return i >= 0 && strings.HasPrefix(s[i:], w.text) && (w.openLeft || atBoundary(s, i)) && (w.openRight || atBoundary(s, i+len(w.text)))
}

// atBoundary is \b at a position.
func atBoundary(s string, i int) bool {
	return (i > 0 && wordByte(s[i-1])) != (i < len(s) && wordByte(s[i]))
}

func wordByte(c byte) bool { return asciiClass[c]&(inWord|joinsAny) != 0 }
