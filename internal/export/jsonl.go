package export

import (
	"io"
	"strconv"

	"hardneg"
)

func init() {
	register(&format{
		name:    "jsonl",
		row:     "One row a query, with all its positives and negatives; one JSON object a line.",
		tasks:   []string{"text-retrieval"},
		asks:    true,
		spares:  true,
		usage:   []snippet{loadSplit, fromRecords},
		configs: oneConfig("data/SPLIT.jsonl", recordColumns),
		open: func(f *Files, o Options) (layout, error) {
			as := jsonRow{queries: o.HardQueries, spares: o.Spares, similarities: o.Similarities}
			return newPerSplit(func(split string) layout {
				return jsonlLayout{&lines[hardneg.Example]{files: f, as: File{Path: "data/" + split + ".jsonl", Split: split}, write: as.write}}
			}), nil
		},
		read: func(columns []Column, r io.ReaderAt, size int64, visit visitor) error {
			return readLines(io.NewSectionReader(r, 0, size), columns, jsonRowOf(columns).take, withSpares.row, visit)
		},
	})
}

// jsonlLayout writes data/SPLIT.jsonl: the rows of hf.
type jsonlLayout struct{ *lines[hardneg.Example] }

func (l jsonlLayout) Write(ex hardneg.Example) error { return l.add(ex) }

// jsonRow is which fields a row has beside those of a record. What it writes is what encoding/json makes of the type that hf has for
// such a row, where a weight that is none is left out.
type jsonRow struct {
	queries, spares bool
	similarities    bool // one that is not known is null, and not left out
	weights         bool // for who reads it: negatives may have some
}

// jsonRowOf is the row that has the columns.
func jsonRowOf(columns []Column) jsonRow {
	m := Manifest{Columns: columns}
	o := m.options()
	return jsonRow{queries: o.HardQueries, spares: o.Spares, similarities: o.Similarities, weights: o.Weighted}
}

func (c jsonRow) write(l *jsonLine, ex hardneg.Example) {
	l.text(`{"query_id":`, ex.QueryID)
	l.text(`,"query":`, ex.Query)
	l.text(`,"passage_id":`, ex.PassageID)
	eachOf(l, `,"positives":`, ex.Positives, c.positive)
	eachOf(l, `,"negatives":`, ex.Negatives, c.negative)
	l.text(`,"query_model":`, ex.QueryModel)
	l.text(`,"query_prompt":`, ex.QueryPrompt)
	if c.queries {
		eachOf(l, `,"hard_queries":`, ex.HardQueries, c.hardQuery)
	}
	if c.spares {
		eachOf(l, `,"spares":`, ex.Spares, c.negative)
	}
	l.raw("}")
}

func (c jsonRow) positive(l *jsonLine, t hardneg.Text) {
	c.text(l, t)
	verdict(l, t.Grade, t.Score, t.HasScore)
	l.optional(`,"similarity":`, t.Similarity, c.similarities)
	l.raw("}")
}

func (c jsonRow) negative(l *jsonLine, t hardneg.Text) {
	c.text(l, t)
	l.text(`,"strategy":`, t.Strategy)
	l.text(`,"model":`, t.Model)
	verdict(l, t.Grade, t.Score, t.HasScore)
	l.optional(`,"weight":`, t.Weight, false)
	l.optional(`,"similarity":`, t.Similarity, c.similarities)
	l.raw("}")
}

func (jsonRow) text(l *jsonLine, t hardneg.Text) {
	l.text(`{"docid":`, t.DocID)
	l.text(`,"title":`, t.Title)
	l.text(`,"text":`, t.Text)
	l.text(`,"source":`, string(t.Source))
}

func (jsonRow) hardQuery(l *jsonLine, q hardneg.HardQuery) {
	l.text(`{"text":`, q.Text)
	verdict(l, q.Grade, q.Score, true)
	l.raw("}")
}

func verdict(l *jsonLine, g hardneg.Grade, score float64, scored bool) {
	l.raw(`,"grade":`)
	if g == hardneg.Ungraded {
		l.raw("null")
	} else {
		l.b = strconv.AppendInt(l.b, int64(g.Value()), 10)
	}
	if !scored {
		l.raw(`,"score":null`)
		return
	}
	l.number(`,"score":`, score)
}

// take reads what write writes.
func (c jsonRow) take(l *knownLine) (r withSpares) {
	r.QueryID = l.text(`{"query_id":`)
	r.Query = l.text(`,"query":`)
	r.PassageID = l.text(`,"passage_id":`)
	r.Positives = listOf(l, `,"positives":`, 1, c.takePositive)
	r.Negatives = listOf(l, `,"negatives":`, 8, c.takeNegative)
	r.QueryModel = l.text(`,"query_model":`)
	r.QueryPrompt = l.text(`,"query_prompt":`)
	if c.queries {
		r.HardQueries = listOf(l, `,"hard_queries":`, 4, takeHardQuery)
	}
	if c.spares {
		r.Spares = listOf(l, `,"spares":`, 8, c.takeNegative)
	}
	l.raw("}")
	return r
}

func (c jsonRow) takePositive(l *knownLine) (p positive) {
	p.DocID = l.text(`{"docid":`)
	p.Title = l.text(`,"title":`)
	p.Text = l.text(`,"text":`)
	p.Source = l.text(`,"source":`)
	p.Grade = l.grade(`,"grade":`)
	p.Score = l.optional(`,"score":`)
	if c.similarities {
		p.Similarity = l.optional(`,"similarity":`)
	}
	l.raw("}")
	return p
}

func (c jsonRow) takeNegative(l *knownLine) (n negative) {
	n.DocID = l.text(`{"docid":`)
	n.Title = l.text(`,"title":`)
	n.Text = l.text(`,"text":`)
	n.Source = l.text(`,"source":`)
	n.Strategy = l.text(`,"strategy":`)
	n.Model = l.text(`,"model":`)
	n.Grade = l.grade(`,"grade":`)
	n.Score = l.optional(`,"score":`)
	if c.weights {
		n.Weight = l.ifThere(`,"weight":`)
	}
	if c.similarities {
		n.Similarity = l.optional(`,"similarity":`)
	}
	l.raw("}")
	return n
}

func takeHardQuery(l *knownLine) (q hardQuery) {
	q.Text = l.text(`{"text":`)
	q.Grade = l.grade(`,"grade":`)
	q.Score = l.optional(`,"score":`)
	l.raw("}")
	return q
}
