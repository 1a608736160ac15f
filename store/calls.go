package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"syscall"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"

	"hardneg"
)

// spending is what one profile spent in one transaction.
type spending struct {
	ok, failed, repaired       int64
	unreadable                 int64
	prompt, cached, completion int64
	written                    int64
	cost, unconfirmed, latency int64
}

// Record saves a call, whatever came of it, and returns when it is on disk. A usable reply to a key that has one already
// is kept as a failure "repeated": it was sent, and must be counted.
func (s *Store) Record(c hardneg.Call) error {
	request, reply := pack(c.Request), pack(c.Reply) // outside the transaction: the caller's CPU, not the writer's
	s.known.add(c.Key)
	err := s.write(func(t *Tx) error {
		c := c // this may run again, and then the key may be free
		profile, err := t.profile(c)
		if err != nil {
			return err
		}
		static, err := t.static(c.System)
		if err != nil {
			return err
		}
		id, err := t.insertCall(c, profile, static, request, reply)
		if err == nil && id == 0 {
			c.Failure, c.Class = "repeated", "item"
			_, err = t.insertCall(c, profile, static, request, reply)
		} else if err == nil && c.Failure == "" {
			err = t.vectorsOf(id, c.Texts)
		}
		if err == nil {
			t.spent(profile).add(c)
		}
		return err
	})
	if err != nil && c.Failure == "" {
		s.lost.Add(1)
	}
	return err
}

// Hurry ends the patience with a disk that is full: what is still to be saved is tried once.
func (s *Store) Hurry() { s.w.hurry.Store(true) }

// Lost is how many answers came and could not be saved.
func (s *Store) Lost() int64 { return s.lost.Load() }

func (t *Tx) insertCall(c hardneg.Call, profile, static int64, request, reply []byte) (int64, error) {
	return t.insert(`INSERT INTO calls (key, ok, profile, input, sample, attempt, static, request, reply, failure, class, status, finish,
		prompt, cached, completion, estimated, cost, unconfirmed, latency, at, written, sum)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`,
		c.Key[:], c.Failure == "", profile, c.Input, c.Sample, c.Attempt, static, request, reply, c.Failure, c.Class, c.HTTPStatus, c.FinishReason,
		c.Usage.Prompt, c.Usage.Cached, c.Usage.Completion, c.Usage.Estimated, int64(c.Cost), int64(c.Unconfirmed), c.Latency.Microseconds(), c.At.UnixMilli(), c.Usage.Written,
		callSum(c, profile, static, request, reply))
}

func (t *Tx) profile(c hardneg.Call) (int64, error) {
	k := internKey{"profiles", c.Stage, c.Role, c.Model, c.Provider, c.Endpoint, c.Prompt}
	if id, ok := t.w.interned[k]; ok {
		return id, nil
	}
	return t.intern(k,
		"INSERT INTO profiles (stage, role, model, provider, endpoint, prompt, sum) VALUES (?,?,?,?,?,?,?)",
		"SELECT id FROM profiles WHERE stage=? AND role=? AND model=? AND provider=? AND endpoint=? AND prompt=? AND ? IS NOT NULL",
		c.Stage, c.Role, c.Model, c.Provider, c.Endpoint, c.Prompt, sumOf(c.Stage, c.Role, c.Model, c.Provider, c.Endpoint, c.Prompt))
}

func (t *Tx) static(body string) (int64, error) {
	k := internKey{table: "statics", a: body}
	if id, ok := t.w.interned[k]; ok {
		return id, nil
	}
	sum := sha256.Sum256([]byte(body))
	return t.intern(k, "INSERT INTO statics (hash, body) VALUES (?1, ?2)", "SELECT id FROM statics WHERE hash=?1 OR ?2 IS NULL",
		sum[:16], pack([]byte(body)))
}

func (t *Tx) spent(profile int64) *spending {
	s, ok := t.spend[profile]
	if !ok {
		s = &spending{}
		t.spend[profile] = s
	}
	return s
}

func (s *spending) add(c hardneg.Call) {
	if c.Failure == "" {
		s.ok++
		s.latency += c.Latency.Microseconds()
	} else {
		s.failed++
	}
	s.prompt += c.Usage.Prompt
	s.cached += c.Usage.Cached
	s.written += c.Usage.Written
	s.completion += c.Usage.Completion
	s.cost += int64(c.Cost)
	s.unconfirmed += int64(c.Unconfirmed)
}

const callColumns = `SELECT c.key, c.ok, p.stage, p.role, p.model, p.provider, p.endpoint, p.prompt, c.input, c.sample, c.attempt,
	c.static, c.request, c.reply, c.failure, c.class, c.status, c.finish, c.prompt, c.cached, c.completion, c.estimated, c.cost,
	c.unconfirmed, c.latency, c.at, c.written FROM calls c JOIN profiles p ON p.id = c.profile `

