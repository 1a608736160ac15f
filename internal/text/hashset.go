package text

import "math/bits"

// hashSet is a set of hashes: half of its cells or more are 0 and empty. A hash is its own place, so nothing is hashed again and
// nothing sorted. The zero hashSet is empty.
type hashSet struct {
	cells []uint64
	n     int
}

func newHashSet(hashes []uint64) hashSet {
	if len(hashes) == 0 {
		return hashSet{}
	}
	s := hashSet{cells: make([]uint64, 1<<bits.Len(uint(2*len(hashes)-1)))}
	for _, h := range hashes {
		h = max(h, 1) // 0 and 1 are one hash
		if at := s.place(h); s.cells[at] == 0 {
			s.cells[at] = h
			s.n++
		}
	}
	return s
}

// place is the cell of a hash, or the empty one where it would be.
func (s hashSet) place(h uint64) int {
	at := int(h>>32) & (len(s.cells) - 1)
	for s.cells[at] != 0 && s.cells[at] != h {
		at = (at + 1) & (len(s.cells) - 1)
	}
	return at
}

// common counts what two sets share.
func common(a, b hashSet) int {
	if len(a.cells) > len(b.cells) {
		a, b = b, a
	}
	both := 0
	for _, h := range a.cells {
		if h != 0 && b.cells[b.place(h)] == h {
			both++
		}
	}
	return both
}
