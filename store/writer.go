package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// maxGroup bounds the writes of one commit, and so the time that the first of them waits for the last.
const maxGroup = 512

// commitGap is the least time from one commit to the next: a busy run makes fewer and larger groups of the same writes, and the
// pages that all of them change are written once. A write that comes alone does not wait.
const commitGap = 6 * time.Millisecond

// writer is the one connection that writes. Writes that arrive while a commit is under way form the next group; one of
// the waiting callers leads it, so no goroutine is needed and nothing is acknowledged before its commit.
type writer struct {
	db        *sql.DB
	conn      *sql.Conn
	stmts     map[string]*sql.Stmt           // that read
	raw       *sqlite3.SQLiteConn            // of conn
	execs     map[string]*sqlite3.SQLiteStmt // that write, of raw
	args      []driver.NamedValue            // of the statement that is under way; the leader's
	grace     time.Duration
	hurry     atomic.Bool // nothing is waited for any more
	notify    func(string)
	committed func() // called after a commit that finished a task
	finished  bool   // since it was called last; the leader's
	interned  map[internKey]int64
	last      time.Time // of the newest commit; the leader's
	gaveUp    time.Time // on the newest write that was waited with in vain; the leader's
	place     place     // the leader's

	mu      sync.Mutex
	queue   []*write
	leading bool
}

type write struct {
	do   func(*Tx) error
	came time.Time
	err  error
	wake chan bool // true: lead the next group; false: done
}

func newWriter(path string, o Options) (*writer, error) {
	db, err := sql.Open("sqlite3", dsn(path, false))
	if err != nil {
		return nil, &Error{Op: "open " + path, Err: err}
	}
	db.SetMaxOpenConns(1)
	w := &writer{db: db, stmts: map[string]*sql.Stmt{}, execs: map[string]*sqlite3.SQLiteStmt{}, grace: o.Grace, notify: o.Notify, interned: map[internKey]int64{}}
	if w.grace == 0 {
		w.grace = 30 * time.Second
	}
	if w.notify == nil {
		w.notify = func(string) {}
	}
	if w.conn, err = db.Conn(context.Background()); err != nil {
		db.Close()
		return nil, &Error{Op: "open " + path, Err: err, Hint: "is this a database of gen? keep a copy before anything else"}
	}
	if err = w.conn.Raw(w.take); err == nil {
		err = w.checkPragmas()
	}
	if err == nil {
		w.place, err = newPlace(path)
	}
	if err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// checkPragmas reads back what the DSN asked for, and sets what a DSN can't.
func (w *writer) checkPragmas() error {
	for name, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		if err := w.conn.QueryRowContext(context.Background(), "PRAGMA "+name).Scan(&got); err != nil {
			return &Error{Op: "read pragma " + name, Err: err}
		}
		if !strings.EqualFold(got, want) {
			return &Error{Op: "open", Err: fmt.Errorf("pragma %s is %q, must be %q", name, got, want)}
		}
	}
	for _, set := range []string{"PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON", "PRAGMA wal_autocheckpoint = 2000", "PRAGMA temp_store = MEMORY"} {
		if _, err := w.conn.ExecContext(context.Background(), set); err != nil {
			return &Error{Op: set, Err: err}
		}
	}
	return nil
}

func (w *writer) close() error {
	var errs []error
	for _, s := range w.stmts {
		errs = append(errs, s.Close())
	}
	for _, s := range w.execs {
		errs = append(errs, s.Close())
	}
	if w.conn != nil {
		errs = append(errs, w.conn.Close())
	}
	return errors.Join(append(errs, w.db.Close())...)
}

// write runs do in a transaction and returns when it is on disk. do may run more than once (when another write of its
// group fails), so it must not keep what it read. It is not cancellable: what was paid for is saved.
func (s *Store) write(do func(*Tx) error) error {
	if s.w == nil {
		return &Error{Op: "write", Err: errors.New("the run was opened read-only")}
	}
	return s.w.write(do)
}

func (w *writer) write(do func(*Tx) error) error {
	me := &write{do: do, came: time.Now(), wake: make(chan bool, 1)}
	w.mu.Lock()
	w.queue = append(w.queue, me)
	lead := !w.leading
	w.leading = true
	w.mu.Unlock()
	if lead || <-me.wake {
		w.leadGroup()
	}
	return me.err
}

