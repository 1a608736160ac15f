package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/cespare/xxhash/v2"

	"hardneg"
)

// SQLite keeps no checksum of what it stores, so rows that an export is made of carry one of their own: a byte that a disk, a copy or
// a foreign program changed is found by `gen check`. It is no signature: whoever changes a row on purpose can write its sum too.

// sumOf hashes fields with their lengths, so that no byte can move from one field to the next.
func sumOf(fields ...string) int64 {
	var d xxhash.Digest
	d.Reset()
	var n [8]byte
	for _, f := range fields {
		binary.LittleEndian.PutUint64(n[:], uint64(len(f)))
		_, _ = d.Write(n[:]) // never fails
		_, _ = d.WriteString(f)
	}
	return int64(d.Sum64())
}

func passageSum(key, title, text string) int64 { return sumOf(key, title, text) }

func querySum(key []byte, text, given string) int64 { return sumOf(string(key), text, given) }

func candidateSum(key []byte, docid, title, text, source, breaks, was string) int64 {
	return sumOf(string(key), docid, title, text, source, breaks, was)
}

// verdictSum names query and candidate by their rows, which never change: their keys would have to be looked up for each verdict.
func verdictSum(query, recipe, candidate, step, state int64, score float64, failure string) int64 {
	b := make([]byte, 0, 128)
	for _, n := range []int64{query, recipe, candidate, step, state} {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(score))
	return int64(xxhash.Sum64(append(b, failure...)))
}

// summed is a table whose rows carry a sum, and how one row is read: what it is called, its sum, and what that should be.
type summed struct {
	table, query string
	scan         func(*sql.Rows) (name func() string, sum, want int64, err error)
}

// summedTables read the rows in the order of the table: one pass over the file.
var summedTables = []summed{
	{"passages", "SELECT sum, key, title, text FROM passages", scanPassageSum},
	{"queries", "SELECT sum, key, text, given FROM queries", scanQuerySum},
	{"candidates", "SELECT sum, key, docid, title, text, source, breaks, was FROM candidates", scanCandidateSum},
	{"verdicts", "SELECT sum, query, recipe, candidate, step, state, coalesce(score, 0), failure FROM verdicts", scanVerdictSum},
}

func scanPassageSum(rows *sql.Rows) (name func() string, sum, want int64, err error) {
	var key, title, text string
	err = rows.Scan(&sum, &key, &title, &text)
	return func() string { return key }, sum, passageSum(key, title, text), err
}

func scanQuerySum(rows *sql.Rows) (name func() string, sum, want int64, err error) {
	var key []byte
	var text, given string
	err = rows.Scan(&sum, &key, &text, &given)
	return func() string { return keyName(key) }, sum, querySum(key, text, given), err
}

func scanCandidateSum(rows *sql.Rows) (name func() string, sum, want int64, err error) {
	var key []byte
	var f [6]string
	err = rows.Scan(&sum, &key, &f[0], &f[1], &f[2], &f[3], &f[4], &f[5])
	return func() string { return keyName(key) }, sum, candidateSum(key, f[0], f[1], f[2], f[3], f[4], f[5]), err
}

func scanVerdictSum(rows *sql.Rows) (name func() string, sum, want int64, err error) {
	var query, recipe, candidate, step, state int64
	var score float64
	var failure string
	err = rows.Scan(&sum, &query, &recipe, &candidate, &step, &state, &score, &failure)
	name = func() string {
		return fmt.Sprintf("judge %d on candidate row %d of query row %d", step+1, candidate, query)
	}
	return name, sum, verdictSum(query, recipe, candidate, step, state, score, failure), err
}

func keyName(key []byte) string {
	if len(key) != len(hardneg.Key{}) {
		return fmt.Sprintf("%x", key)
	}
	return hardneg.Key(key).String()
}

// changedRows finds the rows that are not what was written. It holds one row at a time.
func (s *Store) changedRows(ctx context.Context) ([]Violation, error) {
	var out []Violation
	for _, t := range summedTables {
		n, first, err := s.changedIn(ctx, t)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			out = append(out, Violation{"sum", n, t.table + " that are not what was stored, the first is " + first})
		}
	}
	return out, nil
}

func (s *Store) changedIn(ctx context.Context, t summed) (n int64, first string, err error) {
	rows, err := s.readers.QueryContext(ctx, t.query)
	if err != nil {
		return 0, "", readError(err)
	}
	defer rows.Close()
	for rows.Next() {
		name, sum, want, err := t.scan(rows)
		if err != nil {
			return 0, "", readError(fmt.Errorf("%s: %w", t.table, err))
		}
		if sum == want {
			continue
		}
		if n == 0 {
			first = name()
		}
		n++
	}
	return n, first, rowsError(rows)
}
