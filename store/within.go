package store

import (
	"context"
	"strconv"

	"hardneg"
)

// LowestKeys returns the n lowest keys of passages, in their order.
func (s *Store) LowestKeys(ctx context.Context, n int) ([]string, error) {
	return s.texts(ctx, "SELECT p.key FROM passages p JOIN imports i ON i.id = p.import WHERE i.complete = 1 ORDER BY p.key LIMIT "+strconv.Itoa(n))
}

// AskedPassages returns the lowest n keys of passages that have an imported query, in their order.
func (s *Store) AskedPassages(ctx context.Context, n int) ([]string, error) {
	return s.texts(ctx, "SELECT p.key FROM passages p JOIN imports i ON i.id = p.import WHERE i.complete = 1 AND EXISTS "+
		"(SELECT 1 FROM queries q WHERE q.passage = p.id AND q.recipe = 0 AND q.outcome = 1) ORDER BY p.key LIMIT "+strconv.Itoa(n))
}

// SeveralPositives is the share of the imported queries that have a further positive, of the last of them.
func (s *Store) SeveralPositives(ctx context.Context) (share float64, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT coalesce(avg(EXISTS (SELECT 1 FROM candidates c WHERE c.query = q.id AND c.recipe = 0 AND c.was = ?)), 0)
		FROM (SELECT id FROM queries WHERE recipe = 0 AND outcome = 1 ORDER BY id DESC LIMIT ?) q`, hardneg.LabelPositive, meanSample).Scan(&share)
	if err != nil {
		return 0, readError(err)
	}
	return share, nil
}

// RecipeStages names the stage of every recipe of the run, also of those that a changed config has left.
func (s *Store) RecipeStages(ctx context.Context) (map[int64]string, error) {
	out := map[int64]string{}
	err := s.each(ctx, "SELECT id, stage FROM recipes", nil, func(scan scanner) error {
		var id int64
		var stage string
		err := scan(&id, &stage)
		out[id] = stage
		return err
	})
	return out, err
}

// meanSample is how many passages are read for the mean of their lengths.
const meanSample = 400

// MeanLength is the mean number of bytes of a passage with its title, from some that are spread over the run; 0 without passages.
func (s *Store) MeanLength(ctx context.Context) (float64, error) {
	var last int64
	if err := s.readers.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM passages").Scan(&last); err != nil {
		return 0, readError(err)
	}
	var ids []int64
	for id := int64(1); id <= last; id += max(1, last/meanSample) {
		ids = append(ids, id)
	}
	var mean float64
	err := s.readers.QueryRowContext(ctx, `SELECT coalesce(avg(length(CAST(title AS BLOB)) + length(CAST(text AS BLOB))), 0) FROM passages
		WHERE id IN (SELECT value FROM json_each(?))`, rowList(ids)).Scan(&mean)
	if err != nil {
		return 0, readError(err)
	}
	return mean, nil
}

// Asked is what one judge of a cascade was asked about, and in how many requests.
type Asked struct{ Texts, Calls int64 }

// AskedLately counts what the judges of a cascade were asked in the last tasks of stage verify or judge, by step. It reads those
// tasks only, so that it costs the same in a run of any size.
func (s *Store) AskedLately(ctx context.Context, recipe int64, tasks int) ([]Asked, error) {
	var out []Asked
	err := s.each(ctx, `WITH lately AS MATERIALIZED (SELECT input FROM tasks WHERE +recipe = ?1 ORDER BY id DESC LIMIT ?2)
		SELECT step, sum(texts), count(DISTINCT call) FROM (
		SELECT v.step, 1 texts, v.call FROM verdicts v WHERE v.recipe = ?1 AND v.query IN lately UNION ALL
		SELECT o.step, 0, o.call FROM opinions o WHERE o.recipe = ?1 AND o.role = 'quote' AND o.query IN lately) GROUP BY step ORDER BY step`,
		[]any{recipe, tasks}, func(scan scanner) error {
			var step int
			var a Asked
			if err := scan(&step, &a.Texts, &a.Calls); err != nil {
				return err
			}
			for len(out) <= step {
				out = append(out, Asked{})
			}
			out[step] = a
			return nil
		})
	return out, err
}

// within joins the passages of a bound to queries q.
const within = ` JOIN passages p ON p.id = q.passage AND p.key <= ?2 `

// talliesWithin counts for one recipe of each stage the outcomes of what belongs to the passages up to a key.
var talliesWithin = []struct {
	of    func(Chain) int64
	query string
}{
	{func(c Chain) int64 { return c.Queries }, "SELECT q.outcome, '', count(*) FROM queries q" + within + "WHERE q.recipe = ?1 GROUP BY 1"},
	{func(c Chain) int64 { return c.Verify },
		"SELECT t.outcome, '', count(*) FROM tasks t JOIN queries q ON q.id = t.input" + within + "WHERE t.recipe = ?1 GROUP BY 1"},
	{func(c Chain) int64 { return c.Verify }, "SELECT 9, '" + extraCandidates + "', count(*) FROM tasks t JOIN queries q ON q.id = t.input" + within +
		"JOIN candidates c ON c.query = q.id AND c.recipe = 0 WHERE t.recipe = ?1 AND t.outcome = 1"},
	{func(c Chain) int64 { return c.Negatives },
		"SELECT c.outcome, '', count(*) FROM candidates c JOIN queries q ON q.id = c.query" + within + "WHERE c.recipe = ?1 GROUP BY 1"},
	{func(c Chain) int64 { return c.Judge }, "SELECT CASE state WHEN 5 THEN 3 ELSE 1 END, '', count(*) FROM (SELECT v.state, max(v.step) FROM verdicts v " +
		"JOIN queries q ON q.id = v.query" + within + "WHERE v.recipe = ?1 AND v.candidate <> 0 GROUP BY v.query, v.candidate) GROUP BY 1"},
	{func(c Chain) int64 { return c.Relabel },
		"SELECT 1, '', count(*) FROM decisions d JOIN queries q ON q.id = d.query" + within + "WHERE d.recipe = ?1"},
	{func(c Chain) int64 { return c.Similarity },
		"SELECT t.outcome, '', count(*) FROM tasks t JOIN queries q ON q.id = t.input" + within + "WHERE t.recipe = ?1 GROUP BY 1"},
}

// Within counts what [Store.Tallies] and [Store.Totals] count, of the passages of a bound only and by reading their rows.
func (s *Store) Within(ctx context.Context, c Chain, b Bound) ([]Tally, map[string]int64, error) {
	var out []Tally
	for _, w := range talliesWithin {
		recipe := w.of(c)
		if recipe <= 0 {
			continue
		}
		err := s.each(ctx, w.query, []any{recipe, b.LastKey}, func(scan scanner) error {
			t := Tally{Recipe: recipe}
			err := scan(&t.Outcome, &t.Reason, &t.N)
			out = append(out, t)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	totals, err := s.PlannedWithin(ctx, b)
	if err != nil {
		return nil, nil, err
	}
	var imported int64
	err = s.readers.QueryRowContext(ctx, `SELECT count(*) FROM candidates c JOIN queries q ON q.id = c.query JOIN passages p ON p.id = q.passage AND p.key <= ?
		WHERE c.recipe = 0 AND q.import NOT IN (SELECT id FROM imports WHERE complete = 0)`, b.LastKey).Scan(&imported)
	if err != nil {
		return nil, nil, readError(err)
	}
	totals["imported_candidates"] = imported
	return out, totals, nil
}

// scanner reads one row.
type scanner func(dest ...any) error

// each reads the rows of a query.
func (s *Store) each(ctx context.Context, query string, args []any, row func(scanner) error) error {
	rows, err := s.readers.QueryContext(ctx, query, args...)
	if err != nil {
		return readError(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return readError(err)
		}
	}
	return rowsError(rows)
}
