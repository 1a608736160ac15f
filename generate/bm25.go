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
	library  *Library
	from, to int
}

// besideRanks is how many passages may be left out without a rank: the query's own one, and copies of what is known.
const besideRanks = 50

// Find implements FromCorpus. Ranks count what may be taken: the own passage, copies of the positive and texts that stand already have
// none. Of passages that are nearly the same the first is taken.
func (m *bm25Miner) Find(ctx context.Context, q hardneg.Query, known *Known, n int) ([]hardneg.Passage, error) {
	var found []hardneg.Passage
	rank, taken := 0, &Known{}
	err := m.library.ranked(ctx, q.Text, m.to+besideRanks, func(p hardneg.Passage) bool {
		sketch := text.NewSketch(p.Text)
		if p.ID == q.PassageID || known.near(sketch) != "" {
			return true
		}
		if rank++; rank >= m.from && rank <= m.to && taken.admit(sketch) == "" {
			found = append(found, p)
		}
		return len(found) < n && rank < m.to
	})
	return found, err
}
