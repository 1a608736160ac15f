package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
)

// Violation is a broken invariant.
type Violation struct {
	Rule string
	Rows int64
	Text string
}

func (v Violation) String() string { return fmt.Sprintf("%s: %s (%d)", v.Rule, v.Text, v.Rows) }

// invariants are counts that must be zero.
var invariants = []struct{ rule, text, query string }{
	{"task-input", "outcomes of queries that do not exist", `SELECT count(*) FROM tasks t JOIN recipes r ON r.id = t.recipe
		WHERE r.stage <> 'queries' AND NOT EXISTS (SELECT 1 FROM queries q WHERE q.id = t.input)`},
	{"task-input", "outcomes of passages that do not exist", `SELECT count(*) FROM tasks t JOIN recipes r ON r.id = t.recipe
		WHERE r.stage = 'queries' AND NOT EXISTS (SELECT 1 FROM passages p WHERE p.id = t.input)`},
	{"recipe", "rows of recipes that do not exist", `SELECT count(*) FROM (SELECT recipe FROM tasks UNION ALL SELECT recipe FROM verdicts
		UNION ALL SELECT recipe FROM decisions UNION ALL SELECT recipe FROM similarities UNION ALL SELECT recipe FROM counts UNION ALL SELECT recipe FROM queries WHERE recipe <> 0
		UNION ALL SELECT recipe FROM candidates WHERE recipe <> 0) WHERE recipe NOT IN (SELECT id FROM recipes)`},
	{"key", "keys of a wrong length", `SELECT (SELECT count(*) FROM queries WHERE length(key) <> 16) + (SELECT count(*) FROM candidates WHERE length(key) <> 16)
		+ (SELECT count(*) FROM calls WHERE length(key) <> 16) + (SELECT count(*) FROM recipes WHERE length(hash) <> 16 OR length(own) <> 16)`},
	{"tags", "queries whose tags do not exist", `SELECT count(*) FROM queries WHERE tags <> 0 AND tags NOT IN (SELECT id FROM tags)`},
	{"orphan-verdict", "verdicts on candidates that do not exist", `SELECT count(*) FROM verdicts v WHERE v.candidate <> 0
		AND NOT EXISTS (SELECT 1 FROM candidates c WHERE c.id = v.candidate AND c.query = v.query)`},
	{"orphan-opinion", "opinions beside verdicts that do not exist", `SELECT count(*) FROM opinions o WHERE NOT EXISTS (SELECT 1 FROM verdicts v
		WHERE v.query = o.query AND v.recipe = o.recipe AND v.candidate = o.candidate AND v.step = o.step)`},
	{"orphan-decision", "decisions without a verdict", `SELECT count(*) FROM decisions d JOIN recipes r ON r.id = d.recipe
		WHERE NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.query = d.query AND v.candidate = d.candidate AND v.recipe = r.parent)`},
	{"partial-judgement", "queries judged in part", `SELECT count(*) FROM tasks t JOIN recipes r ON r.id = t.recipe AND r.stage = 'judge'
		JOIN candidates c ON c.query = t.input AND c.outcome = 1 AND c.recipe IN (0, r.parent)` + importedWhole + `
		WHERE NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.query = t.input AND v.recipe = r.id AND v.candidate = c.id)`},
	{"partial-judgement", "queries verified without a verdict", `SELECT count(*) FROM tasks t JOIN recipes r ON r.id = t.recipe AND r.stage = 'verify'
		WHERE NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.query = t.input AND v.recipe = r.id AND v.candidate = 0)`},
	{"verdict", "verdicts that are not one of graded, unsure and failed", `SELECT count(*) FROM verdicts WHERE state NOT BETWEEN 0 AND 5
		OR (state < 4) <> (score IS NOT NULL) OR (state = 5) <> (failure <> '')`},
	{"cascade-gap", "verdicts of a later judge without one of the judge before", `SELECT count(*) FROM verdicts v WHERE v.step > 0
		AND NOT EXISTS (SELECT 1 FROM verdicts w WHERE w.query = v.query AND w.recipe = v.recipe AND w.candidate = v.candidate AND w.step = v.step - 1)`},
	{"reason", "rejected or failed items without a reason", `SELECT (SELECT count(*) FROM queries WHERE outcome > 1 AND reason = '')
		+ (SELECT count(*) FROM candidates WHERE outcome > 1 AND reason = '') + (SELECT count(*) FROM tasks WHERE outcome > 1 AND reason = '')`},
	{"origin", "made texts whose call is not stored", `SELECT (SELECT count(*) FROM queries q WHERE q.call IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.key = q.call AND c.ok = 1)) + (SELECT count(*) FROM candidates k WHERE k.call IS NOT NULL
		AND k.outcome <> 3 AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.key = k.call AND c.ok = 1))`},
	{"counts", "counts of stage queries that differ from its rows", countsDiffer(`SELECT recipe, outcome, reason, count(*) n FROM queries WHERE recipe <> 0 GROUP BY 1, 2, 3`, "queries")},
	{"counts", "counts of stage verify that differ from its rows", countsDiffer(`SELECT t.recipe, t.outcome, t.reason, count(*) n FROM tasks t
		JOIN recipes r ON r.id = t.recipe WHERE r.stage = 'verify' GROUP BY 1, 2, 3`, "verify")},
	{"counts", "counts of stage negatives that differ from its rows", countsDiffer(`SELECT recipe, outcome, reason, count(*) n FROM candidates WHERE recipe <> 0 GROUP BY 1, 2, 3`, "negatives")},
	{"counts", "counts of stage judge that differ from its verdicts", judgeCountsDiffer},
	{"counts", "counts of stage relabel that differ from its decisions", countsDiffer(`SELECT recipe, 1 outcome,
		iif(label = 'dropped', label || ' ' || why, label) reason, count(*) n FROM decisions GROUP BY 1, 2, 3`, "relabel")},
	{"counts", "counts of similarities that differ from the queries", countsDiffer(`SELECT t.recipe, t.outcome, t.reason, count(*) n FROM tasks t
		JOIN recipes r ON r.id = t.recipe WHERE r.stage = 'similarity' GROUP BY 1, 2, 3`, "similarity")},
	{"similarity", "similarities of candidates that do not exist", `SELECT count(*) FROM similarities s WHERE s.candidate <> 0
		AND NOT EXISTS (SELECT 1 FROM candidates c WHERE c.id = s.candidate AND c.query = s.query)`},
	{"similarity", "graded texts of finished queries without a similarity", unmeasuredTexts},
	{"vector", "vectors whose call is not stored", `SELECT count(*) FROM vectors v WHERE NOT EXISTS (SELECT 1 FROM calls c WHERE c.id = v.call AND c.ok = 1)`},
	{"counts", "imported candidates of verified queries, counted wrongly", `SELECT count(*) FROM (SELECT t.recipe, count(*) n FROM tasks t
		JOIN recipes r ON r.id = t.recipe AND r.stage = 'verify' JOIN candidates c ON c.query = t.input AND c.recipe = 0` + importedWhole + ` WHERE t.outcome = 1 GROUP BY 1) a
		FULL JOIN (SELECT recipe, n FROM counts WHERE outcome = 9 AND n <> 0) b USING (recipe) WHERE a.n IS NOT b.n`},
	{"verdicts", "numbers of verdicts that differ from those that were saved", `SELECT count(*) FROM (SELECT recipe, count(*) n FROM verdicts GROUP BY 1) a
		FULL JOIN (SELECT recipe, n FROM counts WHERE outcome = 10 AND n <> 0) b USING (recipe) WHERE a.n IS NOT b.n`},
	{"spend", "sums of calls that differ from the calls", `SELECT count(*) FROM (SELECT profile, sum(ok) ok, sum(1 - ok) failed, sum(repaired) repaired, sum(unreadable) unreadable,
		sum(prompt) prompt, sum(cached) cached, sum(completion) completion, sum(cost) cost, sum(unconfirmed) unconfirmed, sum(ok * latency) latency, sum(written) written
		FROM calls GROUP BY 1) c FULL JOIN spend s USING (profile)
		WHERE (c.ok, c.failed, c.repaired, c.unreadable, c.prompt, c.cached, c.completion, c.cost, c.unconfirmed, c.latency, c.written)
		IS NOT (s.ok, s.failed, s.repaired, s.unreadable, s.prompt, s.cached, s.completion, s.cost, s.unconfirmed, s.latency, s.written)`},
	{"batch", "requests that are answered without a stored reply, or wait for a batch that was collected", `SELECT (SELECT count(*) FROM batch_requests r
		WHERE r.state = 1 AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.key = r.key AND c.ok = 1)) + (SELECT count(*) FROM batch_requests r
		JOIN batches b ON b.id = r.batch WHERE r.state = 0 AND b.state = 4)`},
	{"totals", "totals that differ from what finished imports brought", `WITH done AS (SELECT id FROM imports WHERE complete = 1)
		SELECT count(*) FROM (SELECT 'passages' name, count(*) n FROM passages WHERE import IN done
		UNION ALL SELECT 'own_passages', count(*) FROM passages WHERE own IN done
		UNION ALL SELECT 'own_queries', count(*) FROM queries WHERE import IN done
		UNION ALL SELECT 'own_duplicates', count(*) FROM queries WHERE import IN done AND outcome <> 1
		UNION ALL SELECT 'imported_candidates', count(*) FROM candidates WHERE import IN done) a
		LEFT JOIN totals b USING (name) WHERE a.n <> coalesce(b.n, 0)`},
}

