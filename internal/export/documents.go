package export

import (
	"cmp"
	"math/bits"
	"slices"

	"hardneg/internal/work"
)

// documentSum is what is kept of a text of a corpus: hashes of its id in its scope, and of its normal form.
type documentSum struct{ id, text uint64 }

// documents finds texts by their ids, in sixteen bytes a text and three eighths of one.
type documents struct {
	sums   []documentSum
	starts []uint32 // where the ids begin that have the same first bits, and the end; nil while sums are not in order
	used   []uint64 // a bit for each that is in a relation
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

// find gives the place of an id in the sums, after sort.
func (d *documents) find(id uint64) (place int, ok bool) {
	b := d.bucket(id)
	these := d.sums[d.starts[b]:d.starts[b+1]]
	at, ok := slices.BinarySearchFunc(these, id, func(s documentSum, id uint64) int { return cmp.Compare(s.id, id) })
	return int(d.starts[b]) + at, ok
}

// use marks the text at a place, after sort.
func (d *documents) use(place int) {
	if n := len(d.sums)/64 + 1; n > len(d.used) {
		d.used = append(d.used, make([]uint64, n-len(d.used))...)
	}
	d.used[place/64] |= 1 << (place % 64)
}

// idle counts the texts that are not marked.
func (d *documents) idle() int {
	n := len(d.sums)
	for _, u := range d.used {
		n -= bits.OnesCount64(u)
	}
	return n
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
