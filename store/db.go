// Package store keeps a run in one SQLite file: passages, every call to a model with its raw reply, every outcome, and
// the counts that make status and resume cheap.
//
// It owns the file, its schema and its lock. It knows nothing of prompts, models or policies: it takes outcomes as they
// are and says what is pending. Pending is derived (has input, lacks outcome), never a flag. All writes go through one
// connection in group commits with synchronous=FULL; whoever asked for a write returns when it is on disk.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// FileName is the name of the database in a run's directory.
const FileName = "run.db"

// applicationID marks the file as a run ("hneg").
const applicationID = 0x686e6567

// ErrNoRun says that the directory holds no run.
var ErrNoRun = errors.New("no run here")

// Error is trouble with the storage: disk full, read-only, corrupt, wrong schema. No item is charged for it.
type Error struct {
	Op   string
	Hint string
	Err  error
}

func (e *Error) Error() string { return "storage: " + e.Op + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Options are for opening a run.
type Options struct {
	ReadOnly bool
	Command  string        // what the lock says of its owner
	Grace    time.Duration // how long a write waits for a full disk or a foreign lock; default 30 s
	Notify   func(string)  // told when a write has to wait; may be nil
}

// Store is an open run.
type Store struct {
	Dir     string
	readers *sql.DB
	w       *writer
	lock    *lock
	changes *broadcast
	known   *known // nil where others may write
	origins origins
	lost    atomic.Int64 // answers that could not be saved

	lookups struct {
		sync.Once
		stmt *sql.Stmt
		err  error
	}
}

// Open opens the run of a directory, creating it unless it is opened read-only. It returns ErrNoRun, *InUse or *Error.
func Open(dir string, o Options) (*Store, error) {
	if err := refuseOldSQLite(); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, FileName)
	if o.ReadOnly {
		return openReadOnly(dir, path)
	}
	if err := prepareDir(dir, path); err != nil {
		return nil, err
	}
	l, err := acquire(dir, o.Command)
	if err != nil {
		return nil, err
	}
	s := &Store{Dir: dir, lock: l, changes: newBroadcast(), known: &known{}}
	if err := s.openReadWrite(path, o); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func openReadOnly(dir, path string) (*Store, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoRun)
	} else if err != nil {
		return nil, &Error{Op: "open " + path, Err: err}
	}
	still, err := frozen(dir, path)
	if err != nil {
		return nil, err
	}
	s := &Store{Dir: dir, changes: newBroadcast()}
	if err := s.openReaders(path, still); err != nil {
		s.Close()
		return nil, err
	}
	if err := s.readable(path); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// prepareDir makes the directory, readable by its owner alone because passages may be confidential, and checks that it
// can hold a database.
func prepareDir(dir, path string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &Error{Op: "create " + dir, Err: err, Hint: "set run.dir to a folder you may write to"}
	}
	if err := localDisk(dir); err != nil {
		return &Error{Op: "open " + dir, Err: err, Hint: "set run.dir to a local disk; SQLite's locks are not safe on network file systems"}
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return &Error{Op: "open " + path, Err: err, Hint: "set run.dir to a folder you may write to"}
	}
	return f.Close()
}

func (s *Store) openReadWrite(path string, o Options) error {
	w, err := newWriter(path, o)
	if err != nil {
		return err
	}
	s.w = w
	w.committed = s.changes.fire
	if err := w.migrate(s.Dir); err != nil {
		return err
	}
	if err := s.openReaders(path, false); err != nil {
		return err
	}
	return s.dropUnfinishedImports()
}

