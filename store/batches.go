package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"hardneg"
)

// BatchState is how far a batch is. Each state is committed before the step after it is begun.
type BatchState int

// The states of a batch. A request that is in none is planned.
const (
	BatchBuilt     BatchState = iota + 1 // its requests are fixed
	BatchUploaded                        // the provider has the file
	BatchSubmitted                       // the provider works on it
	BatchCollected                       // what came of it is stored
)

func (s BatchState) String() string {
	return [...]string{"planned", "built", "uploaded", "submitted", "collected"}[s]
}

// Batch is one file of requests.
type Batch struct {
	ID        int64
	Name      string // from what is in it
	Role      string
	Model     string
	Endpoint  string
	State     BatchState
	Requests  int64
	Bytes     int64
	Sum       string // sha256 of the file, hexadecimal
	File      string // the provider's id of the file
	Remote    string // the provider's id of the batch
	Status    string // the provider's word
	Completed int64  // the provider's counts
	Failed    int64
	Held      int       // how often it was refused because too much was waiting
	NotBefore time.Time // of the next attempt to submit it
	Repeated  int64     // lines of the results for a request that was answered before
	Unknown   int64     // lines for none of our requests
	Missing   int64     // requests without a line
	At        time.Time
}

// PlannedRequest is a request as it goes into a file.
type PlannedRequest struct {
	Row   int64
	Key   hardneg.Key
	Body  []byte
	Asked int           // batches that it was in
	Worst hardneg.Usage // the most it can use
}

// NextPass begins a look at all pending items. What none of them asks for is not sent.
func (s *Store) NextPass(ctx context.Context) (int64, error) {
	var n int64
	if err := s.readers.QueryRowContext(ctx, "SELECT coalesce(max(pass), 0) + 1 FROM batch_requests").Scan(&n); err != nil {
		return 0, readError(err)
	}
	return n, nil
}

// Plan stores a request that is to be asked through a file; the usage of the call is what it will take, as far as is known, and
// body what goes to the server. A request that stands already is not stored again. One that failed for good gives its failure
// back, and true.
func (s *Store) Plan(pass int64, c hardneg.Call, body []byte, worst hardneg.Usage) (failed hardneg.Call, isFailed bool, err error) {
	request, packed := pack(c.Request), pack(body)
	err = s.write(func(t *Tx) error {
		failed, isFailed = hardneg.Call{}, false
		var state int
		f := c
		err := t.one("SELECT state, failure, class, status FROM batch_requests WHERE key = ?", []any{c.Key[:]}, &state, &f.Failure, &f.Class, &f.HTTPStatus)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if state == requestFailed {
			failed, isFailed = f, true
			return nil
		}
		return t.plan(pass, c, request, packed, worst)
	})
	return failed, isFailed, err
}

// The states of a request.
const (
	requestAnswered = 1
	requestFailed   = 2
)

func (t *Tx) plan(pass int64, c hardneg.Call, request, body []byte, worst hardneg.Usage) error {
	profile, err := t.profile(c)
	if err != nil {
		return err
	}
	static, err := t.static(c.System)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO batch_requests (key, profile, input, sample, attempt, static, request, body, prompt, completion, estimate, pass)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (key) DO UPDATE SET pass = excluded.pass,
		profile = iif(batch IS NULL, excluded.profile, profile), body = iif(batch IS NULL, excluded.body, body)`,
		c.Key[:], profile, c.Input, c.Sample, c.Attempt, static, request, body, worst.Prompt, worst.Completion, c.Usage.Prompt, pass)
	return err
}

// planned selects what a pass asked of one role and what has no answer yet, not even from a single request.
const planned = ` FROM batch_requests r JOIN profiles p ON p.id = r.profile WHERE r.batch IS NULL AND r.state = 0 AND r.pass = ?1 AND p.role = ?2
	AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.key = r.key AND c.ok = 1)`

// Planned reads up to n requests of a role that a pass asked for and that are in no batch, after a row, in the order of rows.
func (s *Store) Planned(ctx context.Context, pass int64, role string, after int64, n int) ([]PlannedRequest, error) {
	return s.requests(ctx, "SELECT r.id, r.key, r.body, r.asked, r.prompt, r.completion"+planned+" AND r.id > ?3 ORDER BY r.id LIMIT ?4", pass, role, after, n)
}

// BatchRequests reads up to n requests of a batch that are not answered, after a row, in the order of rows.
func (s *Store) BatchRequests(ctx context.Context, batch, after int64, n int) ([]PlannedRequest, error) {
	return s.requests(ctx, `SELECT id, key, body, asked, prompt, completion FROM batch_requests
		WHERE batch = ? AND state = 0 AND id > ? ORDER BY id LIMIT ?`, batch, after, n)
}

func (s *Store) requests(ctx context.Context, query string, args ...any) ([]PlannedRequest, error) {
	rows, err := s.readers.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out []PlannedRequest
	for rows.Next() {
		var r PlannedRequest
		var body []byte
		if err := rows.Scan(&r.Row, scanKey{&r.Key}, &body, &r.Asked, &r.Worst.Prompt, &r.Worst.Completion); err != nil {
			return nil, readError(err)
		}
		if r.Body, err = unpack(body); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rowsError(rows)
}

// BuildBatch fixes the planned requests of a role from one row to another as a batch. It fails if they are not the ones that were
// counted.
func (s *Store) BuildBatch(pass int64, b Batch, first, last int64) (id int64, err error) {
	err = s.write(func(t *Tx) error {
		id, err = t.insert(`INSERT INTO batches (name, role, model, endpoint, state, requests, bytes, sum, at) VALUES (?,?,?,?,?,?,?,?,?)`,
			b.Name, b.Role, b.Model, b.Endpoint, BatchBuilt, b.Requests, b.Bytes, b.Sum, time.Now().UnixMilli())
		if err != nil {
			return err
		}
		res, err := t.exec("UPDATE batch_requests SET batch = ?3, asked = asked + 1 WHERE id IN (SELECT r.id"+planned+" AND r.id BETWEEN ?4 AND ?5)", pass, b.Role, id, first, last)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err == nil && n != b.Requests {
			err = fmt.Errorf("batch %s: %d requests, not the %d that were counted", b.Name, n, b.Requests)
		}
		return err
	})
	return id, err
}

// SaveBatch stores how far a batch is.
func (s *Store) SaveBatch(b Batch) error {
	return s.write(func(t *Tx) error { return t.saveBatch(b) })
}

func (t *Tx) saveBatch(b Batch) error {
	notBefore := int64(0)
	if !b.NotBefore.IsZero() {
		notBefore = b.NotBefore.UnixMilli()
	}
	_, err := t.exec(`UPDATE batches SET state = ?, file = ?, remote = ?, status = ?, completed = ?, failed = ?, held = ?, not_before = ?,
		repeated = ?, unknown = ?, missing = ? WHERE id = ?`,
		b.State, b.File, b.Remote, b.Status, b.Completed, b.Failed, b.Held, notBefore, b.Repeated, b.Unknown, b.Missing, b.ID)
	return err
}

// DropBatch makes the requests of a batch that was never submitted planned ones again.
func (s *Store) DropBatch(id int64) error {
	return s.write(func(t *Tx) error {
		if _, err := t.exec("UPDATE batch_requests SET batch = NULL WHERE batch = ?", id); err != nil { // answered through a file meanwhile
			return err
		}
		_, err := t.exec("DELETE FROM batches WHERE id = ? AND state < ?", id, BatchSubmitted)
		return err
	})
}
