package store

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strings"

	"github.com/cespare/xxhash/v2"
	sqlite3 "github.com/mattn/go-sqlite3"

	"hardneg"
)

// SQLite keeps no checksum of what it stores, so rows that an export is made of, or that decide what is asked for again, carry one of
// their own: a byte that a disk, a copy or a foreign program changed, or a value that was moved to another row, is found by `gen
// check`. It is no signature: whoever changes a row on purpose can write its sum too.

// rowSum hashes the values of a row in the order of summedTables: numbers as 8 bytes, texts and blobs with their lengths, so that no
// byte can move from one to the next. Null counts as an empty text.
type rowSum struct{ d xxhash.Digest }

func newSum() (s rowSum) {
	s.d.Reset()
	return s
}

func (s *rowSum) numbers(ns ...int64) {
	var b [8]byte
	for _, n := range ns {
		binary.LittleEndian.PutUint64(b[:], uint64(n))
		_, _ = s.d.Write(b[:]) // never fails
	}
}

func (s *rowSum) texts(ts ...string) {
	for _, t := range ts {
		s.numbers(int64(len(t)))
		_, _ = s.d.WriteString(t)
	}
}

func (s *rowSum) blob(b []byte) {
	s.numbers(int64(len(b)))
	_, _ = s.d.Write(b)
}

func (s *rowSum) value() int64 { return int64(s.d.Sum64()) }

// call adds the key of the call that a row came of; the zero key is stored as null.
func (s *rowSum) call(k hardneg.Key) {
	if k.IsZero() {
		s.blob(nil)
		return
	}
	s.blob(k[:])
}

// sumOf is the same for values as SQLite gives them.
func sumOf(values ...any) int64 {
	s := newSum()
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			s.blob(nil)
		case int64:
			s.numbers(v)
		case float64:
			s.numbers(int64(math.Float64bits(v)))
		case string:
			s.texts(v)
		case []byte:
			s.blob(v)
		default: // a type that no column has
			s.texts(fmt.Sprintf("%T", v))
		}
	}
	return s.value()
}

// registerSum makes row_sum known to the connection that migrates, and unpacked, which reads what is stored packed.
func registerSum(conn any) error {
	c, ok := conn.(*sqlite3.SQLiteConn)
	if !ok {
		return fmt.Errorf("a connection of type %T", conn)
	}
	if err := c.RegisterFunc("row_sum", sumOf, true); err != nil {
		return err
	}
	return c.RegisterFunc("unpacked", func(b []byte) (string, error) {
		text, err := unpack(b)
		return string(text), err
	}, true)
}

func passageSum(key, title, text string) int64 {
	s := newSum()
	s.texts(key, title, text)
	return s.value()
}

func querySum(recipe, passage int64, q hardneg.Query, o hardneg.Outcome, reason string, origin int64, given string, tags int64) int64 {
	s := newSum()
	s.numbers(recipe, passage, int64(q.Sample))
	s.blob(q.Key[:])
	s.texts(q.Text)
	s.numbers(int64(o))
	s.texts(reason)
	s.numbers(origin)
	s.call(q.Origin.Call)
	s.texts(given)
	s.numbers(tags)
	return s.value()
}

func candidateSum(recipe, query int64, strategy int, c hardneg.Candidate, o hardneg.Outcome, reason string, origin int64) int64 {
	s := newSum()
	s.numbers(recipe, query, int64(strategy), int64(c.Slot))
	s.blob(c.Key[:])
	s.texts(c.DocID, c.Title, c.Text, string(c.Source), c.Breaks, string(c.Was))
	s.numbers(int64(o))
	s.texts(reason)
	s.numbers(origin)
	s.call(c.Origin.Call)
	return s.value()
}

// verdictSum names query and candidate by their rows, which never change: their keys would have to be looked up for each verdict.
func verdictSum(k Task, candidate int64, v hardneg.Verdict, state int, origin int64) int64 {
	s := newSum()
	s.numbers(k.Input, k.Recipe, candidate, int64(v.Step), int64(state))
	if state < stateUnsure {
		s.numbers(int64(math.Float64bits(v.Score)))
	} else {
		s.blob(nil)
	}
	s.texts(v.Failure)
	s.numbers(origin)
	s.call(v.Origin.Call)
	return s.value()
}

func callSum(c hardneg.Call, profile, static int64, request, reply []byte) int64 {
	s := newSum()
	s.blob(c.Key[:])
	s.numbers(number(c.Failure == ""), profile)
	s.texts(c.Input)
	s.numbers(int64(c.Sample), int64(c.Attempt), static)
	s.blob(request)
	s.blob(reply)
	s.texts(c.Failure, c.Class)
	s.numbers(int64(c.HTTPStatus))
	s.texts(c.FinishReason)
	s.numbers(c.Usage.Prompt, c.Usage.Cached, c.Usage.Completion, number(c.Usage.Estimated), int64(c.Cost), int64(c.Unconfirmed),
		c.Latency.Microseconds(), c.At.UnixMilli(), c.Usage.Written)
	return s.value()
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// summed is a table whose rows carry a sum of some columns, and the one or ones that name a row.
type summed struct{ table, columns, name string }

// summedTables are read in the order of the table: one pass over the file.
var summedTables = []summed{
	{"meta", "name, value", "name"},
	{"recipes", "stage, hash, own, parent, about", "stage"},
	{"origins", "method, model, prompt", "id"},
	{"tags", "subset, instruction, type", "id"},
	{"profiles", "stage, role, model, provider, endpoint, prompt", "id"},
	{"passages", "key, title, text", "key"},
	{"signatures", "import, bytes", "'row ' || id"},
	{"links", "passage, import, ids", "passage"},
	{"queries", "recipe, passage, sample, key, text, outcome, reason, origin, call, given, tags", "key"},
	{"composed", "query, asked, docid, text", "'that of query row ' || query"},
	{"candidates", "recipe, query, strategy, slot, key, docid, title, text, source, breaks, was, outcome, reason, origin, call", "key"},
	{"verdicts", "query, recipe, candidate, step, state, score, failure, origin, call",
		"'judge ' || (step + 1) || ' on candidate row ' || candidate || ' of query row ' || query"},
	{"similarities", "query, recipe, candidate, cosine", "'candidate row ' || candidate || ' of query row ' || query"},
	{"vectors", "text, call, place", "text"},
	{"calls", "key, ok, profile, input, sample, attempt, static, request, reply, failure, class, status, finish, " +
		"prompt, cached, completion, estimated, cost, unconfirmed, latency, at, written", "key"},
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
	rows, err := s.readers.QueryContext(ctx, "SELECT "+t.name+", sum, "+t.columns+" FROM "+t.table)
	if err != nil {
		return 0, "", readError(err)
	}
	defer rows.Close()
	values := make([]any, 3+strings.Count(t.columns, ","))
	to := make([]any, len(values))
	for i := range values {
		to[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return 0, "", readError(fmt.Errorf("%s: %w", t.table, err))
		}
		if values[1] == sumOf(values[2:]...) {
			continue
		}
		if n == 0 {
			first = nameOf(values[0])
		}
		n++
	}
	return n, first, rowsError(rows)
}

// nameOf shows the name of a row; one that is a key is in hexadecimal digits.
func nameOf(v any) string {
	if b, ok := v.([]byte); ok {
		return hex.EncodeToString(b)
	}
	return fmt.Sprint(v)
}
