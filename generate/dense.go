package generate

import (
	"context"
	"fmt"
	"math"

	"hardneg"
	"hardneg/internal/dense"
	"hardneg/internal/llm"
)

// Dense is the strategy that takes the passages of the run whose vectors are nearest to that of the query, by one encoder, from a
// window of ranks, and leaves out those that a [Filter] refuses.
const Dense = "dense"

// The filters by name. n is the cosine of query and negative, p that of query and positive.
const (
	PercPos    = "perc-pos"   // n < limit · p; NV-Retriever's TopK-PercPos (arXiv 2407.15831), limit 0.95, its best
	MarginPos  = "margin-pos" // n < p - limit; its TopK-MarginPos, limit 0.05
	Absolute   = "abs"        // n < limit; its TopK-Abs, limit 0.7
	Enterprise = "enterprise" // nearer to the query than the positive is, and than it is to the positive (arXiv 2505.18366)
	Unfiltered = "none"
)

// FilterLimits are the filters with the limits of their papers, 0 where one has none.
var FilterLimits = map[string]float64{PercPos: 0.95, MarginPos: 0.05, Absolute: 0.7, Enterprise: 0, Unfiltered: 0}

// Filter decides by cosines what may be a negative. Those of two encoders are not on one scale: all are of the strategy's one.
type Filter struct {
	Name         string
	Limit, Floor float64 // a negative's cosine is at or above the floor (0.4 in Conan, arXiv 2408.15710: below it is too easy)
}

// String names all that decides.
func (f Filter) String() string { return fmt.Sprintf("%s %v floor %v", f.Name, f.Limit, f.Floor) }

// Keep reports whether a passage may be a negative, from the cosines of query and negative, of query and positive, and, which only
// [Enterprise] asks for, of negative and positive. The distances of that are 1 minus the cosines.
func (f Filter) Keep(n, p float64, between func() float64) bool {
	if n < f.Floor {
		return false
	}
	switch f.Name {
	case PercPos:
		return n < f.Limit*p
	case MarginPos:
		return n < p-f.Limit
	case Absolute:
		return n < f.Limit
	case Enterprise:
		return n > p && n > between()
	}
	return true
}

type denseMiner struct {
	library *Library
	encoder *Encoder
	filter  Filter
	ranks   window
}

// Find implements FromCorpus. Ranks count what the filter keeps.
func (m *denseMiner) Find(ctx context.Context, q hardneg.Query, positive hardneg.Passage, known *Known, n int) ([]Found, error) {
	v, err := m.library.Vectors(ctx, m.encoder)
	if err != nil {
		return nil, err
	}
	own, ok := v.of(positive)
	if err := v.sealed(); err != nil || !ok {
		return nil, notEncoded(err)
	}
	query, err := m.library.query(ctx, m.encoder, StageNegatives, q.Text)
	if err == nil {
		err = v.fits(query)
	}
	if err != nil {
		return nil, err
	}
	same := dense.Dot(query, v.index.Row(own))
	hits := v.index.Search(query, m.ranks.to+besideRanks, func(row int, score float32) bool {
		return m.filter.Keep(float64(score), float64(same), func() float64 { return float64(dense.Dot(v.index.Row(row), v.index.Row(own))) })
	})
	taker := m.ranks.taker(q, known, n)
	err = m.library.read(ctx, v.numbersOf(hits), func(i int, p hardneg.Passage) bool {
		return taker.take(p, fmt.Sprintf("cosine %s to the query, whose passage has %s", cosine(hits[i].Score), cosine(same)))
	})
	return taker.found, err
}

// cosine is printed with four digits: servers differ in those behind them.
func cosine(x float32) string { return fmt.Sprintf("%.4f", math.Round(float64(x)*1e4)/1e4) }

// notEncoded is the failure of an item that needs vectors of passages that there are none of: a plan looks before they are made.
func notEncoded(err error) error {
	if err == nil {
		err = fmt.Errorf("the query's own passage has no vector")
	}
	return &llm.Error{Class: llm.Item, Reason: llm.NotStored, Err: err}
}
