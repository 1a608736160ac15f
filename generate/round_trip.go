package generate

import (
	"context"
	"fmt"

	"hardneg"
	"hardneg/internal/text"
)

// NotFoundAgain is the rule of queries whose own passage is not found by them: see [RoundTrip].
const NotFoundAgain Rule = "not_found_again"

// RoundTrip keeps a query only where it finds the passage that it was written for among the first of the run: the filter of Promptagator
// (arXiv 2209.11755), whose K is 1. There a retriever looks that was trained on the queries themselves; here BM25 does (k1 0.9, b 0.4),
// which needs no training, and finds what shares words: it refuses vague queries, and with them those in words of their own.
type RoundTrip struct {
	Library *Library
	Top     int // ranks at which the passage may be found
}

// Own is what of it decides about a query, beside the passages of the run.
func (r *RoundTrip) Own() string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("round trip by bm25, top %d", r.Top)
}

// check ranks all passages for a query. Copies of the source passage have no rank: which of them is found says nothing of the query.
func (r *RoundTrip) check(ctx context.Context, query string, source hardneg.Passage) (Rule, error) {
	known := NewKnown(source.Text)
	before, found := 0, false
	err := r.Library.ranked(ctx, query, r.Top+besideRanks, func(p hardneg.Passage) bool {
		switch {
		case p.ID == source.ID:
			found = true
		case known.near(text.NewSketch(p.Text)) == "":
			before++
		}
		return !found && before < r.Top
	})
	if err != nil || found {
		return "", err
	}
	return NotFoundAgain, nil
}