// unmeasuredTexts are those whose last grade can bring them into an export.
const unmeasuredTexts = `SELECT count(*) FROM tasks t JOIN recipes r ON r.id = t.recipe AND r.stage = 'similarity'
	JOIN verdicts v ON v.query = t.input AND v.recipe = r.parent AND v.state < 4 JOIN candidates c ON c.id = v.candidate AND c.was <> 'hard_query'
	WHERE t.outcome = 1 AND NOT EXISTS (SELECT 1 FROM verdicts w WHERE w.query = v.query AND w.recipe = v.recipe AND w.candidate = v.candidate AND w.step > v.step)
	AND NOT EXISTS (SELECT 1 FROM similarities s WHERE s.query = v.query AND s.recipe = t.recipe AND s.candidate = v.candidate)`

// judgeCountsDiffer compares the counts with the last verdicts on candidates. Where `gen retry` has removed the last one, or new
// candidates wait, the query has no task, and what stands of it may be counted or not.
const judgeCountsDiffer = `SELECT count(*) FROM (SELECT v.recipe, iif(v.state = 5, 3, 1) outcome, v.failure reason, count(*) most,
	sum(EXISTS (SELECT 1 FROM tasks t WHERE t.recipe = v.recipe AND t.input = v.query)) least
	FROM verdicts v JOIN recipes r ON r.id = v.recipe AND r.stage = 'judge' WHERE NOT EXISTS (SELECT 1 FROM verdicts w
	WHERE w.query = v.query AND w.recipe = v.recipe AND w.candidate = v.candidate AND w.step > v.step) GROUP BY 1, 2, 3) a
	FULL JOIN (SELECT c.recipe, c.outcome, iif(c.outcome = 3, c.reason, '') reason, sum(c.n) n FROM counts c
	JOIN recipes r ON r.id = c.recipe AND r.stage = 'judge' WHERE c.outcome < 9 GROUP BY 1, 2, 3) b USING (recipe, outcome, reason)
	WHERE coalesce(b.n, 0) NOT BETWEEN coalesce(a.least, 0) AND coalesce(a.most, 0)`

