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
	return candidates(context.WithoutCancel(ctx), s.readers, candidateColumns, queries, negatives, judge)
}

// VerdictsOf returns the same without texts, for who decides: grades are all that relabelling reads.
func (s *Store) VerdictsOf(ctx context.Context, queries []int64, negatives, judge int64) (map[int64][]CandidateRow, error) {
	return candidates(context.WithoutCancel(ctx), s.readers, textlessColumns, queries, negatives, judge)
}

// SourceVerdicts returns the verdicts of stage verify on the own passages of queries, in the order of the cascade.
func (s *Store) SourceVerdicts(ctx context.Context, queries []int64, verify int64) (map[int64][]hardneg.Verdict, error) {
	vs, err := verdicts(context.WithoutCancel(ctx), s.readers, queries, verify)
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

// querier is a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

const candidateColumns = `c.query, c.id, c.recipe <> 0, c.strategy, c.key, c.docid, c.title, c.text, c.source, c.slot, c.breaks, c.was, c.outcome, c.reason, o.method, o.model, o.prompt, c.call`

// importedWhole leaves out the candidates c of an import that is under way, or was broken off and not yet removed.
const importedWhole = ` AND c.import NOT IN (SELECT id FROM imports WHERE complete = 0)`

var textlessColumns = strings.NewReplacer("c.title", "''", "c.text", "''", "c.breaks", "''").Replace(candidateColumns)

func candidates(ctx context.Context, db querier, columns string, queries []int64, negatives, judge int64) (map[int64][]CandidateRow, error) {
	rows, err := db.QueryContext(ctx, `SELECT `+columns+` FROM candidates c JOIN origins o ON o.id = c.origin
		WHERE c.query IN (SELECT value FROM json_each(?)) AND c.recipe IN (?, 0) AND c.outcome = 1`+importedWhole+` ORDER BY c.query, c.key`, rowList(queries), negatives)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	out := make(map[int64][]CandidateRow, len(queries))
	for rows.Next() {
		query, c, err := scanCandidate(rows)
		if err != nil {
			return nil, err
		}
		out[query] = append(out[query], c)
	}
	if err := rowsError(rows); err != nil {
		return nil, err
	}
	if judge == 0 {
		return out, nil
	}
	vs, err := verdicts(ctx, db, queries, judge)
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

func scanCandidate(rows *sql.Rows) (query int64, c CandidateRow, err error) {
	var call []byte
	err = rows.Scan(&query, &c.Row, &c.Made, &c.StrategyNo, scanKey{&c.Key}, &c.DocID, &c.Title, &c.Text, (*string)(&c.Source), &c.Slot, &c.Breaks, (*string)(&c.Was),
		&c.Outcome, &c.Reason, &c.Origin.Method, &c.Origin.Model, &c.Origin.Prompt, &call)
	if err != nil {
		return 0, c, readError(err)
	}
	c.Strategy = c.Origin.Method
	if c.DocID == "" {
		c.DocID = c.Key.String()
	}
	if len(call) == len(c.Origin.Call) {
		c.Origin.Call = hardneg.Key(call)
	}
	return query, c, nil
}

// verdicts returns the verdicts on the texts of queries under a recipe, by query and candidate (0: its own passage), in cascade order.
func verdicts(ctx context.Context, db querier, queries []int64, recipe int64) (map[int64]map[int64][]hardneg.Verdict, error) {
	rows, err := db.QueryContext(ctx, `SELECT v.query, v.candidate, v.step, v.state, v.score, v.failure, o.method, o.model, o.prompt, v.call
		FROM verdicts v JOIN origins o ON o.id = v.origin WHERE v.query IN (SELECT value FROM json_each(?)) AND v.recipe = ?
		ORDER BY v.query, v.candidate, v.step`, rowList(queries), recipe)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	out := make(map[int64]map[int64][]hardneg.Verdict, len(queries))
	for rows.Next() {
		var query, candidate int64
		v, err := scanVerdict(rows.Scan, &query, &candidate)
		if err != nil {
			return nil, readError(err)
		}
		if out[query] == nil {
			out[query] = map[int64][]hardneg.Verdict{}
		}
		out[query][candidate] = append(out[query][candidate], v)
	}
	return out, rowsError(rows)
}

// scanVerdict reads a verdict, and the columns after it into more.
func scanVerdict(scan scanner, query, candidate *int64, more ...any) (v hardneg.Verdict, err error) {
	var state int
	var score sql.NullFloat64
	var call []byte
	into := []any{query, candidate, &v.Step, &state, &score, &v.Failure, &v.Origin.Method, &v.Origin.Model, &v.Origin.Prompt, &call}
	if err := scan(append(into, more...)...); err != nil {
		return v, err
	}
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
	v.Judge = v.Origin.Model
	if len(call) == len(v.Origin.Call) {
		v.Origin.Call = hardneg.Key(call)
	}
	return v, nil
}
