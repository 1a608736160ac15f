package store

import (
	"context"
	"database/sql"
	"errors"

	"hardneg"
)

// Bound restricts a stage to the first passages by key. The zero value is no bound.
type Bound struct {
	LastKey string // inclusive
	Set     bool
}

// FirstPassages returns the bound of the first n passages by key.
func (s *Store) FirstPassages(ctx context.Context, n int) (Bound, error) {
	b := Bound{Set: true}
	err := s.readers.QueryRowContext(ctx, "SELECT key FROM passages ORDER BY key LIMIT 1 OFFSET ?", n-1).Scan(&b.LastKey)
	if errors.Is(err, sql.ErrNoRows) {
		return Bound{}, nil // fewer passages than that: no bound
	}
	if err != nil {
		return b, readError(err)
	}
	return b, nil
}

// PassageItem is a passage without queries, or with some that `gen retry` left.
type PassageItem struct {
	Row  int64
	Seq  int64 // position in the feed
	Have map[int]QueryOutcome
	hardneg.Passage
	Retries int
}

// QueryItem is a query that a stage has not done yet.
type QueryItem struct {
	Row     int64
	Seq     int64 // position in the feed
	Retries int
	Passage hardneg.Passage
	hardneg.Query
}

const passageFilter = ` AND p.own = 0 AND (?3 = 0 OR p.key <= ?4) AND p.import NOT IN (SELECT id FROM imports WHERE complete = 0)
	AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.recipe = ?1 AND t.input = p.id) `

// PendingPassages returns up to n passages after a position that have no outcome under a recipe of stage queries.
func (s *Store) PendingPassages(ctx context.Context, recipe, after int64, b Bound, n int) ([]PassageItem, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT p.id, p.key, p.title, p.text, coalesce(r.n, 0) FROM passages p
		LEFT JOIN retries r ON r.recipe = ?1 AND r.input = p.id WHERE p.id > ?2`+passageFilter+`ORDER BY p.id LIMIT ?5`,
		recipe, after, b.Set, b.LastKey, n)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out []PassageItem
	for rows.Next() {
		var it PassageItem
		if err := rows.Scan(&it.Row, &it.ID, &it.Title, &it.Text, &it.Retries); err != nil {
			return nil, readError(err)
		}
		it.Seq = it.Row
		out = append(out, it)
	}
	if err := rowsError(rows); err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Retries > 0 {
			if out[i].Have, err = s.queriesOf(ctx, out[i].Row, recipe); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (s *Store) queriesOf(ctx context.Context, passage, recipe int64) (map[int]QueryOutcome, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT sample, key, text, outcome, reason FROM queries WHERE passage = ? AND recipe = ?", passage, recipe)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	out := map[int]QueryOutcome{}
	for rows.Next() {
		var q QueryOutcome
		if err := rows.Scan(&q.Query.Sample, scanKey{&q.Query.Key}, &q.Query.Text, &q.Outcome, &q.Reason); err != nil {
			return nil, readError(err)
		}
		out[q.Query.Sample] = q
	}
	return out, rowsError(rows)
}

// Upstream says what a stage follows: the queries of a recipe (and the imported ones), or the tasks of one.
type Upstream struct {
	Recipe int64
	Tasks  bool
	Bare   bool // the texts of the passages are not needed
}

// columns are those of a QueryItem after its position.
func (u Upstream) columns() string {
	if u.Bare {
		return `, q.id, q.key, q.text, q.sample, p.key, '', '', coalesce(r.n, 0), '', ''`
	}
	return `, q.id, q.key, q.text, q.sample, p.key, p.title, p.text, coalesce(r.n, 0)` + composedColumns
}

const queryItemJoins = ` JOIN passages p ON p.id = q.passage LEFT JOIN retries r ON r.recipe = ?1 AND r.input = q.id ` + composedJoin

const queryItemFilter = ` AND (?4 = 0 OR p.key <= ?5) AND q.import NOT IN (SELECT id FROM imports WHERE complete = 0)
	AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.recipe = ?1 AND t.input = q.id) `

// from selects the queries q that are pending after position ?2.
func (u Upstream) from() string {
	if u.Tasks {
		return ` FROM tasks u JOIN queries q ON q.id = u.input` + queryItemJoins + `WHERE u.id > ?2 AND +u.recipe = ?3 AND u.outcome = 1` + queryItemFilter
	}
	return ` FROM queries q` + queryItemJoins + `WHERE q.id > ?2 AND q.recipe IN (?3, 0) AND q.outcome = 1` + queryItemFilter
}

// Last is the position of the newest item of a feed: whoever has looked at all up to it need not look there again.
func (s *Store) Last(ctx context.Context, up Upstream) (int64, error) {
	if up.Tasks {
		return s.Snapshot(ctx)
	}
	var last int64
	if err := s.readers.QueryRowContext(context.WithoutCancel(ctx), "SELECT coalesce(max(id), 0) FROM queries").Scan(&last); err != nil {
		return 0, readError(err)
	}
	return last, nil
}

// PendingQueries returns up to n queries after a position that the stage before has done and that have no outcome under
// recipe.
func (s *Store) PendingQueries(ctx context.Context, recipe int64, up Upstream, after int64, b Bound, n int) ([]QueryItem, error) {
	query := `SELECT q.id` + up.columns() + up.from() + `ORDER BY q.id LIMIT ?6`
	if up.Tasks {
		query = `SELECT u.id` + up.columns() + up.from() + `ORDER BY u.id LIMIT ?6`
	}
	rows, err := s.readers.QueryContext(context.WithoutCancel(ctx), query, recipe, after, up.Recipe, b.Set, b.LastKey, n)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out []QueryItem
	for rows.Next() {
		var it QueryItem
		if err := rows.Scan(&it.Seq, &it.Row, scanKey{&it.Key}, &it.Text, &it.Sample, &it.Passage.ID, &it.Passage.Title, &it.Passage.Text, &it.Retries,
			&it.Asked, &it.Answer); err != nil {
			return nil, readError(err)
		}
		answered(&it.Query, &it.Passage)
		out = append(out, it)
	}
	return out, rowsError(rows)
}

// PlannedWithin counts the items of a bound, as [Store.Totals] names them: passages, own_passages, own_queries, own_duplicates.
func (s *Store) PlannedWithin(ctx context.Context, b Bound) (map[string]int64, error) {
	var passages, own, queries, duplicates int64
	err := s.readers.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(own <> 0), 0) FROM passages
		WHERE (?1 = 0 OR key <= ?2) AND import NOT IN (SELECT id FROM imports WHERE complete = 0)`, b.Set, b.LastKey).
		Scan(&passages, &own)
	if err != nil {
		return nil, readError(err)
	}
	err = s.readers.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(q.outcome <> 1), 0) FROM queries q JOIN passages p ON p.id = q.passage
		WHERE q.recipe = 0 AND (?1 = 0 OR p.key <= ?2) AND q.import NOT IN (SELECT id FROM imports WHERE complete = 0)`, b.Set, b.LastKey).Scan(&queries, &duplicates)
	if err != nil {
		return nil, readError(err)
	}
	return map[string]int64{"passages": passages, "own_passages": own, "own_queries": queries, "own_duplicates": duplicates}, nil
}
