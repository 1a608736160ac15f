package store

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// A row that is read through database/sql costs ten allocations and a conversion by reflection for each of its columns, and an export
// reads millions. So two functions of SQL give rows as one text, which a rowReader reads: gen_row(a, b, …) the values of one row, and the
// aggregate gen_rows(a, b, …) those of all rows of a group one after the other. A value is a byte for its type, as SQLite numbers them,
// eight bytes in little-endian order for a number or a length, unless it is null, and the bytes of a text or blob. It is a text because
// the driver makes a string of it with one copy, of which the texts of rows are parts; SQL can do nothing else with it.

// The types of values.
const (
	typeInteger = 1 + iota
	typeReal
	typeText
	typeBlob
	typeNull
)

// mostRowBytes is the length of a text that SQLite takes.
const mostRowBytes = 1_000_000_000

var errRowsTooBig = errors.New("string or blob too big")

// appendValues adds the values of a row, as the driver gives them to a function: null is a nil slice.
func appendValues(b []byte, values []any) ([]byte, error) {
	for _, v := range values {
		switch v := v.(type) {
		case int64:
			b = binary.LittleEndian.AppendUint64(append(b, typeInteger), uint64(v))
		case float64:
			b = binary.LittleEndian.AppendUint64(append(b, typeReal), math.Float64bits(v))
		case string:
			b = append(binary.LittleEndian.AppendUint64(append(b, typeText), uint64(len(v))), v...)
		case []byte:
			if v == nil {
				b = append(b, typeNull)
				continue
			}
			b = append(binary.LittleEndian.AppendUint64(append(b, typeBlob), uint64(len(v))), v...)
		default:
			return b, fmt.Errorf("a value of type %T", v)
		}
	}
	if len(b) > mostRowBytes {
		return b, errRowsTooBig
	}
	return b, nil
}

// gatherRow is gen_row.
func gatherRow(values ...any) (string, error) {
	b, err := appendValues(nil, values)
	return string(b), err
}

// gatheredRows is gen_rows at work.
type gatheredRows struct{ b []byte }

// Step takes a row.
func (g *gatheredRows) Step(values ...any) (err error) {
	g.b, err = appendValues(g.b, values)
	return err
}

// Done gives all rows.
func (g *gatheredRows) Done() string { return string(g.b) }

// goRowsDriver is a driver that makes the functions known to its connections, for where there are none of C.
var goRowsDriver = sync.OnceValue(func() string {
	const name = "sqlite3-go-rows"
	sql.Register(name, &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		if err := c.RegisterFunc("gen_row", gatherRow, true); err != nil {
			return err
		}
		return c.RegisterAggregator("gen_rows", func() *gatheredRows { return &gatheredRows{} }, true)
	}})
	return name
})
