package export

import (
	"io"

	"hardneg"
)

func init() {
	register(&format{
		name:    "hf",
		row:     "One row a query, with all its positives and negatives.",
		tasks:   []string{"text-retrieval"},
		asks:    true,
		spares:  true,
		usage:   []snippet{loadSplit, fromRecords},
		configs: oneConfig("data/SPLIT-*", recordColumns),
		open: func(f *Files, o Options) (layout, error) {
			return newPerSplit(func(split string) layout {
				switch {
				case o.Spares:
					return newSpared(f, split, o)
				case o.Similarities:
					return newCompared(f, split, o)
				case o.HardQueries && o.Weighted:
					return weightedQueriesLayout{newShards[weightedQueries](f, split, o)}
				case o.HardQueries:
					return hfQueriesLayout{newShards[withQueries](f, split, o)}
				case o.Weighted:
					return weightedLayout{newShards[weightedRecord](f, split, o)}
				}
				return hfLayout{newShards[record](f, split, o)}
			}), nil
		},
		read: func(_ []Column, r io.ReaderAt, size int64, visit visitor) error {
			return readParquet(r, size, readFull.row, visit.each)
		},
	})
}

// hfLayout writes data/SPLIT-0000I-of-0000N.parquet: the full rows.
type hfLayout struct{ *shards[record] }

func (l hfLayout) Write(ex hardneg.Example) error {
	r := newRecord(ex)
	return l.add(r, r.size())
}

// weightedLayout writes the same with the weights of the negatives.
type weightedLayout struct{ *shards[weightedRecord] }

func (l weightedLayout) Write(ex hardneg.Example) error {
	r := newRecord(ex)
	return l.add(r.weighted(), r.size()+int64(len(r.Negatives))*verdictSize/2)
}

// weightedQueriesLayout has both.
type weightedQueriesLayout struct{ *shards[weightedQueries] }

func (l weightedQueriesLayout) Write(ex hardneg.Example) error {
	r := newWithQueries(ex)
	return l.add(weightedQueries{r.weighted(), r.HardQueries}, r.size()+int64(len(r.Negatives))*verdictSize/2)
}

// hfQueriesLayout is hfLayout with the column of hard queries.
type hfQueriesLayout struct{ *shards[withQueries] }

func (l hfQueriesLayout) Write(ex hardneg.Example) error {
	r := newWithQueries(ex)
	return l.add(r, r.size())
}
