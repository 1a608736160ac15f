package export

import (
	"slices"

	"hardneg"
)

// withQueries is a row of a data set that has hard queries.
type withQueries struct {
	record
	HardQueries []hardQuery `json:"hard_queries" parquet:"hard_queries,list"`
}

type hardQuery struct {
	Text  string   `json:"text" parquet:"text"`
	Grade *int64   `json:"grade" parquet:"grade,optional"`
	Score *decimal `json:"score" parquet:"score,optional"`
}

func newWithQueries(ex hardneg.Example) withQueries {
	r := withQueries{newRecord(ex), make([]hardQuery, len(ex.HardQueries))}
	for i, q := range ex.HardQueries {
		as := hardneg.Text{Grade: q.Grade, Score: q.Score, HasScore: true}
		r.HardQueries[i] = hardQuery{q.Text, gradeColumn(as), scoreColumn(as)}
	}
	return r
}

func (r withQueries) size() int64 {
	n := r.record.size()
	for _, q := range r.HardQueries {
		n += sizeOf(q.Text) + verdictSize
	}
	return n
}

// row is what Check looks at: beside a hard query, a row needs no negative.
func (r *withQueries) read(spares int) row {
	w := r.record.read(spares)
	if len(r.HardQueries) > 0 {
		w.noNegatives = true
		w.hard = &rowQueries{all: each(r.HardQueries, func(q hardQuery) hardText { return hardText{text: q.Text, grade: gradeOf(q.Grade)} }),
			source: slices.IndexFunc(r.Positives, func(p positive) bool { return p.DocID == r.PassageID })}
	}
	return w
}
