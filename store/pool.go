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
// what was made and said of them stands, and only their new slots are filled and judged. Values are kept with the run in the same
// transaction. It returns the number of these queries.
func (s *Store) Grow(negatives int64, slots []int, values map[string][]byte) (n int64, err error) {
	list, err := json.Marshal(slots)
	if err != nil {
		return 0, err
	}
	err = s.write(func(t *Tx) error {
		if n, err = t.grown(negatives, string(list)); err != nil {
			return err
		}
		if err := t.goOn(negatives); err != nil {
			return err
		}
		return t.setMeta(values)
	})
	return n, err
}

// grown takes the queries that lack slots into a temporary table.
func (t *Tx) grown(negatives int64, slots string) (int64, error) {
	for _, q := range []string{"CREATE TEMP TABLE IF NOT EXISTS grown (query INTEGER PRIMARY KEY)", "DELETE FROM grown"} {
		if _, err := t.w.conn.ExecContext(context.Background(), q); err != nil {
			return 0, &Error{Op: "write", Err: err}
		}
	}
	res, err := t.exec("INSERT INTO grown (query) "+lacking, negatives, slots)
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

// Lacking is how many finished queries lack slots, of the passages of a bound.
func (s *Store) Lacking(ctx context.Context, negatives int64, slots []int, b Bound) (n int64, err error) {
	list, err := json.Marshal(slots)
	if err != nil {
		return 0, err
	}
	err = s.readers.QueryRowContext(ctx, `SELECT count(*) FROM queries q JOIN passages p ON p.id = q.passage WHERE (?3 = 0 OR p.key <= ?4) AND q.id IN (`+lacking+`)`,
		negatives, string(list), b.Set, b.LastKey).Scan(&n)
	if err != nil {
		return 0, readError(err)
	}
	return n, nil
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
