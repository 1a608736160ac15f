package text

import (
	"slices"

	"github.com/cespare/xxhash/v2"
)

// Groups finds texts that are near-duplicates of one another among any number of texts: each Add costs 104 bytes, twice that
// for a text of 20 to 60 words, and texts are read again where they may be alike. Texts are known by numbers of the caller, below 2^32.
type Groups struct {
	equal  []uint64                      // half the sum of the normal form, then the number of the text
	band   [minBands + lowLists][]uint64 // half a hash, then the number; the last are of lowest runs, by their hashes
	parent map[uint32]uint32
	unlike map[uint64]bool // pairs that were compared; bounded
	text   func(n uint32) (string, error)
}

// lowLists is how many lists there are of runs of lowest hash, so that none is long: they are sorted one after the other.
const lowLists = 16

// maxUnlike bounds the memory for pairs, which texts of one pattern have many of, to some 40 MB; what is forgotten is compared again.
const maxUnlike = 1 << 20

// Add takes a text. What is found does not depend on the order in which they come.
func (g *Groups) Add(n uint32, s *Signature) {
	b := &s.Bands
	g.equal = append(g.equal, s.Sum>>32<<32|uint64(n))
	for i, h := range b.minima[:b.nMin] {
		g.band[i] = append(g.band[i], uint64(h)<<32|uint64(n))
	}
	for i, h := range b.lowest[:b.nLow] {
		at := minBands + int(b.list[i])
		g.band[at] = append(g.band[at], uint64(h)<<32|uint64(n))
	}
}

// Find calls text for those that may be alike, and returns for each text that has a near-duplicate the lowest number of its
// group. Near-duplicates of near-duplicates are of one group. Texts with one normal form always are: many texts of one pattern may agree in
// a band, and not all pairs of those are compared.
func (g *Groups) Find(text func(n uint32) (string, error)) (map[uint32]uint32, error) {
	g.parent, g.unlike, g.text = map[uint32]uint32{}, map[uint64]bool{}, text
	for _, list := range g.lists() {
		sortByHash(*list)
		if err := g.compare(*list); err != nil {
			return nil, err
		}
		*list = nil
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

// lists are those of what texts may agree in, the normal form first: it spares the most.
func (g *Groups) lists() []*[]uint64 {
	all := []*[]uint64{&g.equal}
	for b := range g.band {
		all = append(all, &g.band[b])
	}
	return all
}

// sortByHash puts entries that have one hash, in their upper halves, in a row. It passes over them three times, where comparing would take
// as many passes as their number has digits.
func sortByHash(entries []uint64) {
	const digit, digits = 11, 3 // of 32 bits; the lowest has 10
	from, to := entries, make([]uint64, len(entries))
	for d := range digits {
		shift := 32 + max(0, d*digit-1)
		mask := uint64(1)<<digit - 1
		if d == 0 {
			mask >>= 1
		}
		var at [1 << digit]int
		for _, e := range from {
			at[e>>shift&mask]++
		}
		sum := 0
		for i, n := range at {
			at[i], sum = sum, sum+n
		}
		for _, e := range from {
			i := e >> shift & mask
			to[at[i]] = e
			at[i]++
		}
		from, to = to, from
	}
	copy(entries, from)
}

// compare looks at the runs of equal hashes, in the order of the numbers: each text with the first and with the one before it.
func (g *Groups) compare(sorted []uint64) error {
	for at := 0; at < len(sorted); {
		end := at + 1
		for end < len(sorted) && sorted[end]>>32 == sorted[at]>>32 {
			end++
		}
		if err := g.compareRun(sorted[at:end]); err != nil {
			return err
		}
		at = end
	}
	return nil
}

func (g *Groups) compareRun(run []uint64) error {
	if len(run) < 2 {
		return nil
	}
	slices.Sort(run)
	first := &member{n: uint32(run[0])}
	before := first
	for _, e := range run[1:] {
		m := &member{n: uint32(e)}
		if err := g.join(first, m); err != nil {
			return err
		}
		if err := g.join(before, m); err != nil {
			return err
		}
		before = m
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
