package store

import (
	"context"
	"iter"

	"hardneg"
)

// composed keeps how a query was asked for that was written in one reply with documents, and its answer.
func (t *Tx) composed(query int64, q hardneg.Query) error {
	if q.Asked == "" {
		return nil
	}
	docid := ""
	if q.Answer != "" {
		docid = q.Source(hardneg.Passage{}).ID
	}
	_, err := t.exec("INSERT INTO composed (query, asked, docid, text, sum) VALUES (?,?,?,?,?)", query, q.Asked, docid, q.Answer, sumOf(query, q.Asked, docid, q.Answer))
	return err
}

// composedColumns are what a query has of it, composedJoin is where that stands.
const (
	composedColumns = `, coalesce(m.asked, ''), coalesce(m.text, '')`
	composedJoin    = ` LEFT JOIN composed m ON m.query = q.id `
)

// answered puts the answer of a query in the place of its passage, where it was written with it.
func answered(q *hardneg.Query, p *hardneg.Passage) {
	q.PassageID = p.ID
	*p = q.Source(*p)
}

// AnswerPages yields the usable answers of a recipe as PassagePages does passages, each with the row of its query and the id of what the
// query was written for. They are read one after the other.
func (s *Store) AnswerPages(ctx context.Context, recipe int64) iter.Seq[Page] {
	return func(yield func(Page) bool) {
		var last PagedPassage
		for {
			page, err := s.pagedPassages(ctx, `SELECT gen_row(q.id, p.key, '', m.text) FROM passages p JOIN queries q ON q.passage = p.id JOIN composed m ON m.query = q.id
				WHERE (p.key, q.id) > (?1, ?2) AND q.recipe = ?3 AND q.outcome = 1 AND m.text <> '' ORDER BY p.key, q.id LIMIT ?4`, last.ID, last.Row, recipe, chunk)
			if !yield(func() ([]PagedPassage, error) { return page, err }) || err != nil || len(page) < chunk {
				return
			}
			last = page[len(page)-1]
		}
	}
}

// AnswerAt reads the answer of the query of a row, as AnswerPages gives it.
func (s *Store) AnswerAt(ctx context.Context, row int64) (hardneg.Passage, error) {
	var p hardneg.Passage
	err := s.readers.QueryRowContext(ctx, "SELECT p.key, m.text FROM queries q JOIN passages p ON p.id = q.passage JOIN composed m ON m.query = q.id WHERE q.id = ?", row).
		Scan(&p.ID, &p.Text)
	if err != nil {
		return p, readError(err)
	}
	return p, nil
}

// PassagesOf counts the passages that imports of a format brought, and those of all others.
func (s *Store) PassagesOf(ctx context.Context, format string) (of, others int64, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT coalesce(sum(CASE format WHEN ?1 THEN added END), 0), coalesce(sum(CASE format WHEN ?1 THEN 0 ELSE added END), 0)
		FROM imports WHERE complete = 1`, format).Scan(&of, &others)
	if err != nil {
		return 0, 0, readError(err)
	}
	return of, others, nil
}
