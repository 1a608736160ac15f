package text

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unsafe"
)

// The bounds of "the same text in other clothes".
const (
	shingleWords  = 3
	shortWords    = 8   // below it only equality counts: two sentences of six words share shingles by chance
	nearJaccard   = 0.7 // of the shingles of both
	nearContained = 0.9 // of the shingles of the shorter
	copiedWords   = 8   // a run of this length is a copy
	copiedShare   = 0.8 // or this share of the query
	copiedLeast   = 6   // of at least this many words
)

// Sketch is what of a text is needed to compare it, so that n texts are read n times and not n².
// The zero Sketch is that of the empty text.
type Sketch struct {
	normal   uint64
	shingles hashSet // empty for a short text
}

// NewSketch reads a text.
func NewSketch(s string) Sketch {
	t := Read(s)
	defer t.Free()
	return t.Sketch()
}

// Sketch is what is needed to compare the text.
func (t *Text) Sketch() Sketch {
	if t.Blank() {
		return Sketch{}
	}
	return Sketch{normal: t.normalSum(), shingles: newHashSet(t.runs())}
}

// runs are the hashes of the runs of words by which a text is compared, none for a short one. They are gone after Free.
func (t *Text) runs() []uint64 {
	k := t.room()
	if !t.isCut && isASCII(t.s) {
		return k.runsASCII(t.s)
	}
	runs := k.runsOf(t.Words(), shingleWords*wordUnits)
	size := 0
	for _, w := range k.weights {
		size += w
	}
	if size < shortWords*wordUnits {
		return nil
	}
	return runs
}

// Same reports whether both are equal but for case, punctuation and spaces.
func (k Sketch) Same(other Sketch) bool { return k.normal == other.normal }

// Near reports whether both are the same text in other clothes; see [NearDuplicate].
func (k Sketch) Near(other Sketch) bool {
	if k.normal == other.normal {
		return true
	}
	if k.shingles.n == 0 || other.shingles.n == 0 {
		return false
	}
	both := common(k.shingles, other.shingles)
	all := k.shingles.n + other.shingles.n - both
	shorter := min(k.shingles.n, other.shingles.n)
	return float64(both) >= nearJaccard*float64(all) || float64(both) >= nearContained*float64(shorter)
}

// NearDuplicate reports whether a and b are the same text in other clothes: of their runs of three words, 70 % of all
// are in both, or 90 % of the shorter one's are in the longer. Where either has fewer than 8 words, only texts of the same
// normal form are.
func NearDuplicate(a, b string) bool { return NewSketch(a).Near(NewSketch(b)) }

// Copied reports whether the query was lifted from the passage: a run of at least 8 of its words stands there
// verbatim, or at least 80 % of a query of at least 6 words does.
func Copied(query, passage string) bool {
	q := Words(query)
	size := unitsOf(q)
	need := copiedWords * wordUnits
	if size < copiedLeast*wordUnits {
		return false
	}
	if share := int(copiedShare*float64(size) + 0.999); share < need {
		need = share
	}
	asked := runs(q, need) // few, so no set of the many of the passage is made
	slices.Sort(asked)
	p := Read(passage)
	defer p.Free()
	return slices.ContainsFunc(p.room().runsOf(p.Words(), need), func(h uint64) bool {
		_, in := slices.BinarySearch(asked, h)
		return in
	})
}

// Contains reports whether the words of part stand in s in a row. No words stand nowhere.
func Contains(s, part string) bool {
	t := Read(s)
	defer t.Free()
	return t.Contains(part)
}

// Contains reports whether the words of part stand in the text in a row. No words stand nowhere.
func (t *Text) Contains(part string) bool {
	p := Words(part)
	if len(p) == 0 {
		return false
	}
	for ws := t.Words(); len(ws) >= len(p); ws = ws[1:] {
		if slices.Equal(ws[:len(p)], p) {
			return true
		}
	}
	return false
}

// runs hashes, from each word on, the shortest run that weighs at least size eighths of a word. Where a run ends
// depends on its own words only, so equal passages of text give equal hashes wherever they stand.
func runs(ws []string, size int) []uint64 { return new(scratch).runsOf(ws, size) }

// runsOf is runs in memory that the next call uses again.
func (k *scratch) runsOf(ws []string, size int) []uint64 {
	hashes, weights := k.hashes[:0], k.weights[:0]
	for _, w := range ws {
		hashes, weights = append(hashes, wordHash(w)), append(weights, units(w))
	}
	k.hashes, k.weights = hashes, weights
	out := k.runs[:0]
	defer func() { k.runs = out }()
	for i := range ws {
		h, weight := uint64(0), 0
		for j := i; j < len(ws) && weight < size; j++ {
			h = mix(h, hashes[j])
			weight += weights[j]
		}
		if weight < size {
			break
		}
		out = append(out, h)
	}
	return out
}

// runsASCII are the runs of a text in ASCII, each of whose words counts one, in one pass over it.
func (k *scratch) runsASCII(s string) []uint64 {
	hashes, out := k.hashes[:0], k.runs[:0]
	for from, to := nextASCII(s, 0); from < len(s); from, to = nextASCII(s, to) {
		hashes = append(hashes, wordHash(s[from:to]))
	}
	if len(hashes) >= shortWords {
		for i := range len(hashes) - shingleWords + 1 {
			h := uint64(0)
			for _, w := range hashes[i : i+shingleWords] {
				h = mix(h, w)
			}
			out = append(out, h)
		}
	}
	k.hashes, k.runs = hashes, out
	return out
}

// wordHash hashes a word, capital letters of ASCII as small ones, eight bytes at a time.
func wordHash(w string) uint64 {
	const lower = 0x20 * 0x0101010101010101
	b := unsafe.Slice(unsafe.StringData(w), len(w))
	h := uint64(len(b)) * groupSalt
	take := func(x uint64) {
		x |= lower &^ (x >> 2) // of other letters than ASCII's, each bit counts
		high, low := bits.Mul64(h^x^0xa0761d6478bd642f, 0xe7037ed1a0b428db)
		h = high ^ low
	}
	for ; len(b) >= 8; b = b[8:] {
		take(binary.LittleEndian.Uint64(b))
	}
	switch n := len(b); {
	case n >= 4:
		take(uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint32(b[n-4:]))<<32)
	case n > 0:
		take(uint64(b[0]) | uint64(b[n/2])<<8 | uint64(b[n-1])<<16)
	}
	return h
}

// mix chains hashes so that their order counts.
func mix(h, next uint64) uint64 {
	return bits.RotateLeft64(h*0x9e3779b97f4a7c15, 29) ^ next*0xc2b2ae3d27d4eb4f
}
