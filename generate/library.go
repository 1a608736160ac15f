package generate

import (
	"context"
	"fmt"
	"sync"

	"hardneg"
	"hardneg/internal/bm25"
	"hardneg/internal/text"
)

// Corpus is where the passages of a run are read.
type Corpus interface {
	// EachPassage calls f with every passage and its number, in the order of their ids.
	EachPassage(ctx context.Context, f func(number int64, p hardneg.Passage) error) error
	// PassagesAt reads passages by their numbers, in the order of these.
	PassagesAt(ctx context.Context, numbers []int64) ([]hardneg.Passage, error)
	// EachLinks calls f with the number of each passage that refers to others and their ids, once or oftener.
	EachLinks(ctx context.Context, f func(number int64, ids []string) error) error
}

// Library is the corpus of a run with what is made of it to find passages in it. That is made when it is first needed: a run that has
// nothing to mine reads no passage for it. It is safe for concurrent use.
type Library struct {
	Corpus Corpus
	Stored Replies // where the vectors of passages stand; nil: there are none
	Dir    string  // where a matrix of vectors may lie while it is used

	mu      sync.Mutex
	vectors map[string]*Vectors       // by encoder
	queries map[hardneg.Key][]float32 // vectors of the queries at work that were asked for together, by the names of their texts
	graph   *Graph
	ranks   *bm25.Index
	numbers []int64 // of the passages, in the order of the index
}

// index returns the BM25 index of all passages, titles included.
func (l *Library) index(ctx context.Context) (*bm25.Index, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ranks != nil {
		return l.ranks, nil
	}
	x := bm25.New(bm25.K1, bm25.B)
	var numbers []int64
	err := l.Corpus.EachPassage(ctx, func(number int64, p hardneg.Passage) error {
		x.Add(text.Words(p.Title + "\n" + p.Text))
		numbers = append(numbers, number)
		return ctx.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("index the passages: %w", err)
	}
	x.Seal()
	l.ranks, l.numbers = x, numbers
	return x, nil
}

// ranked reads the passages that match a query best, a few at a time as they are asked for, until yield says no.
func (l *Library) ranked(ctx context.Context, query string, most int, yield func(hardneg.Passage) bool) error {
	x, err := l.index(ctx)
	if err != nil {
		return err
	}
	hits := x.Search(text.Words(query), most)
	numbers := make([]int64, len(hits))
	for i, h := range hits {
		numbers[i] = l.numbers[h.Text]
	}
	return l.read(ctx, numbers, func(_ int, p hardneg.Passage) bool { return yield(p) })
}

// read reads passages a few at a time, until yield, which is told the place of each, says no.
func (l *Library) read(ctx context.Context, numbers []int64, yield func(i int, p hardneg.Passage) bool) error {
	for from := 0; from < len(numbers); from += readAtOnce {
		ps, err := l.Corpus.PassagesAt(ctx, numbers[from:min(from+readAtOnce, len(numbers))])
		if err != nil {
			return err
		}
		for i, p := range ps {
			if !yield(from+i, p) {
				return nil
			}
		}
	}
	return nil
}

// readAtOnce is how many passages are read at a time: most queries take a few of the first.
const readAtOnce = 8
