package export

import (
	"math/bits"
	"math/rand/v2"
)

// hashes is a set of 64-bit hashes in 10 to 15 bytes each. Up to four fifths of its cells are taken; those that are not are 0. The
// zero hashes is empty.
type hashes struct {
	cells []uint64
	n     int
}

// scatter makes the place of a hash one that nobody who chose texts could foresee.
var scatter = rand.Uint64() | 1

// place is the cell of a hash, or the empty one where it would be.
func (s *hashes) place(h uint64) int {
	at, _ := bits.Mul64(h*scatter, uint64(len(s.cells)))
	for s.cells[at] != 0 && s.cells[at] != h {
		if at++; at == uint64(len(s.cells)) {
			at = 0
		}
	}
	return int(at)
}

// add reports whether the hash is new.
func (s *hashes) add(h uint64) bool {
	h = max(h, 1) // 0 and 1 are one hash
	if s.n >= len(s.cells)/5*4 {
		s.grow()
	}
	at := s.place(h)
	if s.cells[at] == h {
		return false
	}
	s.cells[at] = h
	s.n++
	return true
}

func (s *hashes) has(h uint64) bool {
	h = max(h, 1)
	return s.n > 0 && s.cells[s.place(h)] == h
}

func (s *hashes) grow() {
	old := s.cells
	s.cells = make([]uint64, max(10, len(old)+len(old)/2))
	for _, h := range old {
		if h != 0 {
			s.cells[s.place(h)] = h
		}
	}
}

// empty takes all hashes out. A large set is not kept: to empty it again and again for few hashes would take as long as to fill it.
func (s *hashes) empty() {
	if len(s.cells) > 100 {
		s.cells = nil
	}
	clear(s.cells)
	s.n = 0
}

// missing counts the hashes of s that another set does not have.
func (s *hashes) missing(other *hashes) (n int) {
	for _, h := range s.cells {
		if h != 0 && !other.has(h) {
			n++
		}
	}
	return n
}
