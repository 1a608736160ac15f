package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
)

// readable checks that a file has the schema of this program, or nothing in it.
func (s *Store) readable(path string) error {
	v, err := s.version()
	if err != nil {
		return err
	}
	if err := ours(context.Background(), s.readers, path); err != nil {
		return err
	}
	switch v {
	case len(migrationNames()):
		return nil
	case 0:
		return s.readNothing()
	}
	return wrongSchema(path, v)
}

func wrongSchema(path string, v int) error {
	return &Error{Op: "open " + path, Err: fmt.Errorf("schema %d, this program reads %d", v, len(migrationNames())),
		Hint: "a `gen run` of this version upgrades an older file; a newer file needs the newer program"}
}

// empties numbers the databases in memory of this process.
var empties atomic.Int64

// readNothing makes a file without a table read as a run with nothing in it: a run that was killed while its file was made leaves
// one, and the next `gen run` begins in it. The file is left alone; an empty database in memory, of the schema that a reader knows,
// stands in for it. Where there are tables the file is none of these, and an *Error says so.
func (s *Store) readNothing() error {
	ctx := context.Background()
	var objects int
	if err := s.readers.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&objects); err != nil {
		return &Error{Op: "read " + s.Dir, Err: err}
	}
	if objects > 0 {
		return wrongSchema(s.Dir, 0)
	}
	db, err := sql.Open(readersDriver(), fmt.Sprintf("file:nothing-%d?mode=memory&cache=shared", empties.Add(1)))
	if err != nil {
		return &Error{Op: "read " + s.Dir, Err: err}
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		err = (&writer{conn: conn}).apply(ctx, migrationNames(), 0)
	}
	if err != nil {
		db.Close()
		return err
	}
	if err := conn.Close(); err != nil { // it goes back to the pool, which keeps the database
		return &Error{Op: "read " + s.Dir, Err: err}
	}
	old := s.readers
	s.readers = db
	return old.Close()
}