// dsn builds the data source name in one place: SQLite ignores mistyped parameters, so newWriter reads them back.
func dsn(path string, readOnly bool) string {
	q := url.Values{"_busy_timeout": {"5000"}, "_foreign_keys": {"1"}, "_cache_size": {"-16000"},
		"_mutex": {"no"}} // database/sql gives a connection to one goroutine at a time
	if readOnly {
		q.Set("mode", "ro")
		q.Set("_query_only", "1")
		q.Set("_cache_size", "-4000")   // of each of the readers, who mostly read what was written just now
		q.Set("_stmt_cache_size", "64") // statements are prepared once a connection
	} else {
		q.Set("_journal_mode", "WAL")
		q.Set("_synchronous", "FULL")
		q.Set("_txlock", "immediate")
		if vfs := walVFS(); vfs != "" {
			q.Set("vfs", vfs)
		}
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (s *Store) openReaders(path string, still bool) error {
	name := dsn(path, true)
	if still {
		name += "&immutable=1"
	}
	db, err := sql.Open(readersDriver(), name)
	if err != nil {
		return &Error{Op: "open " + path, Err: err}
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	s.readers = db
	return nil
}

func (s *Store) version() (int, error) {
	var v int
	if err := s.readers.QueryRow("PRAGMA user_version").Scan(&v); err != nil {
		return 0, &Error{Op: "read " + s.Dir, Err: err}
	}
	return v, nil
}

// Close closes the file and frees the lock.
func (s *Store) Close() error {
	var errs []error
	if s.readers != nil {
		errs = append(errs, s.readers.Close())
	}
	if s.w != nil {
		errs = append(errs, s.w.close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.release())
	}
	return errors.Join(errs...)
}

// Changed returns a channel that is closed at the next commit that finishes a task.
func (s *Store) Changed() <-chan struct{} { return s.changes.wait() }

// refuseOldSQLite refuses the versions 3.7.0 to 3.51.2, which can corrupt a file in WAL mode when it is reset.
func refuseOldSQLite() error {
	version, number, _ := sqlite3.Version()
	if number < 3051003 {
		return &Error{Op: "SQLite " + version, Err: errors.New("has the WAL-reset bug"), Hint: "build with a newer github.com/mattn/go-sqlite3"}
	}
	return nil
}

func migrationNames() []string {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern is constant
	}
	sort.Strings(names)
	return names
}

// migrate brings the file to the newest schema in one transaction, after a copy of a file that holds data.
func (w *writer) migrate(dir string) error {
	ctx := context.Background()
	var have int
	if err := w.conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
		return &Error{Op: "read schema version", Err: err, Hint: "the file may be damaged: keep a copy, then `gen check`"}
	}
	if err := ours(ctx, w.conn, dir); err != nil {
		return err
	}
	names := migrationNames()
	switch {
	case have == len(names):
		return nil
	case have < 0:
		return &Error{Op: "open " + dir, Err: fmt.Errorf("schema %d", have), Hint: "the file is damaged: keep a copy, then `gen check`"}
	case have > len(names):
		return &Error{Op: "open " + dir, Err: fmt.Errorf("schema %d is newer than this program's %d", have, len(names)), Hint: "use the newer program"}
	case have > 0:
		backup := filepath.Join(dir, fmt.Sprintf("run.schema-%d.db", have))
		if _, err := w.conn.ExecContext(ctx, "VACUUM INTO ?", backup); err != nil {
			return &Error{Op: "copy before the upgrade to " + backup, Err: err}
		}
	}
	return w.apply(ctx, names, have)
}

// querier is a pool or a connection.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// ours refuses the database of another program. An empty one is a run that was just begun.
func ours(ctx context.Context, db querier, place string) error {
	var app, objects int
	err := db.QueryRowContext(ctx, "SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id").Scan(&app, &objects)
	if err != nil {
		return &Error{Op: "read application id", Err: err}
	}
	if app != applicationID && (app != 0 || objects > 0) {
		return &Error{Op: "open " + place, Err: errors.New(FileName + " is a database of another program"), Hint: "set run.dir to a folder of its own"}
	}
	return nil
}

func (w *writer) apply(ctx context.Context, names []string, have int) error {
	var b strings.Builder
	if err := w.conn.Raw(registerSum); err != nil {
		return &Error{Op: "upgrade the schema", Err: err}
	}
	b.WriteString("BEGIN IMMEDIATE;\n")
	for _, name := range names[have:] {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return &Error{Op: name, Err: err}
		}
		b.Write(text)
		b.WriteString("\n")
	}
	// Pragmas take no parameters; both numbers are constants of the program.
	b.WriteString("PRAGMA user_version = " + strconv.Itoa(len(names)) + ";\nPRAGMA application_id = " + strconv.Itoa(applicationID) + ";\nCOMMIT;")
	if _, err := w.conn.ExecContext(ctx, b.String()); err != nil {
		_, _ = w.conn.ExecContext(ctx, "ROLLBACK")
		return &Error{Op: "upgrade the schema", Err: err}
	}
	return nil
}
