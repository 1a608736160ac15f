package dense

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

func filled(t testing.TB, vectors [][]float32) *Index {
	t.Helper()
	dir := t.TempDir()
	x, err := New(dir, len(vectors))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	for _, i := range rand.Perm(len(vectors)) { // whatever the order in which they come
		if err := x.Put(vectors[i], i); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Seal(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v lies in the folder: %v", left, err)
	}
	return x
}

func drawn(r *rand.Rand, n, dim int) [][]float32 {
	out := make([][]float32, n)
	for i := range out {
		out[i] = make([]float32, dim)
		for k := range out[i] {
			out[i][k] = float32(r.NormFloat64())
		}
	}
	return out
}

// naive is the cosine of two vectors in double precision.
func naive(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

func TestSearchFindsWhatANaiveSearchFinds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, dim := range []int{1, 2, 7, 8, 9, 64, 100} {
		vectors := drawn(r, 500, dim)
		copy(vectors[400], vectors[17]) // equal ones: the lower row comes first
		x := filled(t, vectors)
		for _, q := range drawn(r, 10, dim) {
			order := make([]int, len(vectors))
			for i := range order {
				order[i] = i
			}
			slices.SortStableFunc(order, func(a, b int) int {
				switch d := naive(q, vectors[a]) - naive(q, vectors[b]); {
				case d > 0:
					return -1
				case d < 0:
					return 1
				}
				return 0
			})
			u, err := Unit(q)
			if err != nil {
				t.Fatal(err)
			}
			hits := x.Search(u, 30, nil)
			if len(hits) != 30 {
				t.Fatalf("dimension %d: %d hits", dim, len(hits))
			}
			for i, h := range hits {
				want := naive(q, vectors[order[i]])
				if math.Abs(want-float64(h.Score)) > 1e-5 || math.Abs(naive(q, vectors[h.Row])-want) > 1e-5 {
					t.Fatalf("dimension %d, rank %d: row %d at %v, want row %d at %v", dim, i+1, h.Row, h.Score, order[i], want)
				}
				if i > 0 && !h.below(hits[i-1]) {
					t.Fatalf("ranks %d and %d are out of order: %v", i, i+1, hits[i-1:i+1])
				}
			}
		}
	}
}

func TestSearchKeepsWhatItIsToldTo(t *testing.T) {
	t.Parallel()
	x := filled(t, [][]float32{{1, 0}, {2, 2}, {0, 3}, {-1, 0}, {5, 5}})
	odd := func(row int, _ float32) bool { return row != 4 }
	var got []int
	for _, h := range x.Search([]float32{1, 0}, 3, odd) {
		got = append(got, h.Row)
	}
	if !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("rows %v", got)
	}
	if all := x.Search([]float32{1, 0}, 10, nil); len(all) != 5 || all[1].Row != 1 || all[2].Row != 4 || all[4].Row != 3 {
		t.Errorf("%v", all)
	}
	if none := x.Search([]float32{1, 0}, 0, nil); len(none) != 0 {
		t.Errorf("%v", none)
	}
}

func TestVectorsThatCannotBeComparedAreErrors(t *testing.T) {
	t.Parallel()
	x, err := New(t.TempDir(), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, v := range [][]float32{{0, 0}, {1, nan}, {inf, 1}} {
		if err := x.Put(v, 0); !errors.Is(err, ErrLength) {
			t.Errorf("%v: %v", v, err)
		}
	}
	if err := x.Put([]float32{1, 2, 3}, 0); !errors.Is(err, ErrDimension) {
		t.Errorf("three numbers among two: %v", err)
	}
	if err := x.Put([]float32{1, 2}, 1); err != nil || x.Missing() != 1 || x.Has(0) || !x.Has(1) {
		t.Errorf("%v: %d missing", err, x.Missing())
	}
	if err := x.Seal(); err == nil {
		t.Error("a row has no vector, and it was sealed")
	}
}

func BenchmarkSearch(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	x := filled(b, drawn(r, 20000, 768))
	q, _ := Unit(drawn(r, 1, 768)[0])
	for b.Loop() {
		x.Search(q, 150, nil)
	}
}
