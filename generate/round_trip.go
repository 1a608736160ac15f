package generate

import (
	"context"
	"fmt"

	"hardneg"
	"hardneg/internal/dense"
	"hardneg/internal/text"
)

// NotFoundAgain is the rule of queries whose own passage is not found by them: see [RoundTrip].
const NotFoundAgain Rule = "not_found_again"

// RoundTrip keeps a query only where it finds the passage that it was written for among the first of the run: the filter of Promptagator
// (arXiv 2209.11755), whose K is 1. There a retriever looks that was trained on the queries themselves. Here BM25 does (k1 0.9, b 0.4),
// which needs no training and finds what shares words: it refuses vague queries, and with them those in words of their own. Or the
// vectors of an encoder do, which read over words and refuse what the encoder does not understand.
type RoundTrip struct {
	Library *Library
	Encoder *Encoder // nil: BM25
	Top     int      // ranks at which the passage may be found

	Together *Together // has queries wait for one another, to be asked about together; nil: each is asked about by itself
}

// Own is what of it decides about a query, beside the passages of the run.
func (r *RoundTrip) Own() string {
	switch {
	case r == nil:
		return ""
	case r.Encoder != nil:
		return fmt.Sprintf("round trip by vectors of %s, top %d", r.Encoder, r.Top)
	}
	return fmt.Sprintf("round trip by bm25, top %d", r.Top)
}

// check ranks all passages for a query. Copies of the source passage have no rank: which of them is found says nothing of the query.
func (r *RoundTrip) check(ctx context.Context, query string, source hardneg.Passage) (Rule, error) {
	known := NewKnown(source.Text)
	before, found := 0, false
	look := func(p hardneg.Passage) bool {
		switch {
		case p.ID == source.ID:
			found = true
		case known.near(text.NewSketch(p.Text)) == "":
			before++
		}
		return !found && before < r.Top
	}
	var err error
	if r.Encoder != nil {
		err = r.nearest(ctx, query, source, look)
	} else {
		err = r.Library.ranked(ctx, query, r.Top+besideRanks, look)
	}
	if err != nil || found {
		return "", err
	}
	return NotFoundAgain, nil
}

// nearest reads the passages that are nearest to a query by the encoder, a few at a time as they are asked for, until yield says no.
func (r *RoundTrip) nearest(ctx context.Context, query string, source hardneg.Passage, yield func(hardneg.Passage) bool) error {
	l := r.Library
	v, err := l.Vectors(ctx, r.Encoder)
	if err != nil {
		return err
	}
	_, ok := v.of(source)
	if err := v.sealed(); err != nil || !ok {
		return notEncoded(err)
	}
	vector, err := r.vector(ctx, query)
	if err == nil {
		err = v.fits(vector)
	}
	if err != nil {
		return err
	}
	hits := v.index.Search(vector, r.Top+besideRanks, func(int, float32) bool { return true })
	return l.read(ctx, v.numbersOf(hits), func(_ int, p hardneg.Passage) bool { return yield(p) })
}

// vector is that of a query, which may be asked for with those of others.
func (r *RoundTrip) vector(ctx context.Context, query string) ([]float32, error) {
	l, shown := r.Library, r.Encoder.ShowQuery(query)
	vector, err := l.storedQuery(ctx, shown)
	if err != nil || vector != nil {
		return vector, err
	}
	if r.Together != nil {
		defer l.ForgetQuery(shown.Key)
		if err := r.Together.ask(ctx, shown, r.Encoder.Batch, func(ctx context.Context, queries []Shown) error {
			return l.EncodeQueries(ctx, r.Encoder, StageQueries, queries)
		}); err != nil {
			return nil, err
		}
	}
	return l.query(ctx, r.Encoder, StageQueries, query)
}

// writing has others wait for a query, until the function that it returns is called.
func (r *RoundTrip) writing() (done func()) {
	if r == nil || r.Encoder == nil || r.Together == nil {
		return func() {}
	}
	r.Together.begin()
	return r.Together.end
}

func (v *Vectors) numbersOf(hits []dense.Hit) []int64 {
	numbers := make([]int64, len(hits))
	for i, h := range hits {
		numbers[i] = v.numbers[h.Row]
	}
	return numbers
}
