package store

import (
	"hardneg"
)

// Retry makes the failed items of the named stages pending again: their rows and those of the stages after them are removed,
// and the next attempt of an unreadable request is a new one. It returns the number of items by stage. reason "" is every reason.
func (s *Store) Retry(c Chain, stages map[string]bool, reason string) (map[string]int64, error) {
	out := map[string]int64{}
	err := s.write(func(t *Tx) error {
		clear(out)
		for _, st := range []struct {
			name string
			do   func(Chain, string) (int64, error)
		}{{"queries", t.retryQueries}, {"verify", t.retryVerify}, {"judge", t.retryJudge}, {"judge", t.retrySimilarity}, {"negatives", t.retryNegatives}} {
			if !stages[st.name] {
				continue
			}
			n, err := st.do(c, reason)
			if err != nil {
				return err
			}
			out[st.name] += n
		}
		return t.forget(stages)
	})
	return out, err
}

// remember counts a retry of the inputs that sub selects.
func (t *Tx) remember(recipe int64, sub string, args ...any) error {
	_, err := t.exec("INSERT INTO retries (recipe, input, n) SELECT ?1, x, 1 FROM (SELECT DISTINCT "+sub+
		") WHERE true ON CONFLICT DO UPDATE SET n = n + 1", append([]any{recipe}, args...)...)
	return err
}

// redo removes the tasks of a recipe for the inputs that sub selects and remembers that they were retried.
func (t *Tx) redo(recipe int64, sub string, args ...any) error {
	if err := t.remember(recipe, sub, args...); err != nil {
		return err
	}
	_, err := t.exec("DELETE FROM tasks WHERE recipe = ?1 AND input IN (SELECT "+sub+")", append([]any{recipe}, args...)...)
	return err
}

// recount takes the items that sub groups by reason out of a stage's counts and returns their number.
func (t *Tx) recount(recipe int64, o hardneg.Outcome, query string, args ...any) (int64, error) {
	s, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	rows, err := s.Query(args...)
	if err != nil {
		return 0, readError(err)
	}
	defer rows.Close()
	var sum int64
	for rows.Next() {
		var reason string
		var n int64
		if err := rows.Scan(&reason, &n); err != nil {
			return 0, readError(err)
		}
		t.count(recipe, o, reason, -n)
		sum += n
	}
	return sum, rowsError(rows)
}

func (t *Tx) retryQueries(c Chain, reason string) (int64, error) {
	const failed = "FROM queries WHERE recipe = ?1 AND outcome = 3 AND (?2 = '' OR reason = ?2)"
	n, err := t.recount(c.Queries, hardneg.Failed, "SELECT reason, count(*) "+failed+" GROUP BY reason", c.Queries, reason)
	if err != nil || n == 0 {
		return 0, err
	}
	if err := t.redo(c.Queries, "passage AS x "+failed, reason); err != nil {
		return 0, err
	}
	_, err = t.exec("DELETE "+failed, c.Queries, reason)
	return n, err
}

func (t *Tx) retryVerify(c Chain, reason string) (int64, error) {
	const failed = "FROM tasks WHERE recipe = ?1 AND outcome = 3 AND (?2 = '' OR reason = ?2)"
	n, err := t.recount(c.Verify, hardneg.Failed, "SELECT reason, count(*) "+failed+" GROUP BY reason", c.Verify, reason)
	if err != nil || n == 0 {
		return 0, err
	}
	if err := t.dropVerdicts(c.Verify, "DELETE FROM verdicts WHERE recipe = ?1 AND query IN (SELECT input "+failed+")", reason); err != nil {
		return 0, err
	}
	return n, t.redo(c.Verify, "input AS x "+failed, reason)
}

func (t *Tx) retryNegatives(c Chain, reason string) (int64, error) {
	const failed = "FROM candidates WHERE recipe = ?1 AND outcome = 3 AND (?2 = '' OR reason = ?2)"
	n, err := t.recount(c.Negatives, hardneg.Failed, "SELECT reason, count(*) "+failed+" GROUP BY reason", c.Negatives, reason)
	if err != nil || n == 0 {
		return 0, err
	}
	const judges = "SELECT id FROM recipes WHERE stage = 'judge' AND parent = ?1"
	if err := t.undecide(judges, c.Negatives, "SELECT query "+failed, c.Negatives, reason); err != nil {
		return 0, err
	}
	if _, err := t.exec("DELETE FROM tasks WHERE recipe IN ("+judges+") AND input IN (SELECT query "+failed+")", c.Negatives, reason); err != nil {
		return 0, err
	}
	if err := t.redo(c.Negatives, "query AS x "+failed, reason); err != nil {
		return 0, err
	}
	_, err = t.exec("DELETE "+failed, c.Negatives, reason)
	return n, err
}

