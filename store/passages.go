package store

import (
	"context"

	"hardneg"
)

// EachPassage visits the passages of complete imports in the order of their keys, with their rows. It reads in chunks, so that the
// write-ahead log can be checkpointed meanwhile.
func (s *Store) EachPassage(ctx context.Context, visit func(row int64, p hardneg.Passage) error) error {
	after := "" // no key is empty
	for {
		var rows []int64
		var ps []hardneg.Passage
		err := s.each(ctx, `SELECT id, key, title, text FROM passages WHERE key > ?1 AND import NOT IN (SELECT id FROM imports WHERE complete = 0)
			ORDER BY key LIMIT ?2`, []any{after, chunk}, func(scan scanner) error {
			var row int64
			var p hardneg.Passage
			err := scan(&row, &p.ID, &p.Title, &p.Text)
			rows, ps = append(rows, row), append(ps, p)
			return err
		})
		if err != nil {
			return err
		}
		for i, p := range ps {
			if err := visit(rows[i], p); err != nil {
				return err
			}
			after = p.ID
		}
		if len(ps) < chunk {
			return nil
		}
	}
}

// PassageAt reads the passage of a row.
func (s *Store) PassageAt(ctx context.Context, row int64) (hardneg.Passage, error) {
	var p hardneg.Passage
	err := s.readers.QueryRowContext(ctx, "SELECT key, title, text FROM passages WHERE id = ?", row).Scan(&p.ID, &p.Title, &p.Text)
	if err != nil {
		return p, readError(err)
	}
	return p, nil
}
