package store

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"strings"

	"hardneg"
)

// EachPassage visits the passages of complete imports in the order of their keys, with their rows; see [Store.PassagePages].
func (s *Store) EachPassage(ctx context.Context, visit func(row int64, p hardneg.Passage) error) error {
	for read := range s.PassagePages(ctx) {
		page, err := read()
		if err != nil {
			return err
		}
		for _, p := range page {
			if err := visit(p.Row, p.Passage); err != nil {
				return err
			}
		}
	}
	return nil
}

// PagedPassage is a passage, or what stands in the place of one, with its row.
type PagedPassage struct {
	Row int64
	hardneg.Passage
}

// Page reads some of the passages. Pages may be read by several goroutines.
type Page func() ([]PagedPassage, error)

// PassagePages yields pages of the passages of complete imports, in the order of their keys. No read stands open between them, so that the
// write-ahead log can be checkpointed meanwhile.
func (s *Store) PassagePages(ctx context.Context) iter.Seq[Page] {
	const from = `SELECT gen_row(id, key, title, text) FROM passages WHERE key > ?1 AND import NOT IN (SELECT id FROM imports WHERE complete = 0)`
	return func(yield func(Page) bool) {
		after := "" // no key is empty
		for {
			var upto string
			err := s.readers.QueryRowContext(ctx, "SELECT key FROM passages WHERE key > ?1 ORDER BY key LIMIT 1 OFFSET ?2", after, chunk-1).Scan(&upto)
			first := after
			switch {
			case errors.Is(err, sql.ErrNoRows):
				yield(func() ([]PagedPassage, error) { return s.pagedPassages(ctx, from+` ORDER BY key`, first) })
				return
			case err != nil:
				yield(func() ([]PagedPassage, error) { return nil, readError(err) })
				return
			}
			if !yield(func() ([]PagedPassage, error) {
				return s.pagedPassages(ctx, from+` AND key <= ?2 ORDER BY key`, first, upto)
			}) {
				return
			}
			after = upto
		}
	}
}

// pagedPassages reads what a query of gen_row finds: row, key, title and text. A key may be kept without the text.
func (s *Store) pagedPassages(ctx context.Context, query string, args ...any) (all []PagedPassage, err error) {
	err = s.eachRow(ctx, query, args, func(r *rowReader) bool {
		all = append(all, PagedPassage{r.integer(), hardneg.Passage{ID: strings.Clone(r.text()), Title: r.text(), Text: r.text()}})
		return true
	})
	return all, err
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
