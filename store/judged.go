package store

import (
	"context"
	"database/sql"
	"iter"
	"strings"

	"hardneg"
)

// Chain is the recipes of a run's stages; Verify is 0 if that stage is off.
type Chain struct {
	Queries, Verify, Negatives, Judge, Relabel int64

	Similarity int64 // beside Relabel; 0: the run has none
}

// chunk is how many queries are read at a time: short reads let the write-ahead log be checkpointed while a run is active.
const chunk = 200

// chunkBytes is how many bytes of queries and passages are enough for a chunk: where a passage is long, so are the texts beside it.
const chunkBytes = 1 << 20

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
		afterKey := []byte{}
		var afterRow int64
		for {
			batch, all, err := s.judgedChunk(ctx, c, snapshot, afterKey, afterRow)
			if err != nil {
				yield(nil, err)
				return
			}
			if n := len(batch); n > 0 {
				last := &batch[n-1]
				key := last.Key
				afterKey, afterRow = key[:], last.Row
				if !yield(batch, nil) {
					return
				}
			}
			if all {
				return
			}
		}
	}
}

const queryStates = `SELECT gen_row(q.id, q.key, q.text, q.sample, q.given, p.key, p.title, p.text, o.method, o.model, o.prompt, q.call,
	coalesce(g.subset, ''), coalesce(g.instruction, ''), coalesce(g.type, '')` + composedColumns + `)
	FROM queries q JOIN passages p ON p.id = q.passage JOIN origins o ON o.id = q.origin LEFT JOIN tags g ON g.id = q.tags ` + composedJoin

// judgedChunk reads the next queries, and says whether they are the last ones.
func (s *Store) judgedChunk(ctx context.Context, c Chain, snapshot int64, afterKey []byte, afterRow int64) (qs []QueryState, all bool, err error) {
	qs, all, err = s.queryStates(ctx, chunkBytes, `WHERE (q.key, q.id) > (?1, ?2) AND q.recipe IN (?3, 0) AND q.outcome = 1
		AND EXISTS (SELECT 1 FROM tasks t WHERE t.recipe = ?4 AND t.input = q.id AND t.id <= ?5)
		AND (?7 = 0 OR EXISTS (SELECT 1 FROM tasks t WHERE t.recipe = ?7 AND t.input = q.id AND t.id <= ?5)) ORDER BY q.key, q.id LIMIT ?6`,
		afterKey, afterRow, c.Queries, c.Judge, snapshot, chunk, c.Similarity)
	return qs, all && len(qs) < chunk, err
}

// queryStates reads the queries of a condition in its order, until they have so many bytes; all is false if more are left.
func (s *Store) queryStates(ctx context.Context, enough int, where string, args ...any) (qs []QueryState, all bool, err error) {
	all = true
	err = s.eachRow(ctx, queryStates+where, args, func(r *rowReader) bool {
		enough -= len(r.rest)
		qs = append(qs, QueryState{})
		qs[len(qs)-1].read(r)
		all = enough > 0
		return all
	})
	if err != nil {
		return nil, false, err
	}
	return qs, all, nil
}

// read takes the columns of queryStates.
func (q *QueryState) read(r *rowReader) {
	q.Row, q.Key, q.Text, q.Sample, q.Given = r.integer(), r.key(), r.text(), r.int(), r.text()
	q.Passage = hardneg.Passage{ID: strings.Clone(r.text()), Title: r.text(), Text: r.text()} // an id may be kept without the text
	q.Origin = hardneg.Origin{Method: r.text(), Model: r.text(), Prompt: r.text(), Call: r.call()}
	q.Tags = hardneg.Tags{Subset: r.text(), Instruction: r.text(), Type: r.text()}
	q.Asked, q.Answer = r.text(), r.text()
	answered(&q.Query, &q.Passage)
}

// Fill reads the verdicts on the sources of queries, and their candidates with those on them, without the calls that they came from and what
// they were meant to break. It may be called by several goroutines.
func (s *Store) Fill(ctx context.Context, qs []QueryState, c Chain) error {
	return s.fill(context.WithoutCancel(ctx), exportSlates, qs, c) // short reads; the caller looks between them
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
