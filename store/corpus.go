package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"hardneg"
)

// PassagesAt reads passages by their rows, in the order of these.
func (s *Store) PassagesAt(ctx context.Context, rows []int64) ([]hardneg.Passage, error) {
	list, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	found, err := s.readers.QueryContext(context.WithoutCancel(ctx),
		"SELECT p.key, p.title, p.text FROM json_each(?) j JOIN passages p ON p.id = j.value ORDER BY j.key", string(list))
	if err != nil {
		return nil, readError(err)
	}
	defer found.Close()
	var out []hardneg.Passage
	for found.Next() {
		var p hardneg.Passage
		if err := found.Scan(&p.ID, &p.Title, &p.Text); err != nil {
			return nil, readError(err)
		}
		out = append(out, p)
	}
	if err := rowsError(found); err != nil {
		return nil, err
	}
	if len(out) != len(rows) {
		return nil, readError(sql.ErrNoRows)
	}
	return out, nil
}

// ImportContents are the hashes of the files that brought passages, or links of passages, in their order by value.
func (s *Store) ImportContents(ctx context.Context) ([]string, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT content FROM imports WHERE complete = 1 AND (added > 0 OR id IN (SELECT import FROM links)) ORDER BY content")
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			return nil, readError(err)
		}
		out = append(out, c)
	}
	return out, rowsError(rows)
}
