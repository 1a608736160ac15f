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
		usage:   []snippet{loadSplit, fromRecords},
		configs: oneConfig("data/SPLIT-*", recordColumns),
		open: func(f *Files, o Options) (layout, error) {
			return newPerSplit(func(split string) layout {
				if o.HardQueries {
					return hfQueriesLayout{newShards[withQueries](f, split, o)}
				}
				return hfLayout{newShards[record](f, split, o)}
			}), nil
		},
		read: func(_ File, r io.ReaderAt, size int64, visit visitor) error {
			return readParquet(r, size, func(n int, rec record) { visit(n, rec.row(), nil) })
		},
	})
}

// hfLayout writes data/SPLIT-0000I-of-0000N.parquet: the full rows.
type hfLayout struct{ *shards[record] }

func (l hfLayout) Write(ex hardneg.Example) error {
	r := newRecord(ex)
	return l.add(r, r.size())
}

// hfQueriesLayout is hfLayout with the column of hard queries.
type hfQueriesLayout struct{ *shards[withQueries] }

func (l hfQueriesLayout) Write(ex hardneg.Example) error {
	r := newWithQueries(ex)
	return l.add(r, r.size())
}
