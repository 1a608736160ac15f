package store

import (
	"context"
	"database/sql/driver"
	"fmt"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// take keeps the driver's own connection. It is the writer's alone as long as that holds the connection of database/sql, which is
// all its life.
func (w *writer) take(conn any) error {
	c, ok := conn.(*sqlite3.SQLiteConn)
	if !ok {
		return fmt.Errorf("a connection of type %T", conn)
	}
	w.raw = c
	return nil
}

// exec runs a statement that writes. It goes past database/sql, which allocates a kilobyte for each: there are several for a call.
func (w *writer) exec(query string, args []any) (driver.Result, error) {
	s, ok := w.execs[query]
	if !ok {
		prepared, err := w.raw.Prepare(query)
		if err != nil {
			return nil, err
		}
		s = prepared.(*sqlite3.SQLiteStmt)
		w.execs[query] = s
	}
	w.args = w.args[:0]
	for i, a := range args {
		v, err := driverValue(a)
		if err != nil {
			return nil, fmt.Errorf("parameter %d: %w", i+1, err)
		}
		w.args = append(w.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	if n := s.NumInput(); n != len(args) {
		return nil, fmt.Errorf("%d parameters for a statement of %d", len(args), n)
	}
	res, err := s.ExecContext(context.Background(), w.args)
	clear(w.args) // a reply must not live on in it
	return res, err
}

// driverValue is what a driver takes for a value.
func driverValue(a any) (driver.Value, error) {
	switch v := a.(type) {
	case nil, int64, string, []byte, float64, bool:
		return v, nil
	case int:
		return int64(v), nil
	}
	return driver.DefaultParameterConverter.ConvertValue(a)
}