func countsDiffer(rows, stage string) string {
	return `SELECT count(*) FROM (` + rows + `) a FULL JOIN (SELECT c.recipe, c.outcome, c.reason, c.n FROM counts c JOIN recipes r ON r.id = c.recipe
		WHERE r.stage = '` + stage + `' AND c.outcome < 9 AND c.n <> 0) b USING (recipe, outcome, reason) WHERE a.n IS NOT b.n`
}

// Check reads the whole file and returns what is wrong with it.
func (s *Store) Check(ctx context.Context) ([]Violation, error) {
	var out []Violation
	damage, err := s.texts(ctx, "PRAGMA integrity_check(20)")
	if err != nil {
		return nil, err
	}
	for _, d := range damage {
		if d != "ok" {
			out = append(out, Violation{"integrity", 1, d})
		}
	}
	if len(out) > 0 {
		return out, nil // what stands in a damaged file proves nothing
	}
	orphans, err := s.texts(ctx, `SELECT "table" || ' -> ' || "parent" FROM pragma_foreign_key_check LIMIT 20`)
	if err != nil {
		return nil, err
	}
	for _, o := range orphans {
		out = append(out, Violation{"foreign-key", 1, o})
	}
	for _, in := range invariants {
		var n int64
		if err := s.readers.QueryRowContext(ctx, in.query).Scan(&n); err != nil {
			return nil, readError(fmt.Errorf("%s: %w", in.rule, err))
		}
		if n != 0 {
			out = append(out, Violation{in.rule, n, in.text})
		}
	}
	changed, err := s.changedRows(ctx)
	if err != nil {
		return nil, err
	}
	out = append(out, changed...)
	bad, err := s.unreadableReplies(ctx)
	if err != nil {
		return nil, err
	}
	if bad > 0 {
		out = append(out, Violation{"reply", bad, "requests or replies that can't be read"})
	}
	if bad, err = s.changedStatics(ctx); bad > 0 {
		out = append(out, Violation{"static", bad, "static parts of requests that are not what their hash says"})
	}
	return out, err
}

// changedStatics counts the static parts that their hash does not fit; those that can't be read are told of elsewhere.
func (s *Store) changedStatics(ctx context.Context) (bad int64, err error) {
	err = s.each(ctx, "SELECT hash, body FROM statics", nil, func(scan scanner) error {
		var hash, body []byte
		if err := scan(&hash, &body); err != nil {
			return err
		}
		if text, err := unpack(body); err == nil {
			if sum := sha256.Sum256(text); !bytes.Equal(hash, sum[:16]) {
				bad++
			}
		}
		return nil
	})
	return bad, err
}

func (s *Store) texts(ctx context.Context, query string) ([]string, error) {
	rows, err := s.readers.QueryContext(ctx, query)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var t string
		if err := rows.Scan(&t); err != nil {
			return nil, readError(err)
		}
		out = append(out, t)
	}
	return out, rowsError(rows)
}

func (s *Store) unreadableReplies(ctx context.Context) (int64, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT request, reply FROM calls UNION ALL SELECT body, NULL FROM statics")
	if err != nil {
		return 0, readError(err)
	}
	defer rows.Close()
	var bad int64
	for rows.Next() {
		var request, reply []byte
		if err := rows.Scan(&request, &reply); err != nil {
			return 0, readError(err)
		}
		for _, b := range [][]byte{request, reply} {
			if _, err := unpack(b); err != nil {
				bad++
				break
			}
		}
	}
	return bad, rowsError(rows)
}
