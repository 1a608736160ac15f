package export

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestHashesAreASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := rapid.OneOf(rapid.Uint64Range(1, 20), rapid.Uint64Min(1), rapid.Map(rapid.Uint64Range(0, 50), func(n uint64) uint64 { return 1<<63 + n }))
		var s, other hashes
		want, others := map[uint64]bool{}, map[uint64]bool{}
		for _, n := range rapid.SliceOfN(h, 0, 200).Draw(t, "hashes") {
			if s.has(n) != want[n] || s.add(n) == want[n] {
				t.Fatalf("%d: want it there %v", n, want[n])
			}
			want[n] = true
			if n%3 > 0 {
				other.add(n)
				others[n] = true
			}
		}
		if s.n != len(want) || s.missing(&other) != len(want)-len(others) || other.missing(&s) != 0 {
			t.Fatalf("%d, %d missing, want %d, %d", s.n, s.missing(&other), len(want), len(want)-len(others))
		}
		if s.empty(); s.n != 0 || s.missing(&other) != 0 || len(want) > 0 && s.has(slices.Collect(maps.Keys(want))[0]) {
			t.Fatal("is not empty")
		}
	})
}

func TestZeroIsAHash(t *testing.T) {
	var s hashes
	if s.has(0) || !s.add(0) || !s.has(0) || s.add(0) {
		t.Error("0 is as any other")
	}
}

// TestHashesTakeLittle measures the promise: 10 to 15 bytes a hash, and few steps to each.
func TestHashesTakeLittle(t *testing.T) {
	var s hashes
	for i := range 300_000 {
		s.add(rand.Uint64())
		if n := i + 1; n > 1000 && (len(s.cells)*8 < 10*n || len(s.cells)*8 > 16*n) {
			t.Fatalf("%d hashes take %d bytes", n, len(s.cells)*8)
		}
	}
}

func TestDocumentsAreFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{0, 1, 2, 15, 16, 17, 300, 5000}).Draw(t, "n")
		few := rapid.Bool().Draw(t, "few first bits")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var d documents
		want := map[uint64]uint64{}
		for i := range n {
			id := r.Uint64()
			if few {
				id = id>>62<<62 | id&0xfff
			}
			if _, again := want[id]; again {
				continue
			}
			want[id] = uint64(i)
			d.add(documentSum{id, uint64(i)})
		}
		d.sort()
		for id, text := range want {
			if place, ok := d.find(id); !ok || d.sums[place].text != text {
				t.Fatalf("%x: %d %v, want the place of %d", id, place, ok, text)
			}
			if _, there := want[id+1]; !there {
				if _, ok := d.find(id + 1); ok {
					t.Fatalf("%x is found", id+1)
				}
			}
		}
		if d.idle() != len(d.sums) {
			t.Fatal("one is used")
		}
		if n > 0 {
			for range 2 {
				d.use(0)
				d.use(len(d.sums) - 1)
			}
			if idle := d.idle(); idle != max(0, len(d.sums)-2) {
				t.Fatalf("%d of %d are idle", idle, len(d.sums))
			}
		}
		if d.twice() != 0 {
			t.Fatal("none stands twice")
		}
		again := min(3, len(d.sums))
		for _, s := range d.sums[:again] {
			d.add(s)
		}
		if d.sort(); d.twice() != again {
			t.Fatalf("%d stand twice, want %d", d.twice(), again)
		}
	})
}
