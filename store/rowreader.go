package store

import (
	"context"
	"errors"
	"fmt"
	"math"

	"hardneg"
)

// rowReader reads the values of rows that gen_row or gen_rows gave, in their order. The texts of rows are parts of the one that holds
// them, which lives as long as one of them does. The first value that is not what it is to be ends the reading: err says what it is.
type rowReader struct {
	rest string
	err  error // nothing is left then
}

// more reports that there is another row.
func (r *rowReader) more() bool { return r.rest != "" }

// head is how many bytes come before those of a text or blob.
const head = 1 + 8

var errCutShort = errors.New("a row is cut short")

// word is the number or length of a value.
func word(s string) uint64 {
	_ = s[head-1]
	return uint64(s[1]) | uint64(s[2])<<8 | uint64(s[3])<<16 | uint64(s[4])<<24 | uint64(s[5])<<32 | uint64(s[6])<<40 | uint64(s[7])<<48 | uint64(s[8])<<56
}

// next takes a value: its type, a number or length, and the bytes of a text or blob.
func (r *rowReader) next() (kind byte, n uint64, bytes string) {
	s := r.rest
	if s == "" {
		return 0, 0, r.fail(errCutShort)
	}
	switch kind = s[0]; {
	case kind == typeNull:
		r.rest = s[1:]
		return kind, 0, ""
	case kind < typeInteger || kind > typeNull:
		return 0, 0, r.fail(fmt.Errorf("a value of type %d", kind))
	case len(s) < head:
		return 0, 0, r.fail(errCutShort)
	}
	n, s = word(s), s[head:]
	if kind == typeText || kind == typeBlob {
		if n > uint64(len(s)) {
			return 0, 0, r.fail(errCutShort)
		}
		bytes, s = s[:n], s[n:]
	}
	r.rest = s
	return kind, n, bytes
}

// fail keeps the first error. There is no text then.
func (r *rowReader) fail(err error) string {
	if r.err == nil {
		r.err = err
	}
	r.rest = ""
	return ""
}

// typeNames are what an error says of a value.
var typeNames = [...]string{typeInteger: "an integer", typeReal: "a real number", typeText: "a text", typeBlob: "a blob", typeNull: "null"}

func (r *rowReader) mistyped(kind byte, want string) {
	if r.err == nil {
		r.fail(fmt.Errorf("%s where %s is to be", typeNames[kind], want))
	}
}

func (r *rowReader) integer() int64 {
	if s := r.rest; len(s) >= head && s[0] == typeInteger {
		r.rest = s[head:]
		return int64(word(s))
	}
	kind, _, _ := r.next()
	r.mistyped(kind, "an integer")
	return 0
}

// within is an integer that is to be in a range.
func (r *rowReader) within(least, most int64) int64 {
	n := r.integer()
	if n < least || n > most {
		r.fail(fmt.Errorf("the number %d is outside %d-%d", n, least, most))
		return 0
	}
	return n
}

func (r *rowReader) int() int { return int(r.within(math.MinInt, math.MaxInt)) }

func (r *rowReader) outcome() hardneg.Outcome { return hardneg.Outcome(r.within(0, math.MaxUint8)) }

// real is a number; null is 0.
func (r *rowReader) real() float64 {
	switch kind, n, _ := r.next(); kind {
	case typeReal:
		return math.Float64frombits(n)
	case typeInteger:
		return float64(int64(n))
	case typeNull:
	default:
		r.mistyped(kind, "a number")
	}
	return 0
}

func (r *rowReader) text() string {
	if s := r.rest; len(s) >= head && s[0] == typeText {
		if n := word(s); n <= uint64(len(s)-head) {
			r.rest = s[head+n:]
			return s[head : head+n]
		}
	}
	kind, _, s := r.next()
	if kind != typeText && kind != typeBlob {
		r.mistyped(kind, "a text")
	}
	return s
}

func (r *rowReader) key() (k hardneg.Key) {
	kind, _, s := r.next()
	if kind != typeBlob || len(s) != len(k) {
		r.fail(fmt.Errorf("a key of %d bytes", len(s)))
		return k
	}
	copy(k[:], s)
	return k
}

// call is the key of a call, or the zero key where there was none.
func (r *rowReader) call() (k hardneg.Key) {
	kind, _, s := r.next()
	switch {
	case kind == typeInteger || kind == typeReal:
		r.mistyped(kind, "a key")
	case len(s) == len(k):
		copy(k[:], s)
	}
	return k
}

// eachRow reads the rows of a query that has gen_row for its only column, as long as they are wanted.
func (s *Store) eachRow(ctx context.Context, query string, args []any, row func(*rowReader) (more bool)) error {
	rows, err := s.readers.QueryContext(ctx, query, args...)
	if err != nil {
		return readError(err)
	}
	defer rows.Close()
	for more := true; more && rows.Next(); {
		var r rowReader
		if err := rows.Scan(&r.rest); err != nil {
			return readError(err)
		}
		if more = row(&r); r.err != nil {
			return readError(r.err)
		}
	}
	return rowsError(rows)
}