// leadGroup commits the waiting writes, its caller's among them, and hands the lead on.
func (w *writer) leadGroup() {
	if wait := commitGap - time.Since(w.last); wait > 0 {
		time.Sleep(wait)
	}
	w.mu.Lock()
	n := min(len(w.queue), maxGroup)
	group := w.queue[:n:n]
	w.queue = w.queue[n:]
	w.mu.Unlock()

	w.commitGroup(group)
	w.last = time.Now()

	w.mu.Lock()
	finished := w.finished
	w.finished = false
	if len(w.queue) > 0 {
		w.queue[0].wake <- true
	} else {
		w.leading = false
		w.queue = nil // drop the array
	}
	w.mu.Unlock()
	for _, o := range group[1:] {
		o.wake <- false
	}
	if finished {
		w.committed()
	}
}

// commitGroup commits all writes together; if one of them fails, each by itself, so that it fails alone.
func (w *writer) commitGroup(group []*write) {
	err := w.commitPatiently(group)
	for _, o := range group {
		o.err = err
		if err != nil && len(group) > 1 && !passes(err) {
			o.err = w.commitPatiently([]*write{o})
		}
	}
}

// commitPatiently waits out a full disk and a foreign lock, once: what came while others waited in vain has waited with them.
// Meanwhile the callers wait with their answers in memory and no further call is sent, because a slot is held until its commit.
func (w *writer) commitPatiently(group []*write) error {
	start, waited := time.Now(), group[0].came.Before(w.gaveUp)
	for told := false; ; {
		err := w.commit(group)
		if err == nil || !passes(err) {
			return err
		}
		if waited || w.hurry.Load() || time.Since(start) >= w.grace {
			w.gaveUp = time.Now()
			return err
		}
		if !told {
			w.notify(fmt.Sprintf("cannot save: %v; %d answers are kept in memory; trying again for %s", err, len(group), w.grace))
			told = true
		}
		time.Sleep(min(time.Second, w.grace/4))
	}
}

// passes reports whether a storage error may go away by itself.
func passes(err error) bool {
	var se sqlite3.Error
	return errors.As(err, &se) && (se.Code == sqlite3.ErrFull || se.Code == sqlite3.ErrBusy || se.Code == sqlite3.ErrLocked)
}

func (w *writer) commit(group []*write) (err error) {
	ctx := context.Background()
	if _, err := w.exec("BEGIN IMMEDIATE", nil); err != nil {
		return &Error{Op: "begin", Err: err}
	}
	tx := &Tx{w: w, counts: map[countKey]int64{}, spend: map[int64]*spending{}}
	defer func() {
		if p := recover(); p != nil { // else every later write would wait for this one
			err = fmt.Errorf("panic in a write: %v\n%s", p, debug.Stack())
		}
		if err != nil {
			_, _ = w.conn.ExecContext(ctx, "ROLLBACK") // fails where SQLite has rolled back by itself
		}
	}()
	for _, o := range group {
		if err := o.do(tx); err != nil {
			return err
		}
	}
	if err := tx.flush(); err != nil {
		return err
	}
	if err := w.place.lookAgain(time.Now()); err != nil {
		return err
	}
	if _, err := w.exec("COMMIT", nil); err != nil {
		return &Error{Op: "commit", Err: err, Hint: "free space on the disk, then run the same command again: nothing that was saved is lost"}
	}
	for k, id := range tx.interned {
		w.interned[k] = id
	}
	w.finished = w.finished || tx.finished
	return nil
}

// Tx is one transaction. Counts and spending are summed over it and written once.
type Tx struct {
	w        *writer
	counts   map[countKey]int64
	spend    map[int64]*spending
	interned map[internKey]int64
	finished bool // a task: there is news for the stage after it
}

func (t *Tx) stmt(query string) (*sql.Stmt, error) {
	if s, ok := t.w.stmts[query]; ok {
		return s, nil
	}
	s, err := t.w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, &Error{Op: "prepare", Err: err}
	}
	t.w.stmts[query] = s
	return s, nil
}

func (t *Tx) exec(query string, args ...any) (sql.Result, error) {
	res, err := t.w.exec(query, args)
	if err != nil {
		return nil, &Error{Op: "write", Err: err}
	}
	return res, nil
}

// insert runs an INSERT and returns the new rowid, or 0 if the row stood already (ON CONFLICT DO NOTHING).
func (t *Tx) insert(query string, args ...any) (int64, error) {
	res, err := t.exec(query, args...)
	if err != nil {
		return 0, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return 0, err
	}
	return res.LastInsertId()
}

// one reads one row; sql.ErrNoRows passes through.
func (t *Tx) one(query string, args []any, dest ...any) error {
	s, err := t.stmt(query)
	if err != nil {
		return err
	}
	err = s.QueryRowContext(context.Background(), args...).Scan(dest...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return &Error{Op: "read", Err: err}
	}
	return err
}
