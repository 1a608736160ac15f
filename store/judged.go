package store

import (
	"context"
	"database/sql"
	"iter"

	"hardneg"
)

// Chain is the recipes of a run's stages; Verify is 0 if that stage is off.
type Chain struct {
	Queries, Verify, Negatives, Judge, Relabel int64

	Similarity int64 // beside Relabel; 0: the run has none
}

// chunk is how many queries are read at a time: short reads let the write-ahead log be checkpointed while a run is active.
const chunk = 200

// Snapshot is the position of the task log up to which an export reads, so that it is consistent while a run goes on.
func (s *Store) Snapshot(ctx context.Context) (int64, error) {
	var seq int64
	if err := s.readers.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM tasks").Scan(&seq); err != nil {
		return 0, readError(err)
	}
	return seq, nil
}

// Judged yields the queries whose candidates were all judged by the time of the snapshot (and compared, where the chain has
// similarities), in key order, some at a time, and without their verdicts and candidates: see Fill. A query that stands twice (imported
// twice for one passage) is yielded twice.
func (s *Store) Judged(ctx context.Context, c Chain, snapshot int64) iter.Seq2[[]QueryState, error] {
	return func(yield func([]QueryState, error) bool) {
		var afterKey []byte
		var afterRow int64
		for {
			batch, err := s.judgedChunk(ctx, c, snapshot, afterKey, afterRow)
			if err != nil {
				yield(nil, err)
				return
			}
			n := len(batch)
			if n > 0 {
				last := &batch[n-1]
				key := last.Key
				afterKey, afterRow = key[:], last.Row
				if !yield(batch, nil) {
					return
				}
			}
			if n < chunk {
				return
			}
		}
	}
}

const queryStateColumns = `SELECT q.id, q.key, q.text, q.sample, q.given, p.key, p.title, p.text, o.method, o.model, o.prompt, q.call,
	coalesce(g.subset, ''), coalesce(g.instruction, ''), coalesce(g.type, '')` + composedColumns + `
	FROM queries q JOIN passages p ON p.id = q.passage JOIN origins o ON o.id = q.origin LEFT JOIN tags g ON g.id = q.tags ` + composedJoin

func (s *Store) judgedChunk(ctx context.Context, c Chain, snapshot int64, afterKey []byte, afterRow int64) ([]QueryState, error) {
	if afterKey == nil {
		afterKey = []byte{}
	}
	rows, err := s.readers.QueryContext(ctx, queryStateColumns+`WHERE (q.key, q.id) > (?1, ?2) AND q.recipe IN (?3, 0) AND q.outcome = 1
		AND EXISTS (SELECT 1 FROM tasks t WHERE t.recipe = ?4 AND t.input = q.id AND t.id <= ?5)
		AND (?7 = 0 OR EXISTS (SELECT 1 FROM tasks t WHERE t.recipe = ?7 AND t.input = q.id AND t.id <= ?5)) ORDER BY q.key, q.id LIMIT ?6`,
		afterKey, afterRow, c.Queries, c.Judge, snapshot, chunk, c.Similarity)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out []QueryState
	for rows.Next() {
		q, err := scanQueryState(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, rowsError(rows)
}

func scanQueryState(rows *sql.Rows) (QueryState, error) {
	var q QueryState
	var call []byte
	err := rows.Scan(&q.Row, scanKey{&q.Key}, &q.Text, &q.Sample, &q.Given, &q.Passage.ID, &q.Passage.Title, &q.Passage.Text,
		&q.Origin.Method, &q.Origin.Model, &q.Origin.Prompt, &call, &q.Tags.Subset, &q.Tags.Instruction, &q.Tags.Type, &q.Asked, &q.Answer)
	if err != nil {
		return q, readError(err)
	}
	answered(&q.Query, &q.Passage)
	if len(call) == len(q.Origin.Call) {
		q.Origin.Call = hardneg.Key(call)
	}
	return q, nil
}

// Fill reads the verdicts on the sources of queries, and their candidates with those on them. It may be called by several goroutines.
func (s *Store) Fill(ctx context.Context, qs []QueryState, c Chain) error {
	ctx = context.WithoutCancel(ctx) // short reads; the caller looks between them
	rows := make([]int64, len(qs))
	for i := range qs {
		rows[i] = qs[i].Row
	}
	if c.Verify != 0 {
		vs, err := s.verdicts(ctx, rows, c.Verify)
		if err != nil {
			return err
		}
		for i := range qs {
			qs[i].Source = vs[qs[i].Row][0]
		}
	}
	cs, err := s.candidates(ctx, candidateColumns, rows, c.Negatives, c.Judge)
	for i := range qs {
		qs[i].Candidates = cs[qs[i].Row]
	}
	if err != nil {
		return err
	}
	return s.measured(ctx, qs, rows, c.Similarity)
}

// State reads one query with its candidates and verdicts by its row.
func (s *Store) State(ctx context.Context, row int64, c Chain) (QueryState, error) {
	found, err := s.States(ctx, []int64{row}, c)
	if err == nil && len(found) == 0 {
		err = readError(sql.ErrNoRows)
	}
	if err != nil {
		return QueryState{}, err
	}
	return found[0], nil
}
