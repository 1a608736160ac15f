package text

import (
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// The sketch for finding candidates: texts that agree in all rows of one band are compared. Of pairs that share 70 % of their
// runs 96 % are found, of those that share 80 % 99.8 %, by what is drawn here.
const (
	bands     = 12
	bandRows  = 4
	groupSalt = 0x9e3779b97f4a7c15
)

// Groups finds texts that are near-duplicates of one another among any number of texts: each Add costs 96 bytes, and the texts
// are read again where they may be alike. Texts are known by numbers of the caller, below 2^32.
type Groups struct {
	band   [bands][]uint64 // half a hash, then the number of the text
	parent map[uint32]uint32
	unlike map[uint64]bool // pairs that were compared; bounded
	text   func(n uint32) (string, error)
}

// maxUnlike bounds the memory for pairs, which texts of one pattern have many of, to some 40 MB; what is forgotten is compared again.
const maxUnlike = 1 << 20

// Bands are what a text is found by among others.
type Bands struct {
	n    int // how many it has: short texts have one or none
	hash [bands]uint64
}

// NewBands reads a text, which is nearly all of the work.
func NewBands(s string) (b Bands) {
	t := Read(s)
	defer t.Free()
	runs := t.runs()
	if len(runs) == 0 { // too short for all but equality
		if sum := t.normalSum(); sum != 0 {
			b.n, b.hash[0] = 1, sum
		}
		return b
	}
	b.n = bands
	for i := range bands {
		h := uint64(i)
		for _, low := range lowest(runs, i*bandRows+1) {
			h = mix(h, low)
		}
		b.hash[i] = h
	}
	return b
}

// Add takes the next text.
func (g *Groups) Add(n uint32, b Bands) {
	for i, h := range b.hash[:b.n] {
		g.band[i] = append(g.band[i], h>>32<<32|uint64(n))
	}
}

// lowest are the minima of permutations of hashes, from the one of a number: two texts agree in one as often as they share runs.
func lowest(hashes []uint64, number int) (low [bandRows]uint64) {
	var salt [bandRows]uint64
	for r := range bandRows {
		low[r], salt[r] = math.MaxUint64, uint64(number+r)*groupSalt
	}
	for _, h := range hashes {
		h = max(h, 1) // as in a hashSet
		for r := range bandRows {
			x := (h ^ salt[r]) * 0xff51afd7ed558ccd
			low[r] = min(low[r], x^x>>33)
		}
	}
	return low
}

// Find calls text for those that may be alike, and returns for each text that has a near-duplicate the lowest number of its
// group. Near-duplicates of near-duplicates are of one group.
func (g *Groups) Find(text func(n uint32) (string, error)) (map[uint32]uint32, error) {
	g.parent, g.unlike, g.text = map[uint32]uint32{}, map[uint64]bool{}, text
	for b := range g.band {
		slices.Sort(g.band[b])
		if err := g.compare(g.band[b]); err != nil {
			return nil, err
		}
		g.band[b] = nil
	}
	out := make(map[uint32]uint32, len(g.parent))
	for n := range g.parent {
		out[n] = g.root(n)
	}
	for _, root := range out {
		out[root] = root
	}
	return out, nil
}

// compare looks at the runs of equal hashes: each text with the first and with the one before it.
func (g *Groups) compare(sorted []uint64) error {
	for at := 0; at < len(sorted); {
		end := at + 1
		first := &member{n: uint32(sorted[at])}
		before := first
		for ; end < len(sorted) && sorted[end]>>32 == sorted[at]>>32; end++ {
			m := &member{n: uint32(sorted[end])}
			if err := g.join(first, m); err != nil {
				return err
			}
			if err := g.join(before, m); err != nil {
				return err
			}
			before = m
		}
		at = end
	}
	return nil
}

// member is a text of a run, which is read when it is first compared.
type member struct {
	n      uint32
	read   bool
	sketch Sketch
}

func (g *Groups) sketch(m *member) (Sketch, error) {
	if !m.read {
		s, err := g.text(m.n)
		if err != nil {
			return Sketch{}, err
		}
		m.sketch, m.read = NewSketch(s), true
	}
	return m.sketch, nil
}

func (g *Groups) join(a, b *member) error {
	ra, rb := g.root(a.n), g.root(b.n)
	pair := uint64(min(a.n, b.n))<<32 | uint64(max(a.n, b.n))
	if ra == rb || g.unlike[pair] {
		return nil
	}
	sa, err := g.sketch(a)
	if err != nil {
		return err
	}
	sb, err := g.sketch(b)
	if err != nil {
		return err
	}
	if sa.Near(sb) {
		g.parent[max(ra, rb)] = min(ra, rb)
	} else if len(g.unlike) < maxUnlike {
		g.unlike[pair] = true
	}
	return nil
}

func (g *Groups) root(n uint32) uint32 {
	for {
		up, ok := g.parent[n]
		if !ok {
			return n
		}
		if higher, ok := g.parent[up]; ok {
			g.parent[n] = higher // halves the way for the next
		}
		n = up
	}
}

// Runs hashes the runs of n words of a text, one from each word on; a text of fewer words has none. Equal runs of words have
// equal hashes in whichever texts they stand.
func Runs(s string, n int) []uint64 { return runs(Words(s), n*wordUnits) }

// Sum is a hash of the normal form of a text: equal for texts that differ in case, signs and spaces.
func Sum(s string) uint64 { return xxhash.Sum64String(Normal(s)) }