// Lookup returns the usable reply to a key.
func (s *Store) Lookup(ctx context.Context, key hardneg.Key) (hardneg.Call, bool, error) {
	if !s.mayHave(ctx, key) {
		return hardneg.Call{}, false, nil
	}
	s.lookups.Do(func() {
		s.lookups.stmt, s.lookups.err = s.readers.Prepare(`SELECT c.reply, c.latency, p.provider FROM calls c JOIN profiles p ON p.id = c.profile
			WHERE c.key = ? AND c.ok = 1`)
	})
	if s.lookups.err != nil {
		return hardneg.Call{}, false, &Error{Op: "prepare", Err: s.lookups.err}
	}
	c := hardneg.Call{Key: key}
	var reply []byte
	var latency int64
	// A point read is over before it could be cancelled; making it cancellable would cost more than the read.
	err := s.lookups.stmt.QueryRowContext(context.WithoutCancel(ctx), key[:]).Scan(&reply, &latency, &c.Provider)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, readError(err)
	}
	c.Latency = time.Duration(latency) * time.Microsecond
	c.Reply, err = unpack(reply)
	return c, err == nil, err
}

// Calls yields calls with their requests and replies: those of a key, or all for the zero key, in the order they were made.
func (s *Store) Calls(ctx context.Context, key hardneg.Key) iter.Seq2[hardneg.Call, error] {
	if key.IsZero() {
		return s.calls(ctx, callColumns+"ORDER BY c.id")
	}
	return s.calls(ctx, callColumns+"WHERE c.key = ? ORDER BY c.id", key[:])
}

// CallsFor yields the calls of one stage that were made for an input. It scans the log of calls: an index would cost every call of a
// run another write to a random page, for a question that is asked by hand.
func (s *Store) CallsFor(ctx context.Context, stage, input string) iter.Seq2[hardneg.Call, error] {
	return s.calls(ctx, callColumns+"WHERE c.input = ? AND p.stage = ? ORDER BY c.id", input, stage)
}

// FailedCalls yields the calls of one stage that got no usable reply, without reading the others.
func (s *Store) FailedCalls(ctx context.Context, stage string) iter.Seq2[hardneg.Call, error] {
	return s.calls(ctx, callColumns+"WHERE c.id IN (SELECT id FROM calls INDEXED BY calls_failed WHERE ok = 0) AND p.stage = ? ORDER BY c.id", stage)
}

func (s *Store) calls(ctx context.Context, query string, args ...any) iter.Seq2[hardneg.Call, error] {
	return func(yield func(hardneg.Call, error) bool) {
		rows, err := s.readers.QueryContext(ctx, query, args...)
		if err != nil {
			yield(hardneg.Call{}, readError(err))
			return
		}
		defer rows.Close()
		statics := map[int64]string{}
		for rows.Next() {
			c, err := s.scanCall(ctx, rows, statics)
			if !yield(c, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(hardneg.Call{}, readError(err))
		}
	}
}

func (s *Store) scanCall(ctx context.Context, rows *sql.Rows, statics map[int64]string) (hardneg.Call, error) {
	var c hardneg.Call
	var request, reply []byte
	var ok, estimated bool
	var static, cost, unconfirmed, latency, at int64
	err := rows.Scan(scanKey{&c.Key}, &ok, &c.Stage, &c.Role, &c.Model, &c.Provider, &c.Endpoint, &c.Prompt, &c.Input, &c.Sample, &c.Attempt,
		&static, &request, &reply, &c.Failure, &c.Class, &c.HTTPStatus, &c.FinishReason, &c.Usage.Prompt, &c.Usage.Cached,
		&c.Usage.Completion, &estimated, &cost, &unconfirmed, &latency, &at, &c.Usage.Written)
	if err != nil {
		return c, readError(err)
	}
	c.Usage.Estimated = estimated
	c.Cost, c.Unconfirmed = hardneg.USD(cost), hardneg.USD(unconfirmed)
	c.Latency, c.At = time.Duration(latency)*time.Microsecond, time.UnixMilli(at).UTC()
	if c.Request, err = unpack(request); err != nil {
		return c, err
	}
	if c.Reply, err = unpack(reply); err != nil {
		return c, err
	}
	c.System, err = s.staticBody(ctx, static, statics)
	return c, err
}

func (s *Store) staticBody(ctx context.Context, id int64, known map[int64]string) (string, error) {
	if b, ok := known[id]; ok {
		return b, nil
	}
	var packed []byte
	if err := s.readers.QueryRowContext(ctx, "SELECT body FROM statics WHERE id = ?", id).Scan(&packed); err != nil {
		return "", readError(err)
	}
	b, err := unpack(packed)
	known[id] = string(b)
	return string(b), err
}

// readError wraps an error of a read; a cancelled one stays what it is.
func readError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var of sqlite3.Error
	if errors.As(err, &of) && of.Code == sqlite3.ErrCantOpen && of.SystemErrno == syscall.ENOENT { // a new connection finds no file any more
		return &Error{Op: "read", Err: fmt.Errorf("%w: %w", ErrGone, err)}
	}
	return &Error{Op: "read", Err: err, Hint: "if it says corrupt: keep a copy of the run's folder, then `gen check`"}
}
