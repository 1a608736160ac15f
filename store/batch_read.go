package store

import (
	"context"
	"time"

	"hardneg"
)

// Batches are all batches in the order in which they were built; with open those that are not collected.
func (s *Store) Batches(ctx context.Context, open bool) ([]Batch, error) {
	most := BatchCollected
	if open {
		most--
	}
	rows, err := s.readers.QueryContext(ctx, `SELECT id, name, role, model, endpoint, state, requests, bytes, sum, file, remote, status, completed, failed,
		held, not_before, repeated, unknown, missing, at FROM batches WHERE state <= ? ORDER BY id`, most)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out []Batch
	for rows.Next() {
		var b Batch
		var notBefore, at int64
		if err := rows.Scan(&b.ID, &b.Name, &b.Role, &b.Model, &b.Endpoint, &b.State, &b.Requests, &b.Bytes, &b.Sum, &b.File, &b.Remote, &b.Status,
			&b.Completed, &b.Failed, &b.Held, &notBefore, &b.Repeated, &b.Unknown, &b.Missing, &at); err != nil {
			return nil, readError(err)
		}
		if notBefore > 0 {
			b.NotBefore = time.UnixMilli(notBefore).UTC()
		}
		b.At = time.UnixMilli(at).UTC()
		out = append(out, b)
	}
	return out, rowsError(rows)
}

// Wanted reports whether all open requests of a batch were asked for in a pass. Others belong to a config that has changed since.
func (s *Store) Wanted(ctx context.Context, batch, pass int64) (bool, error) {
	var n int64
	err := s.readers.QueryRowContext(ctx, "SELECT count(*) FROM batch_requests WHERE batch = ? AND (pass <> ? OR state <> 0)", batch, pass).Scan(&n)
	if err != nil {
		return false, readError(err)
	}
	return n == 0, nil
}

// OpenRequests are requests of one role that have no answer.
type OpenRequests struct {
	Role     string
	Requests int64
	Worst    hardneg.Usage // the most they can use
}

// InBatches sums up the requests that are in a batch and have no answer, by role; batch 0 is every batch.
func (s *Store) InBatches(ctx context.Context, batch int64) ([]OpenRequests, error) {
	return s.open(ctx, `SELECT p.role, count(*), sum(r.prompt), sum(r.completion) FROM batch_requests r JOIN profiles p ON p.id = r.profile
		JOIN batches b ON b.id = r.batch WHERE r.state = 0 AND (b.state = 3 AND ?1 = 0 OR b.id = ?1) GROUP BY 1 ORDER BY 1`, batch)
}

// OutOfBatches sums up the planned requests that are in no batch, by role. Some may be of a config that has changed since.
func (s *Store) OutOfBatches(ctx context.Context) ([]OpenRequests, error) {
	return s.open(ctx, `SELECT p.role, count(*), sum(r.prompt), sum(r.completion) FROM batch_requests r JOIN profiles p ON p.id = r.profile
		WHERE r.state = 0 AND r.batch IS NULL AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.key = r.key AND c.ok = 1) GROUP BY 1 ORDER BY 1`)
}

func (s *Store) open(ctx context.Context, query string, args ...any) ([]OpenRequests, error) {
	rows, err := s.readers.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out []OpenRequests
	for rows.Next() {
		var o OpenRequests
		if err := rows.Scan(&o.Role, &o.Requests, &o.Worst.Prompt, &o.Worst.Completion); err != nil {
			return nil, readError(err)
		}
		out = append(out, o)
	}
	return out, rowsError(rows)
}

// Rounds is in how many batches the requests of a batch were before, at most.
func (s *Store) Rounds(ctx context.Context, batch int64) (rounds int, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT coalesce(max(rounds), 0) FROM batch_requests WHERE batch = ?`, batch).Scan(&rounds)
	if err != nil {
		return 0, readError(err)
	}
	return rounds, nil
}

// RoleOf is the role that a request is planned for, "" if it is not known.
func (s *Store) RoleOf(ctx context.Context, key hardneg.Key) (string, error) {
	var role string
	err := s.readers.QueryRowContext(ctx, `SELECT coalesce((SELECT p.role FROM batch_requests r JOIN profiles p ON p.id = r.profile WHERE r.key = ?), '')`, key[:]).Scan(&role)
	if err != nil {
		return "", readError(err)
	}
	return role, nil
}
