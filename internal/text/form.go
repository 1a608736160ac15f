package text

import (
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// Form is what of a text is needed to tell whether another one is the same: equal in its normal form, be it with the title or without.
// Nearly all texts differ in how they begin, so only that is read at first; the sums of the normal forms are made when two begin alike.
type Form struct {
	Title, Text string
	openings    [2]uint64 // without the title and with it
	sums        [2]uint64
	summed      bool
}

// NewForm reads the beginning of a text.
func NewForm(title, s string) Form {
	alone := opening("", s)
	f := Form{Title: title, Text: s, openings: [2]uint64{alone, alone}}
	if title != "" {
		f.openings[1] = opening(title, s)
	}
	return f
}

// Openings are equal where the normal forms are, without the title and with it.
func (f *Form) Openings() [2]uint64 { return f.openings }

// Compact keeps the sums alone, so that the text need not stay in memory.
func (f *Form) Compact() {
	f.Sums()
	f.Title, f.Text = "", ""
}

// Sums are [NormalSum] of the text and [TitledSum] of it with its title.
func (f *Form) Sums() [2]uint64 {
	if !f.summed {
		alone := NormalSum(f.Text)
		f.sums, f.summed = [2]uint64{alone, alone}, true
		if f.Title != "" {
			f.sums[1] = TitledSum(f.Title, f.Text)
		}
	}
	return f.sums
}

// Same reports whether both are one text: with title or without, one of the forms of each is equal.
func (f *Form) Same(other *Form) bool {
	a, b := f.openings, other.openings
	if a[0] != b[0] && a[1] != b[1] && a[0] != b[1] && a[1] != b[0] {
		return false
	}
	if f.Text != "" && f.Text == other.Text && f.Title == other.Title {
		return true
	}
	a, b = f.Sums(), other.Sums()
	return a[0] == b[0] || a[1] == b[1] || a[0] == b[1] || a[1] == b[0]
}

// Forms are texts that others are compared with.
type Forms []*Form

// Find returns the first that is the same text, nil if none is.
func (fs Forms) Find(f *Form) *Form {
	for _, other := range fs {
		if other.Same(f) {
			return other
		}
	}
	return nil
}

// Has reports whether one of them is the same text.
func (fs Forms) Has(f *Form) bool { return fs.Find(f) != nil }

// Add takes a text that is not among them yet.
func (fs *Forms) Add(f *Form) {
	if !fs.Has(f) {
		*fs = append(*fs, f)
	}
}

// openingSize is how many bytes of a normal form, not counting spaces and sharps, an opening is made of.
const openingSize = 16

// opening is a hash of the beginning of the normal form of a title and a text, without spaces and sharps: texts of one normal form have
// one opening.
func opening(title, s string) uint64 {
	var room [openingSize]byte
	n, over, plain := openingPlain(&room, 0, title)
	if plain && !over {
		n, _, plain = openingPlain(&room, n, s)
	}
	if plain {
		return xxhash.Sum64(room[:n])
	}
	if title != "" {
		s = title + " " + s
	}
	return openingForeign(s)
}

// openingPlain adds the letters and digits of an ASCII text. over says that there are more than it takes, so that what follows cannot
// change them: a combining mark changes the character before it.
func openingPlain(b *[openingSize]byte, n int, s string) (_ int, over, plain bool) {
	for i := range len(s) {
		c := plainNormal[s[i]]
		switch {
		case c&isForeign != 0:
			return n, false, false
		case c&(isSeparator|isSharp) != 0:
			continue
		case n == openingSize:
			return n, true, true
		}
		b[n] = byte(c)
		n++
	}
	return n, false, true
}

// openingForeign makes the normal form of a part of the text that is long enough.
func openingForeign(s string) uint64 {
	for least := 4 * openingSize; ; least *= 4 {
		part := s[:cut(s, least)]
		var room [openingSize]byte
		n := 0
		for _, r := range []byte(Normal(part)) {
			if r != ' ' && r != '#' && n < openingSize {
				room[n] = r
				n++
			}
		}
		if n == openingSize || len(part) == len(s) {
			return xxhash.Sum64(room[:n])
		}
	}
}

// cut is a place not before the given one at which a text can be cut so that each part has its own part of the normal form: what stands
// behind is a character that is never composed with one before it, and that stays.
func cut(s string, least int) int {
	for i := least; i < len(s); i++ {
		if c := s[i]; c < utf8.RuneSelf && !asciiSeparates[c] {
			return i
		}
		if r, _ := utf8.DecodeRuneInString(s[i:]); '\u4e00' <= r && r <= '\u9fff' && utf8.RuneStart(s[i]) {
			return i
		}
	}
	return len(s)
}
