package store

import (
	"context"
	"database/sql"
	"errors"

	"hardneg"
)

// Named is a kind of text that the rows of a set name by ids.
type Named int

// The kinds.
const (
	NamedQuery Named = iota
	NamedPassage
)

func (k Named) String() string { return [...]string{"query", "passage"}[k] }

// StageNames takes ids into a temporary table, so that a set may name any number of texts. Repeated ones are left as they are.
func (im *Import) StageNames(kind Named, ids []string) error {
	return im.s.write(func(t *Tx) error {
		const create = "CREATE TEMP TABLE IF NOT EXISTS named_texts (kind INTEGER NOT NULL, id TEXT NOT NULL, title TEXT, text TEXT, UNIQUE (kind, id))"
		if _, err := t.w.conn.ExecContext(context.Background(), create); err != nil {
			return &Error{Op: "write", Err: err}
		}
		for _, id := range ids {
			if _, err := t.exec("INSERT INTO named_texts (kind, id) VALUES (?,?) ON CONFLICT DO NOTHING", int64(kind), id); err != nil {
				return err
			}
		}
		return nil
	})
}

// StageTexts keeps the texts of staged ids, of ps those that are named. An id with two texts is an error.
func (im *Import) StageTexts(kind Named, file string, ps []PassageLine) error {
	return im.s.write(func(t *Tx) error {
		for _, p := range ps {
			var title, text sql.NullString
			err := t.one("SELECT title, text FROM named_texts WHERE kind = ? AND id = ?", []any{int64(kind), p.ID}, &title, &text)
			switch {
			case errors.Is(err, sql.ErrNoRows):
				continue
			case err != nil:
				return err
			case text.Valid && (title.String != p.Title || text.String != p.Text):
				return &Conflict{ID: p.ID, File: file, Line: p.Line, OtherFile: file}
			case text.Valid:
				continue
			}
			if _, err := t.exec("UPDATE named_texts SET title = ?, text = ? WHERE kind = ? AND id = ?", p.Title, p.Text, int64(kind), p.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// NamedTexts returns the texts of ids by id; those that no file has are not among them.
func (im *Import) NamedTexts(kind Named, ids []string) (found map[string]hardneg.Passage, err error) {
	err = im.s.write(func(t *Tx) error {
		found = make(map[string]hardneg.Passage, len(ids))
		for _, id := range ids {
			if _, known := found[id]; known {
				continue
			}
			p := hardneg.Passage{ID: id}
			err := t.one("SELECT title, text FROM named_texts WHERE kind = ? AND id = ? AND text IS NOT NULL", []any{int64(kind), id}, &p.Title, &p.Text)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			found[id] = p
		}
		return nil
	})
	return found, err
}
