package store

import (
	"context"
	"strings"

	"hardneg"
)

// EachPassage visits the passages of complete imports in the order of their keys, with their rows. It reads in chunks, so that the
// write-ahead log can be checkpointed meanwhile.
func (s *Store) EachPassage(ctx context.Context, visit func(row int64, p hardneg.Passage) error) error {
	return s.eachPlaced(ctx, `SELECT gen_row(id, key, title, text) FROM passages WHERE key > ?1 AND import NOT IN (SELECT id FROM imports WHERE complete = 0)
		ORDER BY key LIMIT ?2`, func(after placed) []any { return []any{after.ID, chunk} }, visit) // no key is empty
}

// placed is a passage, or what stands in the place of one, with its row.
type placed struct {
	row int64
	hardneg.Passage
}

// eachPlaced visits what a query finds behind the last one that was visited, which the parameters are made from: gen_row of row, key, title
// and text, a chunk at a time, so that no read stands open meanwhile. A key may be kept without the text.
func (s *Store) eachPlaced(ctx context.Context, query string, args func(after placed) []any, visit func(row int64, p hardneg.Passage) error) error {
	var after placed
	for {
		var page []placed
		err := s.eachRow(ctx, query, args(after), func(r *rowReader) bool {
			page = append(page, placed{r.integer(), hardneg.Passage{ID: strings.Clone(r.text()), Title: r.text(), Text: r.text()}})
			return true
		})
		if err != nil {
			return err
		}
		for _, x := range page {
			if err := visit(x.row, x.Passage); err != nil {
				return err
			}
			after = x
		}
		if len(page) < chunk {
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
