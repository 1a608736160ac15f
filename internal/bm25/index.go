// Package bm25 ranks texts by BM25 in memory. It owns the inverted index: what a word, a text or a rank is for is not its matter.
//
// A text takes two to three bytes for each different word in it, and a word that no text had before some 100 bytes: measured, 100,000
// passages of 100 words take 25 MB with 24,000 different words, 55 MB with 300,000, and while the index is made, three times that at most.
// It grows with the texts and has no other bound. The texts themselves are not kept.
package bm25

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"sync"
)

// The parameters of Anserini and Pyserini, which the published BM25 negatives are mined with.
const (
	K1 = 0.9
	B  = 0.4
)

// Index ranks the texts that were added. Texts are added by one goroutine; after Seal any number may search.
type Index struct {
	k1, b   float64
	numbers map[string]uint32 // of words
	lists   []postings        // by the number of the word
	lengths []uint32          // words of each text
	norms   []float32         // k1·(1−b+b·length/mean) of each text
	counts  map[uint32]uint32 // of the words of one text, used again for each
	order   []uint32
	sums    sync.Pool // scores of all texts
}

// postings are the texts that have a word: for each the distance from the one before, and how often the word stands in it.
type postings struct {
	packed []byte
	last   uint32
	n      uint32
}

// Hit is a text, by the order of adding from 0, and its score.
type Hit struct {
	Text  uint32
	Score float32
}

// New returns an empty index.
func New(k1, b float64) *Index {
	return &Index{k1: k1, b: b, numbers: map[string]uint32{}, counts: map[uint32]uint32{}}
}

// Len is the number of texts.
func (x *Index) Len() int { return len(x.lengths) }

// Add adds a text by its words.
func (x *Index) Add(words []string) {
	text := uint32(len(x.lengths))
	x.lengths = append(x.lengths, uint32(len(words)))
	clear(x.counts)
	x.order = x.order[:0]
	for _, w := range words {
		n := x.number(w)
		if x.counts[n] == 0 {
			x.order = append(x.order, n)
		}
		x.counts[n]++
	}
	for _, n := range x.order {
		l := &x.lists[n]
		l.packed = binary.AppendUvarint(l.packed, uint64(text-l.last))
		l.packed = binary.AppendUvarint(l.packed, uint64(x.counts[n]))
		l.last = text
		l.n++
	}
}

// number is the number of a word. The key is a copy: a word is a part of its text, which must not stay in memory for it.
func (x *Index) number(word string) uint32 {
	n, ok := x.numbers[word]
	if !ok {
		n = uint32(len(x.lists))
		x.numbers[string([]byte(word))] = n
		x.lists = append(x.lists, postings{})
	}
	return n
}

// Seal ends the adding and makes the index fit for searching.
func (x *Index) Seal() {
	sum := 0.0
	for _, n := range x.lengths {
		sum += float64(n)
	}
	mean := max(1, sum/float64(max(1, len(x.lengths))))
	x.norms = make([]float32, len(x.lengths))
	for i, n := range x.lengths {
		x.norms[i] = float32(x.k1 * (1 - x.b + x.b*float64(n)/mean))
	}
	for i, l := range x.lists {
		x.lists[i].packed = slices.Clip(l.packed)
	}
	x.counts, x.order = nil, nil
}

// Search returns the k texts of the highest scores, best first; texts of equal score in the order of adding. A text that has none
// of the words is not among them. A word that stands twice in the query counts twice.
//
// Every product is rounded before it is added, so that no processor fuses the two and ranks otherwise than another.
func (x *Index) Search(words []string, k int) []Hit {
	scores, _ := x.sums.Get().(*[]float32)
	if scores == nil {
		s := make([]float32, x.Len())
		scores = &s
	}
	defer x.sums.Put(scores)
	clear(*scores)
	times := map[uint32]float32{}
	for _, w := range words {
		if n, ok := x.numbers[w]; ok {
			times[n]++
		}
	}
	for _, n := range sortedKeys(times) {
		x.score(n, times[n], *scores)
	}
	return best(*scores, k)
}

func sortedKeys(m map[uint32]float32) []uint32 {
	out := make([]uint32, 0, len(m))
	for n := range m {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// score adds what a word is worth to the texts that have it.
func (x *Index) score(word uint32, times float32, scores []float32) {
	l := x.lists[word]
	weight := times * float32(IDF(x.Len(), int(l.n))) * float32(x.k1+1)
	text := uint64(0)
	for p := l.packed; len(p) > 0; {
		step, n := uint64(p[0]), 1
		if step >= 0x80 {
			step, n = binary.Uvarint(p)
		}
		count, m := uint64(p[n]), 1
		if count >= 0x80 {
			count, m = binary.Uvarint(p[n:])
		}
		p = p[n+m:]
		text += step
		tf := float32(count)
		scores[text] += float32(weight * (tf / (tf + x.norms[text])))
	}
}

// IDF is the weight of a word that n of all texts have, never negative, as Lucene has it.
func IDF(all, n int) float64 {
	return math.Log(1 + (float64(all)-float64(n)+0.5)/(float64(n)+0.5))
}

// best picks the k highest scores above 0.
func best(scores []float32, k int) []Hit {
	heap := make([]Hit, 0, max(0, min(k, len(scores)))) // the worst of the best first
	for i, s := range scores {
		if s <= 0 || k < 1 || len(heap) == k && s <= heap[0].Score {
			continue
		}
		if len(heap) < k {
			heap = append(heap, Hit{uint32(i), s})
			up(heap)
			continue
		}
		heap[0] = Hit{uint32(i), s}
		down(heap)
	}
	slices.SortFunc(heap, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Text, b.Text))
	})
	return heap
}

// worse orders a heap of hits: the one to be dropped next is at its top.
func worse(a, b Hit) bool { return a.Score < b.Score || a.Score == b.Score && a.Text > b.Text }

func up(h []Hit) {
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if !worse(h[i], h[parent]) {
			return
		}
		h[i], h[parent] = h[parent], h[i]
		i = parent
	}
}

func down(h []Hit) {
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if child+1 < len(h) && worse(h[child+1], h[child]) {
			child++
		}
		if !worse(h[child], h[i]) {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
