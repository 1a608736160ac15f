package store

import (
	"context"
	"encoding/json"
)

// A query that stage negatives has finished has a row for each of its slots, whatever became of it. Where a strategy has got further
// slots since, the query lacks the last of them: that alone says that it is to be gone on with.

// lacking selects the queries that a recipe of stage negatives (?1) has finished with fewer slots than ?2 says, a list by strategy.
const lacking = `SELECT t.input FROM tasks t WHERE t.recipe = ?1 AND EXISTS (SELECT 1 FROM json_each(?2) j WHERE j.value > 0 AND NOT EXISTS
	(SELECT 1 FROM candidates c WHERE c.query = t.input AND c.recipe = t.recipe AND c.strategy = j.key AND c.slot = j.value - 1))`

// Grow makes the finished queries that lack slots pending again in stage negatives, and what follows from them in the stages after it:
// what was made and said of them stands, and only their new slots are filled and judged. Those of passages outside the bound are left
// as they are. It returns the number of queries.
func (s *Store) Grow(negatives int64, slots []int, b Bound) (n int64, err error) {
	list, err := json.Marshal(slots)
	if err != nil {
		return 0, err
	}
	err = s.write(func(t *Tx) error {
		if n, err = t.grown(negatives, string(list), b); err != nil || n == 0 {
			return err
		}
		return t.goOn(negatives)
	})
	return n, err
}

// grown takes the queries that lack slots into a temporary table.
func (t *Tx) grown(negatives int64, slots string, b Bound) (int64, error) {
	for _, q := range []string{"CREATE TEMP TABLE IF NOT EXISTS grown (query INTEGER PRIMARY KEY)", "DELETE FROM grown"} {
		if _, err := t.w.conn.ExecContext(context.Background(), q); err != nil {
			return 0, &Error{Op: "write", Err: err}
		}
	}
	res, err := t.exec("INSERT INTO grown (query) SELECT q.id FROM queries q JOIN passages p ON p.id = q.passage WHERE (?3 = 0 OR p.key <= ?4) AND q.id IN ("+lacking+")",
		negatives, slots, b.Set, b.LastKey)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// goOn makes the grown queries pending.
func (t *Tx) goOn(negatives int64) error {
	const judges, sub = "SELECT id FROM recipes WHERE stage = 'judge' AND parent = ?1", "SELECT query FROM grown"
	if err := t.undecide(judges, negatives, sub, negatives, ""); err != nil {
		return err
	}
	_, err := t.exec("DELETE FROM tasks WHERE (recipe = ?1 OR recipe IN ("+judges+")) AND input IN ("+sub+")", negatives)
	return err
}

// Lack is how many queries lack slots of a strategy, and how many slots in all.
type Lack struct {
	Strategy       int
	Queries, Slots int64
}

// Lacking returns what the queries that have some of their slots lack, of the passages of a bound: finished ones that are to be gone on
// with, and such as were left in the middle of that. It reads all candidates.
func (s *Store) Lacking(ctx context.Context, negatives int64, slots []int, b Bound) (queries int64, by []Lack, err error) {
	list, err := json.Marshal(slots)
	if err != nil {
		return 0, nil, err
	}
	const some = `WITH some AS MATERIALIZED (SELECT q.id FROM queries q JOIN passages p ON p.id = q.passage WHERE (?3 = 0 OR p.key <= ?4) AND q.id IN (` + lacking + `
		UNION SELECT c.query FROM candidates c WHERE c.recipe = ?1 AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.recipe = ?1 AND t.input = c.query))) `
	args := []any{negatives, string(list), b.Set, b.LastKey}
	if err := s.readers.QueryRowContext(ctx, some+"SELECT count(*) FROM some", args...).Scan(&queries); err != nil {
		return 0, nil, readError(err)
	}
	err = s.each(ctx, some+`SELECT strategy, count(*), sum(lacks) FROM (SELECT j.key strategy, j.value - (SELECT count(*) FROM candidates c
		WHERE c.query = some.id AND c.recipe = ?1 AND c.strategy = j.key AND c.slot < j.value) lacks FROM some, json_each(?2) j) WHERE lacks > 0 GROUP BY 1 ORDER BY 1`,
		args, func(scan scanner) error {
			var l Lack
			err := scan(&l.Strategy, &l.Queries, &l.Slots)
			by = append(by, l)
			return err
		})
	return queries, by, err
}

// SlotsMade is how many slots a query has at most, by strategy, under a recipe of stage negatives. It reads all candidates.
func (s *Store) SlotsMade(ctx context.Context, negatives int64) (map[int]int, error) {
	out := map[int]int{}
	err := s.each(ctx, "SELECT strategy, max(slot) + 1 FROM candidates WHERE recipe = ? GROUP BY strategy", []any{negatives}, func(scan scanner) error {
		var strategy, slots int
		err := scan(&strategy, &slots)
		out[strategy] = slots
		return err
	})
	return out, err
}
