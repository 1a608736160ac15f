package export

import (
	"io"
	"strings"

	"hardneg"
)

func init() {
	register(&format{
		name:    "st-pair",
		flat:    true,
		parts:   true,
		row:     "One row per query and positive; the negatives have no place in it.",
		tasks:   []string{"text-retrieval", "sentence-similarity"},
		usage:   []snippet{trainEmbeddings},
		limits:  []string{titleFirst},
		configs: oneConfig("data/SPLIT-*", pairColumns),
		open: func(f *Files, o Options) (layout, error) {
			return newPerSplit(func(split string) layout { return pairLayout{newShards[pair](f, split, o)} }), nil
		},
		read: func(_ []Column, r io.ReaderAt, size int64, visit visitor) error {
			return readParquet(r, size, pair.row, visit.each)
		},
	})
}

type pair struct {
	Anchor   string `parquet:"anchor"`
	Positive string `parquet:"positive"`
}

func pairColumns(Options) []Column {
	return []Column{
		{Name: "anchor", Type: "string", About: "the query"},
		{Name: "positive", Type: "string", About: "a text that answers it"},
	}
}

// pairLayout writes data/SPLIT-0000I-of-0000N.parquet: for each example, every positive.
func (p pair) row() row {
	return row{query: p.Anchor, positives: plainTexts(p.Positive), noNegatives: true}.formed()
}

type pairLayout struct{ *shards[pair] }

func (l pairLayout) Write(ex hardneg.Example) error {
	for _, p := range ex.Positives {
		// copies: the texts beside them, which stand in the same memory, are six times as much
		r := pair{Anchor: strings.Clone(ex.Query), Positive: strings.Clone(passageText(p))}
		if err := l.add(r, sizeOf(r.Anchor, r.Positive)); err != nil {
			return err
		}
	}
	return nil
}
