package export

import (
	"io"

	"hardneg"
)

func init() {
	register(&format{
		name:    "st-triplet",
		flat:    true,
		parts:   true,
		row:     "One row per query, positive and negative. The columns are those that sentence-transformers trains on, in its order, and no others.",
		tasks:   []string{"text-retrieval", "sentence-similarity"},
		usage:   []snippet{trainEmbeddings},
		limits:  []string{titleFirst},
		configs: oneConfig("data/SPLIT-*", tripletColumns),
		open: func(f *Files, o Options) (layout, error) {
			return newPerSplit(func(split string) layout { return tripletLayout{newShards[triplet](f, split, o)} }), nil
		},
		read: func(_ []Column, r io.ReaderAt, size int64, visit visitor) error {
			return readParquet(r, size, triplet.row, visit.each)
		},
	})
}

type triplet struct {
	Anchor   string `parquet:"anchor"`
	Positive string `parquet:"positive"`
	Negative string `parquet:"negative"`
}

func tripletColumns(Options) []Column {
	return []Column{
		{Name: "anchor", Type: "string", About: "the query"},
		{Name: "positive", Type: "string", About: "a text that answers it"},
		{Name: "negative", Type: "string", About: "a text that does not"},
	}
}

// tripletLayout writes data/SPLIT-0000I-of-0000N.parquet: for each example, every positive with every negative. A title
// stands before its text, see passageText.
func (t triplet) row() row {
	return row{query: t.Anchor, positives: plainTexts(t.Positive), negatives: plainTexts(t.Negative)}.formed()
}

type tripletLayout struct{ *shards[triplet] }

func (l tripletLayout) Write(ex hardneg.Example) error {
	for _, p := range ex.Positives {
		for _, n := range ex.Negatives {
			t := triplet{Anchor: ex.Query, Positive: passageText(p), Negative: passageText(n)}
			if err := l.add(t, sizeOf(t.Anchor, t.Positive, t.Negative)); err != nil {
				return err
			}
		}
	}
	return nil
}
