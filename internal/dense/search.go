package dense

import "slices"

// Hit is a row that was found, with the cosine of its vector and the one that was looked for.
type Hit struct {
	Row   int
	Score float32
}

// Search compares a vector of length 1 with all rows and returns those with the highest cosines that keep says yes to, at most most of
// them, the highest first and the lower row first where they are equal. keep is asked in the order of the rows, only about rows that
// would be among the best so far; nil keeps all.
func (x *Index) Search(q []float32, most int, keep func(row int, score float32) bool) []Hit {
	best := make(heap, 0, most)
	for row := range x.rows {
		h := Hit{row, Dot(q, x.Row(row))}
		if most == 0 || len(best) == most && !best[0].below(h) || keep != nil && !keep(row, h.Score) {
			continue
		}
		best.add(h, most)
	}
	slices.SortFunc(best, func(a, b Hit) int {
		if a.below(b) {
			return 1
		}
		return -1
	})
	return best
}

// below orders hits: of equal ones the later row is the lower.
func (h Hit) below(other Hit) bool {
	return h.Score < other.Score || h.Score == other.Score && h.Row > other.Row
}

// heap has the lowest of the best at its top.
type heap []Hit

func (h *heap) add(hit Hit, most int) {
	if len(*h) < most {
		*h = append(*h, hit)
		h.up(len(*h) - 1)
		return
	}
	(*h)[0] = hit
	h.down()
}

func (h heap) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !h[i].below(h[parent]) {
			return
		}
		h[i], h[parent] = h[parent], h[i]
		i = parent
	}
}

func (h heap) down() {
	for i := 0; ; {
		low := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(h); child++ {
			if h[child].below(h[low]) {
				low = child
			}
		}
		if low == i {
			return
		}
		h[i], h[low] = h[low], h[i]
		i = low
	}
}

// Dot is the product of two vectors of one dimension, which is the cosine if both have length 1. Eight sums side by side keep the
// processor busy. The conversions keep a compiler from fusing a product with a sum, so that all machines find the same ranks.
func Dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s [8]float32
	i := 0
	for ; i+8 <= len(a); i += 8 {
		p, q := a[i:i+8:i+8], b[i:i+8:i+8]
		s[0] += float32(p[0] * q[0])
		s[1] += float32(p[1] * q[1])
		s[2] += float32(p[2] * q[2])
		s[3] += float32(p[3] * q[3])
		s[4] += float32(p[4] * q[4])
		s[5] += float32(p[5] * q[5])
		s[6] += float32(p[6] * q[6])
		s[7] += float32(p[7] * q[7])
	}
	for ; i < len(a); i++ {
		s[i%8] += float32(a[i] * b[i])
	}
	return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]))
}
