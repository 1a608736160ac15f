package store

import (
	"context"
	"strconv"
	"strings"

	"hardneg"
)

// CandidateRow is a candidate with the verdicts on it, in the order of the cascade.
type CandidateRow struct {
	Row int64
	hardneg.Candidate
	StrategyNo int
	Made       bool // by this run; false: imported
	Outcome    hardneg.Outcome
	Reason     string
	Verdicts   []hardneg.Verdict
	Similarity *float64 // of the query and the text, nil where it is not known or not read
}

// QueryState is a query with all that became of it under a chain of recipes.
type QueryState struct {
	Row   int64
	Given string // id in the imported file
	hardneg.Query
	Passage    hardneg.Passage
	Source     []hardneg.Verdict // on its own passage
	Similarity *float64          // of the query and that passage, nil where it is not known
	Candidates []CandidateRow    // by key; only those with outcome done unless asked otherwise
}

// Candidates returns the usable candidates of a query (made under recipe negatives, and the imported ones) in key order, with
// the verdicts under recipe judge, without any if that is 0.
func (s *Store) Candidates(ctx context.Context, query, negatives, judge int64) ([]CandidateRow, error) {
	all, err := s.CandidatesOf(ctx, []int64{query}, negatives, judge)
	return all[query], err
}

// CandidatesOf returns the candidates of several queries at once, which costs little more than those of one.
func (s *Store) CandidatesOf(ctx context.Context, queries []int64, negatives, judge int64) (map[int64][]CandidateRow, error) {
	return s.candidates(ctx, wholeSlates, queries, negatives, judge)
}

// VerdictsOf returns the same without texts, for who decides: grades are all that relabelling reads.
func (s *Store) VerdictsOf(ctx context.Context, queries []int64, negatives, judge int64) (map[int64][]CandidateRow, error) {
	return s.candidates(ctx, textlessSlates, queries, negatives, judge)
}

func (s *Store) candidates(ctx context.Context, slates slateQuery, queries []int64, negatives, judge int64) (map[int64][]CandidateRow, error) {
	qs, err := s.filled(ctx, slates, queries, Chain{Negatives: negatives, Judge: judge})
	out := make(map[int64][]CandidateRow, len(qs))
	for i := range qs {
		if q := &qs[i]; q.Candidates != nil {
			out[q.Row] = q.Candidates
		}
	}
	return out, err
}

// SourceVerdicts returns the verdicts of stage verify on the own passages of queries, in the order of the cascade.
func (s *Store) SourceVerdicts(ctx context.Context, queries []int64, verify int64) (map[int64][]hardneg.Verdict, error) {
	qs, err := s.filled(ctx, noCandidates, queries, Chain{Verify: verify})
	out := make(map[int64][]hardneg.Verdict, len(qs))
	for i := range qs {
		out[qs[i].Row] = qs[i].Source
	}
	return out, err
}

// filled are queries of which only their rows are known beside what is filled in.
func (s *Store) filled(ctx context.Context, slates slateQuery, rows []int64, c Chain) ([]QueryState, error) {
	qs := make([]QueryState, len(rows))
	for i, row := range rows {
		qs[i].Row = row
	}
	if err := s.fill(context.WithoutCancel(ctx), slates, qs, c); err != nil {
		return nil, err
	}
	return qs, nil
}

// rowList is a list of rows as SQLite takes it.
func rowList(rows []int64) string {
	b := []byte{'['}
	for i, r := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, r, 10)
	}
	return string(append(b, ']'))
}

// importedWhole leaves out the candidates c of an import that is under way, or was broken off and not yet removed.
const importedWhole = ` AND c.import NOT IN (SELECT id FROM imports WHERE complete = 0)`

// slateQuery reads queries of a list, one row for each: its place in the list, its candidates, and the verdicts and similarities of its
// texts. (One text for several of them is dearer: allocators give what is that large back to the kernel.)
type slateQuery struct {
	text string
	lean bool
}

// Candidates are found by an index that has them in the order of their keys.
const (
	candidatesOf = ` FROM candidates c WHERE c.query = j.value AND +c.recipe IN (?2, 0) AND c.outcome = 1` + importedWhole
	verdictsOf   = ` FROM verdicts v WHERE v.query = j.value AND v.recipe IN (?3, ?4)`
	similarities = `(SELECT gen_rows(x.candidate, x.cosine) FROM similarities x WHERE ?5 <> 0 AND x.query = j.value AND x.recipe = ?5)`
)

func newSlateQuery(candidates, verdicts string, lean bool) slateQuery {
	parts := []string{"j.key", "''", "(SELECT gen_rows(v.recipe, v.candidate, " + verdicts + ")" + verdictsOf + ")", similarities}
	if candidates != "" {
		parts[1] = "(SELECT gen_rows(" + candidates + ")" + candidatesOf + ")"
	}
	return slateQuery{"SELECT " + strings.Join(parts, ", ") + " FROM json_each(?1) j", lean}
}

var (
	wholeSlates    = newSlateQuery(candidateColumns, verdictColumns, false)
	noCandidates   = newSlateQuery("", verdictColumns, false)
	textlessSlates = newSlateQuery(strings.NewReplacer("c.title", "''", "c.text", "''", "c.breaks", "''").Replace(candidateColumns), verdictColumns, false)
	exportSlates   = newSlateQuery(leanCandidateColumns, leanVerdictColumns, true) // what rows of a data set tell of
)

// slate is what was read of a query.
type slate struct{ candidates, verdicts, similarities string }

// slates reads what is asked for of queries. No row stays open: their origins are read next.
func (s *Store) slates(ctx context.Context, query string, qs []QueryState, c Chain) ([]slate, error) {
	list := make([]int64, len(qs))
	for i := range qs {
		list[i] = qs[i].Row
	}
	rows, err := s.readers.QueryContext(ctx, query, rowList(list), c.Negatives, c.Verify, c.Judge, c.Similarity)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	out := make([]slate, len(qs))
	var place int
	var read slate
	for rows.Next() {
		if err := rows.Scan(&place, &read.candidates, &read.verdicts, &read.similarities); err != nil {
			return nil, readError(err)
		}
		out[place] = read
	}
	return out, rowsError(rows)
}

// fill reads what became of queries. Of a recipe that is 0 there is nothing, and nothing is changed for it.
func (s *Store) fill(ctx context.Context, query slateQuery, qs []QueryState, c Chain) error {
	all, err := s.slates(ctx, query.text, qs, c)
	if err != nil {
		return err
	}
	r := s.slateReader(ctx)
	r.lean = query.lean
	for i := range qs {
		r.fill(&qs[i], all[i], c)
		all[i] = slate{}
		if r.err != nil {
			return r.failed()
		}
	}
	return nil
}

func (r *slateReader) fill(q *QueryState, read slate, c Chain) {
	q.Candidates = r.readCandidates(read.candidates)
	verdicts, similarity := r.readVerdicts(read.verdicts), r.readSimilarities(read.similarities)
	if c.Verify != 0 {
		q.Source = verdicts(c.Verify, 0)
	}
	if c.Similarity != 0 {
		q.Similarity = similarity(0)
	}
	for i := range q.Candidates {
		k := &q.Candidates[i]
		if c.Judge != 0 {
			k.Verdicts = verdicts(c.Judge, k.Row)
		}
		for j := range k.Verdicts {
			k.Verdicts[j].Candidate = k.Key
		}
		if c.Similarity != 0 {
			k.Similarity = similarity(k.Row)
		}
	}
}