// retryJudge asks again where the last judge that was asked failed. What earlier judges said stands. A query without a task is
// pending already: there, a failure is not known to be the last word.
func (t *Tx) retryJudge(c Chain, reason string) (int64, error) {
	const failed = `FROM verdicts v WHERE v.recipe = ?1 AND v.state = 5 AND (?2 = '' OR v.failure = ?2) AND NOT EXISTS
		(SELECT 1 FROM verdicts w WHERE w.query = v.query AND w.recipe = v.recipe AND w.candidate = v.candidate AND w.step > v.step)
		AND v.query IN (SELECT input FROM tasks WHERE recipe = ?1)`
	n, err := t.recount(c.Judge, hardneg.Failed, "SELECT v.failure, count(*) "+failed+" GROUP BY 1", c.Judge, reason)
	if err != nil || n == 0 {
		return 0, err
	}
	if err := t.undecide("SELECT ?1", c.Judge, "SELECT v.query "+failed, c.Judge, reason); err != nil {
		return 0, err
	}
	if err := t.remember(c.Judge, "v.query AS x "+failed, reason); err != nil {
		return 0, err
	}
	// The tasks go last, because failed reads them.
	if _, err := t.exec("UPDATE tasks SET outcome = 0 WHERE recipe = ?1 AND input IN (SELECT v.query "+failed+")", c.Judge, reason); err != nil {
		return 0, err
	}
	if err := t.dropVerdicts(c.Judge, "DELETE FROM verdicts WHERE (query, recipe, candidate, step) IN (SELECT v.query, v.recipe, v.candidate, v.step "+failed+")",
		reason); err != nil {
		return 0, err
	}
	_, err = t.exec("DELETE FROM tasks WHERE recipe = ?1 AND outcome = 0", c.Judge)
	return n, err
}

// dropVerdicts deletes verdicts of a recipe and takes them out of their number.
func (t *Tx) dropVerdicts(recipe int64, query, reason string) error {
	res, err := t.exec(query, recipe, reason)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return err
	}
	t.count(recipe, kept, keptVerdicts, -n)
	return t.dropOpinions(recipe)
}

// undecide removes the decisions on the queries that sub selects with parameters ?1 and ?2, under every relabel recipe of the
// judge recipes that judges selects with of, and takes them out of the counts. Their similarities are looked at again, too.
func (t *Tx) undecide(judges string, of int64, sub string, args ...any) error {
	for stage, undo := range map[string]func(recipe int64, sub string, args []any) error{"relabel": t.undecideRecipe, "similarity": t.unmeasure} {
		recipes, err := t.following(stage, judges, of)
		if err != nil {
			return err
		}
		for _, r := range recipes {
			if err := undo(r, sub, args); err != nil {
				return err
			}
		}
	}
	return nil
}

// following are the recipes of a stage that follow the judge recipes that judges selects with of.
func (t *Tx) following(stage, judges string, of int64) (recipes []int64, err error) {
	s, err := t.stmt("SELECT id FROM recipes WHERE stage = '" + stage + "' AND parent IN (" + judges + ")")
	if err != nil {
		return nil, err
	}
	rows, err := s.Query(of)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, readError(err)
		}
		recipes = append(recipes, id)
	}
	return recipes, rowsError(rows)
}

func (t *Tx) undecideRecipe(recipe int64, sub string, args []any) error {
	args = append(append([]any{}, args...), recipe)
	s, err := t.stmt("SELECT label, why, count(*) FROM decisions WHERE recipe = ?3 AND query IN (" + sub + ") GROUP BY label, why")
	if err != nil {
		return err
	}
	rows, err := s.Query(args...)
	if err != nil {
		return readError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var d hardneg.Decision
		var n int64
		if err := rows.Scan(&d.Label, &d.Why, &n); err != nil {
			return readError(err)
		}
		t.count(recipe, hardneg.Done, d.Reason(), -n)
	}
	if err := rowsError(rows); err != nil {
		return err
	}
	for _, table := range []string{"DELETE FROM decisions WHERE recipe = ?3 AND query IN (", "DELETE FROM tasks WHERE recipe = ?3 AND input IN ("} {
		if _, err := t.exec(table+sub+")", args...); err != nil {
			return err
		}
	}
	return nil
}
