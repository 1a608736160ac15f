package export

import (
	"io"

	"hardneg"
)

func init() {
	register(&format{
		name:    "st-labeled-pair",
		flat:    true,
		parts:   true,
		asks:    true,
		row:     "One row per query and text, with the label 1 for a positive and 0 for a negative. The columns are those that sentence-transformers trains on, and no others.",
		tasks:   []string{"text-ranking"},
		usage:   []snippet{reranker("BinaryCrossEntropyLoss")},
		limits:  []string{titleFirst, "Hard queries, where the run makes them, are rows too: such a query, the passage that does not answer it, and the label 0. Where origins are balanced they are left out."},
		configs: oneConfig("data/SPLIT-*", labeledPairColumns),
		open: func(f *Files, o Options) (layout, error) {
			return newPerSplit(func(split string) layout {
				return labeledPairs{newShards[labeledPair](f, split, o), o.HardQueries && o.Origins == nil}
			}), nil
		},
		read: func(_ []Column, r io.ReaderAt, size int64, visit visitor) error {
			return readParquet(r, size, labeledPair.row, visit.each)
		},
	})
	register(&format{
		name:    "st-labeled-list",
		flat:    true,
		row:     "One row a query, with all its texts and a label for each: 1 for a positive and 0 for a negative.",
		tasks:   []string{"text-ranking"},
		usage:   []snippet{reranker("LambdaLoss")},
		limits:  []string{titleFirst},
		configs: oneConfig("data/SPLIT-*", labeledListColumns),
		open: func(f *Files, o Options) (layout, error) {
			return newPerSplit(func(split string) layout { return labeledLists{newShards[labeledList](f, split, o)} }), nil
		},
		read: func(_ []Column, r io.ReaderAt, size int64, visit visitor) error {
			return readParquet(r, size, labeledList.row, visit.each)
		},
	})
}

type labeledPair struct {
	Anchor string `parquet:"anchor"`
	Text   string `parquet:"positive"`
	Label  int64  `parquet:"label"`
}

func labeledPairColumns(Options) []Column {
	return []Column{
		{Name: "anchor", Type: "string", About: "the query"},
		{Name: "positive", Type: "string", About: "a text; it answers the query where the label is 1 (the name is the one that mine_hard_negatives writes)"},
		{Name: "label", Type: "int64", About: "1 or 0"},
	}
}

// labeledPairs writes data/SPLIT-0000I-of-0000N.parquet: for each example its positives, then its negatives, then its hard queries with
// the passage that they are to be told from (DocReRank, arXiv 2505.22584).
type labeledPairs struct {
	*shards[labeledPair]
	hardQueries bool
}

func (l labeledPairs) Write(ex hardneg.Example) error {
	list := newLabeledList(ex)
	for i, doc := range list.Docs {
		r := labeledPair{Anchor: ex.Query, Text: doc, Label: list.Labels[i]}
		if err := l.add(r, sizeOf(r.Anchor, r.Text)+8); err != nil {
			return err
		}
	}
	if !l.hardQueries {
		return nil
	}
	for _, q := range ex.HardQueries {
		r := labeledPair{Anchor: q.Text, Text: list.Docs[0]}
		if err := l.add(r, sizeOf(r.Anchor, r.Text)+8); err != nil {
			return err
		}
	}
	return nil
}

type labeledList struct {
	Query  string   `parquet:"query"`
	Docs   []string `parquet:"docs,list"`
	Labels []int64  `parquet:"labels,list"`
}

func labeledListColumns(Options) []Column {
	return []Column{
		{Name: "query", Type: "string", About: "the query"},
		{Name: "docs", Type: "list<string>", About: "its texts, positives first"},
		{Name: "labels", Type: "list<int64>", About: "1 or 0 for each of them"},
	}
}

func newLabeledList(ex hardneg.Example) labeledList {
	l := labeledList{Query: ex.Query}
	for _, t := range ex.Positives {
		l.Docs, l.Labels = append(l.Docs, passageText(t)), append(l.Labels, 1)
	}
	for _, t := range ex.Negatives {
		l.Docs, l.Labels = append(l.Docs, passageText(t)), append(l.Labels, 0)
	}
	return l
}

// labeledLists writes data/SPLIT-0000I-of-0000N.parquet: for each example one row.
type labeledLists struct{ *shards[labeledList] }

func (l labeledLists) Write(ex hardneg.Example) error {
	r := newLabeledList(ex)
	return l.add(r, sizeOf(r.Query)+sizeOf(r.Docs...)+10*int64(len(r.Labels)))
}

// labeled is what Check looks at; part says that the row is not all of its query.
func (p labeledPair) row() row { return labeled(p.Anchor, []string{p.Text}, []int64{p.Label}, true) }

func (l labeledList) row() row { return labeled(l.Query, l.Docs, l.Labels, false) }

func labeled(query string, docs []string, labels []int64, part bool) row {
	w := row{query: query, part: part}
	if len(docs) != len(labels) {
		w.fault = "the numbers of texts and labels differ"
		return w
	}
	for i, doc := range docs {
		switch labels[i] {
		case 1:
			w.positives = append(w.positives, gradedText{text: doc})
		case 0:
			w.negatives = append(w.negatives, gradedText{text: doc})
		default:
			w.fault = "a label is neither 1 nor 0"
		}
	}
	return w.formed()
}
