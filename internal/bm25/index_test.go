package bm25

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func indexOf(k1, b float64, texts ...[]string) *Index {
	x := New(k1, b)
	for _, t := range texts {
		x.Add(t)
	}
	x.Seal()
	return x
}

// oracle is BM25 as it stands in the book, for every text anew.
func oracle(k1, b float64, texts [][]string, query []string) []Hit {
	total := 0
	for _, t := range texts {
		total += len(t)
	}
	mean := float64(total) / float64(len(texts))
	count := func(t []string, w string) (n float64) {
		for _, x := range t {
			if x == w {
				n++
			}
		}
		return n
	}
	var out []Hit
	for i, t := range texts {
		score := 0.0
		for _, w := range query {
			n := 0.0
			for _, other := range texts {
				if slices.Contains(other, w) {
					n++
				}
			}
			tf := count(t, w)
			idf := math.Log(1 + (float64(len(texts))-n+0.5)/(n+0.5))
			score += idf * tf * (k1 + 1) / (tf + k1*(1-b+b*float64(len(t))/mean))
		}
		if score > 0 {
			out = append(out, Hit{uint32(i), float32(score)})
		}
	}
	slices.SortFunc(out, func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Text, b.Text)) })
	return out
}

// agree compares two rankings; texts whose scores differ by rounding only may change places.
func agree(t *rapid.T, got, want []Hit) {
	if len(got) != len(want) {
		t.Fatalf("%d hits, want %d: %v, %v", len(got), len(want), got, want)
	}
	scores := map[uint32]float32{}
	for _, h := range want {
		scores[h.Text] = h.Score
	}
	for i := range got {
		for name, other := range map[string]float32{"its own": scores[got[i].Text], "the one at its rank": want[i].Score} {
			if math.Abs(float64(got[i].Score-other)) > 1e-4 {
				t.Fatalf("rank %d: text %d has %g, not %s, %g", i, got[i].Text, got[i].Score, name, other)
			}
		}
	}
}

var words = rapid.SampledFrom(strings.Fields("a b c d e f g h i j rare"))

func TestTheIndexRanksAsTheFormulaDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.SliceOfN(words, 1, 30), 1, 200).Draw(t, "texts")
		query := rapid.SliceOfN(words, 1, 6).Draw(t, "query")
		k1, b := rapid.SampledFrom([]float64{K1, 1.2, 2}).Draw(t, "k1"), rapid.SampledFrom([]float64{B, 0, 0.75, 1}).Draw(t, "b")
		x := indexOf(k1, b, texts...)
		want := oracle(k1, b, texts, query)
		agree(t, x.Search(query, len(texts)), want)
		k := rapid.IntRange(1, len(texts)).Draw(t, "k")
		all, some := x.Search(query, len(texts)), x.Search(query, k)
		if !slices.Equal(some, all[:min(k, len(all))]) {
			t.Fatalf("the first %d of all are %v, searched for alone they are %v", k, all[:min(k, len(all))], some)
		}
	})
}

func TestEqualScoresStandInTheOrderOfAdding(t *testing.T) {
	x := indexOf(K1, B, []string{"b"}, []string{"a", "c"}, []string{"a", "c"}, []string{"a", "c"})
	var got []uint32
	for _, h := range x.Search([]string{"a"}, 2) {
		got = append(got, h.Text)
	}
	if !slices.Equal(got, []uint32{1, 2}) {
		t.Errorf("%v", got)
	}
}

func TestSearchesWithoutAHit(t *testing.T) {
	x := indexOf(K1, B, []string{"a"}, nil)
	for name, hits := range map[string][]Hit{"unknown word": x.Search([]string{"b"}, 3), "no word": x.Search(nil, 3), "none wanted": x.Search([]string{"a"}, 0),
		"nothing added": indexOf(K1, B).Search([]string{"a"}, 3)} {
		if len(hits) != 0 {
			t.Errorf("%s: %v", name, hits)
		}
	}
}

func TestSearchesAtOnceDoNotMix(t *testing.T) {
	x := indexOf(K1, B, zipf(500)...)
	want := fmt.Sprint(x.Search([]string{"w1", "w77"}, 10))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 50 {
				x.Search([]string{"w3", fmt.Sprint("w", i)}, 5)
				if got := fmt.Sprint(x.Search([]string{"w1", "w77"}, 10)); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			}
		})
	}
	all.Wait()
}

// zipf makes texts of 100 words that are as unevenly spread as those of a language: the commonest stands in nearly every text.
func zipf(n int) [][]string {
	r := rand.New(rand.NewPCG(1, 2))
	z := rand.NewZipf(r, 1.07, 2, 300_000)
	out := make([][]string, n)
	for i := range out {
		for range 100 {
			out[i] = append(out[i], fmt.Sprint("w", z.Uint64()))
		}
	}
	return out
}

func BenchmarkSearch(b *testing.B) {
	before := heap()
	x := New(K1, B)
	r := rand.New(rand.NewPCG(1, 2))
	z := rand.NewZipf(r, 1.07, 2, 300_000)
	draw := func(n int) (t []string) {
		for range n {
			t = append(t, fmt.Sprint("w", z.Uint64()))
		}
		return t
	}
	for range 100_000 {
		x.Add(draw(100))
	}
	x.Seal()
	queries := make([][]string, 100)
	for i := range queries {
		queries[i] = draw(10)
	}
	size := float64(heap()-before) / 1e6
	for i := 0; b.Loop(); i++ {
		x.Search(queries[i%len(queries)], 100)
	}
	b.ReportMetric(size, "MB")
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
