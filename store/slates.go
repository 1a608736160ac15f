package store

import (
	"context"
	"database/sql"
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
	return s.candidates(context.WithoutCancel(ctx), candidateColumns, queries, negatives, judge)
}

// VerdictsOf returns the same without texts, for who decides: grades are all that relabelling reads.
func (s *Store) VerdictsOf(ctx context.Context, queries []int64, negatives, judge int64) (map[int64][]CandidateRow, error) {
	return s.candidates(context.WithoutCancel(ctx), textlessColumns, queries, negatives, judge)
}

// SourceVerdicts returns the verdicts of stage verify on the own passages of queries, in the order of the cascade.
func (s *Store) SourceVerdicts(ctx context.Context, queries []int64, verify int64) (map[int64][]hardneg.Verdict, error) {
	vs, err := s.verdicts(context.WithoutCancel(ctx), queries, verify)
	out := make(map[int64][]hardneg.Verdict, len(vs))
	for query, of := range vs {
		out[query] = of[0]
	}
	return out, err
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

const candidateColumns = `c.query, c.id, c.recipe <> 0, c.strategy, c.key, c.docid, c.title, c.text, c.source, c.slot, c.breaks, c.was, c.outcome, c.reason, c.origin, c.call`

// importedWhole leaves out the candidates c of an import that is under way, or was broken off and not yet removed.
const importedWhole = ` AND c.import NOT IN (SELECT id FROM imports WHERE complete = 0)`

var textlessColumns = strings.NewReplacer("c.title", "''", "c.text", "''", "c.breaks", "''").Replace(candidateColumns)

func (s *Store) candidates(ctx context.Context, columns string, queries []int64, negatives, judge int64) (map[int64][]CandidateRow, error) {
	all, err := s.candidatesWhere(ctx, `SELECT `+columns+` FROM candidates c WHERE c.query IN (SELECT value FROM json_each(?)) AND c.recipe IN (?, 0) AND c.outcome = 1`+
		importedWhole+` ORDER BY c.query, c.key`, rowList(queries), negatives)
	if err != nil {
		return nil, err
	}
	out := make(map[int64][]CandidateRow, len(queries))
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && all[to].query == all[from].query {
			to++
		}
		of := make([]CandidateRow, 0, to-from)
		for _, c := range all[from:to] {
			of = append(of, c.CandidateRow)
		}
		out[all[from].query] = of
		from = to
	}
	if judge == 0 {
		return out, nil
	}
	vs, err := s.verdicts(ctx, queries, judge)
	if err != nil {
		return nil, err
	}
	for query, cs := range out {
		for i := range cs {
			cs[i].Verdicts = vs[query][cs[i].Row]
			for j := range cs[i].Verdicts {
				cs[i].Verdicts[j].Candidate = cs[i].Key
			}
		}
	}
	return out, nil
}

// queryCandidate is a candidate as it was read.
type queryCandidate struct {
	query, origin int64
	CandidateRow
}

// candidatesWhere reads candidates by their columns.
func (s *Store) candidatesWhere(ctx context.Context, query string, args ...any) ([]queryCandidate, error) {
	rows, err := s.readers.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var all []queryCandidate
	scan := candidateScanner(rows.Scan)
	for rows.Next() {
		c, err := scan()
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if err := rowsError(rows); err != nil {
		return nil, err
	}
	rows.Close()
	for i := range all {
		c := &all[i]
		if err := s.origin(ctx, c.origin, &c.Origin); err != nil {
			return nil, err
		}
		c.Strategy = c.Origin.Method
	}
	return all, nil
}

// candidateScanner reads one candidate after the other, with what it needs for it made once.
func candidateScanner(scan scanner) func() (queryCandidate, error) {
	var c queryCandidate
	var call sql.RawBytes
	into := []any{&c.query, &c.Row, &c.Made, &c.StrategyNo, scanKey{&c.Key}, &c.DocID, &c.Title, &c.Text, (*string)(&c.Source), &c.Slot, &c.Breaks, (*string)(&c.Was),
		&c.Outcome, &c.Reason, &c.origin, &call}
	return func() (queryCandidate, error) {
		if err := scan(into...); err != nil {
			return c, readError(err)
		}
		if c.DocID == "" {
			c.DocID = c.Key.String()
		}
		c.Candidate.Origin.Call = keyOr(call)
		return c, nil
	}
}

// keyOr is the key of a call, or the zero key where there was none.
func keyOr(raw []byte) (k hardneg.Key) {
	if len(raw) == len(k) {
		k = hardneg.Key(raw)
	}
	return k
}

// verdicts returns the verdicts on the texts of queries under a recipe, by query and candidate (0: its own passage), in cascade order.
func (s *Store) verdicts(ctx context.Context, queries []int64, recipe int64) (map[int64]map[int64][]hardneg.Verdict, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT v.query, v.candidate, v.step, v.state, v.score, v.failure, v.origin, v.call FROM verdicts v
		WHERE v.query IN (SELECT value FROM json_each(?)) AND v.recipe = ? ORDER BY v.query, v.candidate, v.step`, rowList(queries), recipe)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	type read struct {
		query, candidate, origin int64
		hardneg.Verdict
	}
	var all []read
	var r read
	scan := verdictScanner(rows.Scan, []any{&r.origin}, &r.query, &r.candidate)
	for rows.Next() {
		if r.Verdict, err = scan(); err != nil {
			return nil, readError(err)
		}
		all = append(all, r)
	}
	if err := rowsError(rows); err != nil {
		return nil, err
	}
	rows.Close()
	out := make(map[int64]map[int64][]hardneg.Verdict, len(queries))
	for i := range all {
		r := &all[i]
		if err := s.origin(ctx, r.origin, &r.Origin); err != nil {
			return nil, err
		}
		r.Judge = r.Origin.Model
		of := out[r.query]
		if of == nil {
			of = map[int64][]hardneg.Verdict{}
			out[r.query] = of
		}
		of[r.candidate] = append(of[r.candidate], r.Verdict)
	}
	return out, nil
}

// verdictScanner reads one verdict after the other, with what it needs for it made once; origin takes the columns of its origin, and
// more those after it.
func verdictScanner(scan scanner, origin []any, query, candidate *int64, more ...any) func() (hardneg.Verdict, error) {
	var step, state int
	var score sql.NullFloat64
	var failure string
	var call sql.RawBytes
	into := []any{query, candidate, &step, &state, &score, &failure}
	into = append(append(append(into, origin...), &call), more...)
	return func() (v hardneg.Verdict, err error) {
		if err := scan(into...); err != nil {
			return v, err
		}
		v.Step, v.Failure, v.Origin.Call = step, failure, keyOr(call)
		switch state {
		case stateUnsure:
			v.Unsure = true
		case stateFailed:
		default:
			if v.Grade, err = hardneg.GradeOf(state); err != nil {
				return v, err
			}
			v.Score = score.Float64
		}
		return v, nil
	}
}
