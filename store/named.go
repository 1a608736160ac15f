package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"

	"hardneg"
)

// NamedKind is a kind of text that the rows of a set name by ids.
type NamedKind int64

// The kinds.
const (
	NamedQuery NamedKind = iota
	NamedPassage
)

// Named keeps ids, and the texts that they name, in a file of its own, so that there may be more than fit into memory: temporary tables
// of the run stand in memory. The file has no name: it is gone when the process is, however that ends. A failure leaves it unusable.
type Named struct {
	db                  *sql.DB
	path                string
	add, get, set, find *sql.Stmt
}

// OpenNamed makes the file in the folder of the run, as passages may be confidential.
func (s *Store) OpenNamed() (*Named, error) {
	f, err := os.CreateTemp(s.Dir, "named-*.db")
	if err != nil {
		return nil, namedError(err)
	}
	f.Close()
	n := &Named{path: f.Name()}
	if err := n.open(); err != nil {
		n.Close()
		return nil, namedError(err)
	}
	return n, nil
}

func (n *Named) open() (err error) {
	// Nothing of it outlives the process, so there is no journal and nothing is synced.
	q := url.Values{"_journal_mode": {"OFF"}, "_synchronous": {"OFF"}, "_locking_mode": {"EXCLUSIVE"}, "_cache_size": {"-32000"}}
	if n.db, err = sql.Open("sqlite3", "file:"+(&url.URL{Path: n.path}).EscapedPath()+"?"+q.Encode()); err != nil {
		return err
	}
	n.db.SetMaxOpenConns(1) // which stays open: another one would find no file
	n.db.SetConnMaxLifetime(0)
	if _, err := n.db.Exec("CREATE TABLE named (kind INTEGER NOT NULL, id TEXT NOT NULL, title TEXT, text TEXT, UNIQUE (kind, id))"); err != nil {
		return err
	}
	_ = os.Remove(n.path) // where an open file can't lose its name, Close removes it
	for _, p := range []struct {
		to    **sql.Stmt
		query string
	}{
		{&n.add, "INSERT INTO named (kind, id) VALUES (?,?) ON CONFLICT DO NOTHING"},
		{&n.get, "SELECT title, text FROM named WHERE kind = ? AND id = ?"},
		{&n.set, "UPDATE named SET title = ?, text = ? WHERE kind = ? AND id = ?"},
		{&n.find, "SELECT title, text FROM named WHERE kind = ? AND id = ? AND text IS NOT NULL"},
	} {
		if *p.to, err = n.db.Prepare(p.query); err != nil {
			return err
		}
	}
	return nil
}

func namedError(err error) error {
	return &Error{Op: "keep what ids name", Err: err, Hint: "see that the disk of the run has room for the texts that the set names"}
}

// Close ends the use of it.
func (n *Named) Close() error {
	var errs []error
	for _, s := range []*sql.Stmt{n.add, n.get, n.set, n.find} {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	if n.db != nil {
		errs = append(errs, n.db.Close())
	}
	_ = os.Remove(n.path)
	if err := errors.Join(errs...); err != nil {
		return namedError(err)
	}
	return nil
}

// together does work in one transaction.
func (n *Named) together(do func(tx *sql.Tx) error) error {
	tx, err := n.db.BeginTx(context.Background(), nil)
	if err != nil {
		return namedError(err)
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback() // with nothing to roll back to: the caller gives up
		return err
	}
	if err := tx.Commit(); err != nil {
		return namedError(err)
	}
	return nil
}

// Add takes ids that are named. Repeated ones are left as they are.
func (n *Named) Add(kind NamedKind, ids []string) error {
	return n.together(func(tx *sql.Tx) error {
		add := tx.Stmt(n.add)
		for _, id := range ids {
			if _, err := add.Exec(kind, id); err != nil {
				return namedError(err)
			}
		}
		return nil
	})
}

// Keep keeps the texts of a file that are named. It returns *Conflict for an id with two texts.
func (n *Named) Keep(kind NamedKind, file string, ps []PassageLine) error {
	return n.together(func(tx *sql.Tx) error {
		get, set := tx.Stmt(n.get), tx.Stmt(n.set)
		for _, p := range ps {
			var title, text sql.NullString
			err := get.QueryRow(kind, p.ID).Scan(&title, &text)
			switch {
			case errors.Is(err, sql.ErrNoRows):
				continue
			case err != nil:
				return namedError(err)
			case text.Valid && (title.String != p.Title || text.String != p.Text):
				return &Conflict{ID: p.ID, File: file, Line: p.Line, OtherFile: file}
			case text.Valid:
				continue
			}
			if _, err := set.Exec(p.Title, p.Text, kind, p.ID); err != nil {
				return namedError(err)
			}
		}
		return nil
	})
}

// Texts returns the texts of ids by id; those that no file has are not among them.
func (n *Named) Texts(kind NamedKind, ids []string) (found map[string]hardneg.Passage, err error) {
	found = make(map[string]hardneg.Passage, len(ids))
	return found, n.together(func(tx *sql.Tx) error {
		find := tx.Stmt(n.find)
		for _, id := range ids {
			if _, known := found[id]; known {
				continue
			}
			p := hardneg.Passage{ID: id}
			switch err := find.QueryRow(kind, id).Scan(&p.Title, &p.Text); {
			case err == nil:
				found[id] = p
			case !errors.Is(err, sql.ErrNoRows):
				return namedError(err)
			}
		}
		return nil
	})
}
