package generate

import (
	"context"

	"hardneg"
	"hardneg/internal/text"
)

// BM25 is the strategy that takes the passages of the run which rank highest for the query by BM25 (k1 0.9, b 0.4, as in Anserini), from
// a window of ranks: the negatives that most published sets have, written by people and therefore not told by their origin, and less
// safe than generated ones. Which ranks is for the judges' sake: NV-Retriever (arXiv 2407.15831) begins at 11, ReasonIR at 20, because
// the first ones hold the most false negatives; with judges, they hold the hardest true ones too.
const BM25 = "bm25"

type bm25Miner struct {
	library *Library
	ranks   window
}

// Find implements FromCorpus.
func (m *bm25Miner) Find(ctx context.Context, q hardneg.Query, _ hardneg.Passage, known *Known, n int) ([]Found, error) {
	taker := m.ranks.taker(q, known, n)
	err := m.library.ranked(ctx, q.Text, m.ranks.to+besideRanks, func(p hardneg.Passage) bool { return taker.take(p, "") })
	return taker.found, err
}

// window is the first and the last rank that may be taken.
type window struct{ from, to int }

// besideRanks is how many passages may be left out without a rank: the query's own one, and copies of what is known.
const besideRanks = 50

func (w window) taker(q hardneg.Query, known *Known, n int) *taker {
	return &taker{window: w, own: q.PassageID, known: known, taken: &Known{}, n: n}
}

// taker takes passages as they come, best first. Ranks count what may be taken: the own passage, copies of the positive and texts that
// stand already have none. Of passages that are nearly the same the first is taken.
type taker struct {
	window
	own          string
	known, taken *Known
	n, rank      int
	found        []Found
}

// take reports whether more can be taken. said is what there is to say of the passage.
func (t *taker) take(p hardneg.Passage, said string) bool {
	sketch := text.NewSketch(p.Text)
	if p.ID == t.own || t.known.near(sketch) != "" {
		return true
	}
	if t.rank++; t.rank >= t.from && t.rank <= t.to && t.taken.admit(sketch) == "" {
		t.found = append(t.found, Found{p, said})
	}
	return len(t.found) < t.n && t.rank < t.to
}
