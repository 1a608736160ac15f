package store

import (
	"database/sql"
	"errors"

	"hardneg"
)

// BatchAnswer is one line of a file of results.
type BatchAnswer struct {
	Key   hardneg.Key
	Call  hardneg.Call // what came: reply or failure, usage, cost, time
	Again bool         // the request is to be asked again, in another batch
	Most  int          // with Again: batches after which it has failed; 0: however often
}

// Settled says what became of lines.
type Settled struct {
	Stored   int64
	Failed   int64 // of those
	Repeated int64 // the request was answered before, or is in another batch by now
	Unknown  int64 // no such request
	Cost     hardneg.USD
	Usage    hardneg.Usage
}

// Add sums up.
func (s *Settled) Add(o Settled) {
	s.Stored += o.Stored
	s.Failed += o.Failed
	s.Repeated += o.Repeated
	s.Unknown += o.Unknown
	s.Cost += o.Cost
	s.Usage.Prompt += o.Usage.Prompt
	s.Usage.Completion += o.Usage.Completion
}

// request is what is stored of a request that waits for an answer.
type request struct {
	id, profile, static int64
	estimate            int64
	batch               sql.NullInt64
	rounds, state       int
	packed              []byte
	input               string
	sample, attempt     int
}

// Settle stores answers as calls, in one transaction: each as what a single request would have left, under the same key. A
// request is settled once, however often a file is read. batch is the batch whose results these are, 0 for a file that was made
// elsewhere.
func (s *Store) Settle(batch int64, answers []BatchAnswer) (Settled, error) {
	replies := make([][]byte, len(answers))
	for i, a := range answers {
		replies[i] = pack(a.Call.Reply)
		s.known.add(a.Key)
	}
	var out Settled
	err := s.write(func(t *Tx) error {
		out = Settled{}
		for i, a := range answers {
			one, err := t.settle(batch, a, replies[i])
			if err != nil {
				return err
			}
			out.Add(one)
		}
		return nil
	})
	return out, err
}

func (t *Tx) settle(batch int64, a BatchAnswer, reply []byte) (Settled, error) {
	var r request
	err := t.one(`SELECT id, profile, static, estimate, batch, rounds, state, request, input, sample, attempt FROM batch_requests WHERE key = ?`, []any{a.Key[:]},
		&r.id, &r.profile, &r.static, &r.estimate, &r.batch, &r.rounds, &r.state, &r.packed, &r.input, &r.sample, &r.attempt)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Settled{Unknown: 1}, nil
	case err != nil:
		return Settled{}, err
	case r.state != 0, batch != 0 && r.batch.Int64 != batch:
		return Settled{Repeated: 1}, nil
	}
	c := a.Call
	c.Key, c.Input, c.Sample, c.Attempt = a.Key, r.input, r.sample, r.attempt
	if c.Failure == "" && c.Usage.Prompt == 0 {
		c.Usage.Prompt, c.Usage.Estimated = r.estimate, true
	}
	id, err := t.insertCall(c, r.profile, r.static, r.packed, reply)
	if err != nil {
		return Settled{}, err
	}
	if id == 0 { // a single request was answered meanwhile
		_, err := t.exec("UPDATE batch_requests SET state = ?, body = NULL WHERE id = ?", requestAnswered, r.id)
		return Settled{Repeated: 1}, err
	}
	t.spent(r.profile).add(c)
	out := Settled{Stored: 1, Cost: c.Cost, Usage: c.Usage}
	if c.Failure != "" {
		out.Failed = 1
	}
	return out, t.mark(r, a, c)
}

// mark says what is to become of a request whose answer is stored.
func (t *Tx) mark(r request, a BatchAnswer, c hardneg.Call) error {
	switch {
	case c.Failure == "":
		_, err := t.exec("UPDATE batch_requests SET state = ?, body = NULL, failure = '', class = '', status = 0 WHERE id = ?", requestAnswered, r.id)
		return err
	case a.Again && (a.Most == 0 || r.rounds+1 <= a.Most):
		_, err := t.exec("UPDATE batch_requests SET batch = NULL, rounds = rounds + 1, failure = ?, class = ?, status = ? WHERE id = ?",
			c.Failure, c.Class, c.HTTPStatus, r.id)
		return err
	}
	_, err := t.exec("UPDATE batch_requests SET state = ?, rounds = rounds + 1, failure = ?, class = 'item', status = ? WHERE id = ?",
		requestFailed, c.Failure, c.HTTPStatus, r.id)
	return err
}

// Finish ends a batch: requests that got no line are planned again, or have failed for that reason after most batches (0: however
// many).
func (s *Store) Finish(b Batch, reason string, most int) (missing int64, err error) {
	err = s.write(func(t *Tx) error {
		missing = 0
		for _, u := range []struct {
			query string
			args  []any
		}{
			{"UPDATE batch_requests SET state = ?, rounds = rounds + 1, failure = ?, class = 'item' WHERE batch = ? AND state = 0 AND ? > 0 AND rounds >= ?",
				[]any{requestFailed, reason, b.ID, most, most}},
			{"UPDATE batch_requests SET batch = NULL, rounds = rounds + 1, failure = ? WHERE batch = ? AND state = 0", []any{reason, b.ID}},
		} {
			res, err := t.exec(u.query, u.args...)
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return &Error{Op: "write", Err: err}
			}
			missing += n
		}
		b.State, b.Missing = BatchCollected, missing
		return t.saveBatch(b)
	})
	return missing, err
}

// forget makes requests of some stages that failed for good ones that can be planned again.
func (t *Tx) forget(stages map[string]bool) error {
	for stage, on := range stages {
		if !on {
			continue
		}
		if _, err := t.exec(`UPDATE batch_requests SET state = 0, batch = NULL, rounds = 0 WHERE state = ? AND profile IN (SELECT id FROM profiles WHERE stage = ?)`, requestFailed, stage); err != nil {
			return err
		}
	}
	return nil
}
