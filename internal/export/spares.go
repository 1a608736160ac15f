package export

import "hardneg"

// withSpares is a row of a data set that has spares: negatives which were left over, described as the others are.
type withSpares struct {
	withQueries
	Spares []negative `json:"spares"`
}

func newWithSpares(ex hardneg.Example) withSpares {
	r := withSpares{newWithQueries(ex), make([]negative, len(ex.Spares))}
	for i, t := range ex.Spares {
		r.Spares[i] = newNegative(t)
	}
	return r
}

// row is what Check looks at. Spares are held to all that holds for negatives, and are none of them: what they are to take the places of
// stands in the row, and where they come from is not counted.
func (r withSpares) row() row {
	w := r.withQueries.read(len(r.Spares))
	w.spares = len(r.Spares)
	for i := range r.Spares {
		w.addNegative(&r.Spares[i])
	}
	w.disorder.inOrder("spare", 0, len(r.Spares), ranks(r.Spares))
	return w.formed()
}

// rowOf is a record in the columns that a data set has: P and N are the types of its positives and negatives.
type rowOf[P, N any] struct {
	QueryID     string `json:"query_id" parquet:"query_id"`
	Query       string `json:"query" parquet:"query"`
	PassageID   string `json:"passage_id" parquet:"passage_id"`
	Positives   []P    `json:"positives" parquet:"positives,list"`
	Negatives   []N    `json:"negatives" parquet:"negatives,list"`
	QueryModel  string `json:"query_model" parquet:"query_model"`
	QueryPrompt string `json:"query_prompt" parquet:"query_prompt"`
}

// sparedRow is one with spares, and sparedQueries with hard queries too.
type (
	sparedRow[P, N any] struct {
		rowOf[P, N]
		Spares []N `json:"spares" parquet:"spares,list"`
	}
	sparedQueries[P, N any] struct {
		rowOf[P, N]
		HardQueries []hardQuery `json:"hard_queries" parquet:"hard_queries,list"`
		Spares      []N         `json:"spares" parquet:"spares,list"`
	}
)

// newSpared is the layout of a split where there are spares.
func newSpared(f *Files, split string, o Options) layout {
	plain := func(p positive) positive { return p }
	similar := func(p positive) comparedPositive { return comparedPositive(p) }
	switch {
	case o.Similarities && o.Weighted:
		return newSparedOf(f, split, o, similar, func(n negative) comparedWeighted { return comparedWeighted(n) })
	case o.Similarities:
		return newSparedOf(f, split, o, similar, func(n negative) comparedNegative { return comparedNegative(n) })
	case o.Weighted:
		return newSparedOf(f, split, o, plain, func(n negative) weightedNegative { return weightedNegative(n) })
	}
	return newSparedOf(f, split, o, plain, func(n negative) negative { return n })
}

func newSparedOf[P, N any](f *Files, split string, o Options, positiveOf func(positive) P, negativeOf func(negative) N) layout {
	all := func(ex hardneg.Example) (sparedQueries[P, N], int64) {
		r := newWithSpares(ex)
		return sparedQueries[P, N]{rowOf[P, N]{r.QueryID, r.Query, r.PassageID, each(r.Positives, positiveOf), each(r.Negatives, negativeOf), r.QueryModel, r.QueryPrompt},
			r.HardQueries, each(r.Spares, negativeOf)}, r.size()
	}
	if o.HardQueries {
		return parquetLayout[sparedQueries[P, N]]{newShards[sparedQueries[P, N]](f, split, o), all}
	}
	some := func(ex hardneg.Example) (sparedRow[P, N], int64) {
		r, size := all(ex)
		return sparedRow[P, N]{r.rowOf, r.Spares}, size
	}
	return parquetLayout[sparedRow[P, N]]{newShards[sparedRow[P, N]](f, split, o), some}
}

func each[A, B any](from []A, of func(A) B) []B {
	out := make([]B, len(from))
	for i, x := range from {
		out[i] = of(x)
	}
	return out
}

// size is about the bytes of the row, uncompressed, with all that its texts may have.
func (r withSpares) size() int64 {
	n := r.withQueries.size() + int64(len(r.Positives)+len(r.Negatives)+len(r.Spares))*verdictSize
	for _, t := range r.Spares {
		n += t.size()
	}
	return n
}

// readFull is a row of hf as Check reads it, with all columns that it looks at.
type readFull sparedQueries[comparedPositive, comparedNegative]

func (r readFull) row() row {
	plain := withSpares{withQueries: withQueries{record: record{QueryID: r.QueryID, Query: r.Query, PassageID: r.PassageID}, HardQueries: r.HardQueries}}
	plain.Positives = each(r.Positives, func(p comparedPositive) positive { return positive(p) })
	plain.Negatives = each(r.Negatives, func(n comparedNegative) negative { return negative(n) })
	plain.Spares = each(r.Spares, func(n comparedNegative) negative { return negative(n) })
	return plain.row()
}
