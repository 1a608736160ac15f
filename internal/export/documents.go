package export

import (
	"cmp"
	"math/bits"
	"slices"

	"hardneg/internal/work"
)

// documentSum is what is kept of a text of a corpus: hashes of its id in its scope, and of its normal form.
type documentSum struct{ id, text uint64 }

// documents finds texts by their ids, in sixteen bytes a text and a quarter of one.
type documents struct {
	sums   []documentSum
	starts []uint32 // where the ids begin that have the same first bits, and the end; nil while sums are not in order
}

// manySums is how many share a start, or up to twice as many: so many are within few lines of the cache.
const manySums = 8

func (d *documents) add(s documentSum) { d.sums, d.starts = append(d.sums, s), nil }

// sort puts the texts in the order of their ids. Those are hashes, so their first bits say where they belong: they are put there in
// parts that fit into a core's cache, and each part is sorted by itself.
func (d *documents) sort() {
	if d.starts != nil {
		return
	}
	const partBits = 10
	parts := d.partition(partBits)
	work.Each(len(parts)-1, func(i int) {
		slices.SortFunc(d.sums[parts[i]:parts[i+1]], func(a, b documentSum) int { return cmp.Compare(a.id, b.id) })
	})
	d.starts = make([]uint32, 1<<bits.Len(uint(len(d.sums)/manySums/2))+1)
	for _, s := range d.sums {
		d.starts[d.bucket(s.id)+1]++
	}
	for i := 1; i < len(d.starts); i++ {
		d.starts[i] += d.starts[i-1]
	}
}

// partition brings together what has the same first bits, and returns where each part begins, and the end.
func (d *documents) partition(n int) (parts []int) {
	parts = make([]int, 1<<n+1)
	of := func(s documentSum) int { return int(s.id >> (64 - n)) }
	for _, s := range d.sums {
		parts[of(s)+1]++
	}
	for i := 1; i < len(parts); i++ {
		parts[i] += parts[i-1]
	}
	next := slices.Clone(parts)
	for i := range len(parts) - 1 {
		for next[i] < parts[i+1] {
			s := d.sums[next[i]]
			for to := of(s); to != i; to = of(s) { // what lay there goes to where it belongs, and so on
				s, d.sums[next[to]] = d.sums[next[to]], s
				next[to]++
			}
			d.sums[next[i]] = s
			next[i]++
		}
	}
	return parts
}

// bucket is the number of the start of an id.
func (d *documents) bucket(id uint64) int {
	at, _ := bits.Mul64(id, uint64(len(d.starts)-1))
	return int(at)
}

// find gives the text of an id, after sort.
func (d *documents) find(id uint64) (text uint64, ok bool) {
	b := d.bucket(id)
	these := d.sums[d.starts[b]:d.starts[b+1]]
	at, ok := slices.BinarySearchFunc(these, id, func(s documentSum, id uint64) int { return cmp.Compare(s.id, id) })
	if !ok {
		return 0, false
	}
	return these[at].text, true
}

// twice counts the ids that stand twice, after sort.
func (d *documents) twice() (n int) {
	for i := 1; i < len(d.sums); i++ {
		if d.sums[i].id == d.sums[i-1].id {
			n++
		}
	}
	return n
}
