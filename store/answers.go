package store

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"slices"
	"strings"

	"hardneg"
)

// ImportedAnswers yields pages of the texts that came with the rows of training sets and may be positives: those that were imported as
// such, and those that a judge gave at least a grade. They come in the order of their keys, whatever the order in which the sets were
// imported. A page's ids are those of the texts, "" where the set gives none.
func (s *Store) ImportedAnswers(ctx context.Context, atLeast int) (iter.Seq[Page], error) {
	var all []keyedRow
	err := s.eachRow(ctx, `SELECT gen_row(c.id, c.key) FROM candidates c WHERE c.recipe = 0 AND c.import IN (SELECT id FROM imports WHERE complete = 1)
		AND (c.was = ?1 OR EXISTS (SELECT 1 FROM verdicts v WHERE v.query = c.query AND v.candidate = c.id AND v.state BETWEEN ?2 AND 3))`,
		[]any{string(hardneg.LabelPositive), atLeast}, func(r *rowReader) bool {
			all = append(all, keyedRow{row: r.integer(), key: r.key()})
			return true
		})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b keyedRow) int { return bytes.Compare(a.key[:], b.key[:]) })
	return func(yield func(Page) bool) {
		for some := range slices.Chunk(all, chunk) {
			if !yield(func() ([]PagedPassage, error) { return s.candidateTexts(ctx, some) }) {
				return
			}
		}
	}, nil
}

// ImportedTexts visits the texts that came with the rows of training sets, as long as visit wants more.
func (s *Store) ImportedTexts(ctx context.Context, visit func(id, title, text string) (more bool)) error {
	return s.eachRow(ctx, `SELECT gen_row(docid, title, text) FROM candidates WHERE recipe = 0 AND docid <> '' AND import IN (SELECT id FROM imports WHERE complete = 1)`,
		nil, func(r *rowReader) bool { return visit(r.text(), r.text(), r.text()) })
}

type keyedRow struct {
	key hardneg.Key
	row int64
}

// candidateTexts reads texts in the order of the rows.
func (s *Store) candidateTexts(ctx context.Context, of []keyedRow) (all []PagedPassage, err error) {
	rows := make([]int64, len(of))
	for i := range of {
		rows[i] = of[i].row
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	err = s.eachRow(ctx, `SELECT gen_row(c.id, c.docid, c.text) FROM json_each(?1) j CROSS JOIN candidates c ON c.id = j.value ORDER BY j.key`,
		[]any{string(list)}, func(r *rowReader) bool {
			all = append(all, PagedPassage{r.integer(), hardneg.Passage{ID: strings.Clone(r.text()), Text: r.text()}})
			return true
		})
	return all, err
}

// CandidateText reads the text of a candidate by its row.
func (s *Store) CandidateText(ctx context.Context, row int64) (t string, err error) {
	if err = s.readers.QueryRowContext(ctx, "SELECT text FROM candidates WHERE id = ?", row).Scan(&t); err != nil {
		return "", readError(err)
	}
	return t, nil
}
