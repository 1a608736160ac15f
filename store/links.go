package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
)

func linksSum(passage, of int64, ids string) int64 {
	s := newSum()
	s.numbers(passage, of)
	s.texts(ids)
	return s.value()
}

// link keeps what a passage refers to. What an earlier line of the same import said of it stays said.
func (t *Tx) link(passage, of int64, links []string) error {
	var was string
	switch err := t.one("SELECT ids FROM links WHERE passage = ? AND import = ?", []any{passage, of}, &was); {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return err
	default:
		var all []string
		if err := json.Unmarshal([]byte(was), &all); err != nil {
			return &Error{Op: "read links", Err: err}
		}
		for _, id := range links {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
		links = all
	}
	ids, err := json.Marshal(links)
	if err != nil {
		return err
	}
	_, err = t.exec("INSERT OR REPLACE INTO links (passage, import, ids, sum) VALUES (?,?,?,?)", passage, of, string(ids), linksSum(passage, of, string(ids)))
	return err
}

// linkLine keeps what a line says of its passage, whose row is 0 if it stood before.
func (t *Tx) linkLine(row, of int64, p PassageLine) error {
	if len(p.Links) == 0 {
		return nil
	}
	if row == 0 {
		if err := t.one("SELECT id FROM passages WHERE key = ?", []any{p.ID}, &row); err != nil {
			return err
		}
	}
	return t.link(row, of, p.Links)
}

// EachLinks visits the rows of the passages that refer to others, with the ids of these, in the order of the imports and rows. A passage that several
// imports speak of comes once for each of them.
func (s *Store) EachLinks(ctx context.Context, visit func(passage int64, ids []string) error) error {
	return s.each(ctx, "SELECT passage, ids FROM links WHERE import IN (SELECT id FROM imports WHERE complete = 1) ORDER BY import, passage", nil, func(scan scanner) error {
		var passage int64
		var text string
		if err := scan(&passage, &text); err != nil {
			return err
		}
		var ids []string
		if err := json.Unmarshal([]byte(text), &ids); err != nil {
			return err
		}
		return visit(passage, ids)
	})
}
