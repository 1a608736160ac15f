package store

import (
	"cmp"
	"context"
	"math"
	"slices"

	"hardneg"
)

// Askers tells which queries of a run ask the same, by the hashes of the normal forms of their texts. It takes 16 bytes a query and is
// not changed once it was made.
type Askers struct{ all []Asker }

// Asker is a query by its row.
type Asker struct{ Norm, Row int64 }

// NewAskers takes queries in any order.
func NewAskers(all []Asker) Askers {
	slices.SortFunc(all, func(a, b Asker) int { return cmp.Or(cmp.Compare(a.Norm, b.Norm), cmp.Compare(a.Row, b.Row)) })
	return Askers{all}
}

// Of returns the queries of a text, by row.
func (a Askers) Of(norm int64) []Asker {
	from, _ := slices.BinarySearchFunc(a.all, norm, func(q Asker, norm int64) int { return cmp.Compare(q.Norm, norm) })
	to := from
	for to < len(a.all) && a.all[to].Norm == norm {
		to++
	}
	return a.all[from:to]
}

// Repeated reports a text that more than one query has.
func (a Askers) Repeated(norm int64) bool { return len(a.Of(norm)) > 1 }

// askersAtOnce is how many queries are read at a time.
const askersAtOnce = 10_000

// Askers reads the usable queries of a recipe of stage queries and the imported ones; recipe 0: these alone.
func (s *Store) Askers(ctx context.Context, recipe int64) (Askers, error) {
	var all []Asker
	for after, n := int64(0), askersAtOnce; n == askersAtOnce; {
		r, err := s.rowsOf(ctx, `SELECT gen_rows(norm, id) FROM (SELECT norm, id FROM queries WHERE id > ?2 AND recipe IN (?1, 0) AND outcome = 1
			AND import NOT IN (SELECT id FROM imports WHERE complete = 0) ORDER BY id LIMIT ?3)`, recipe, after, askersAtOnce)
		if err != nil {
			return Askers{}, err
		}
		for n = 0; r.more(); n++ {
			q := Asker{r.integer(), r.integer()}
			after = max(after, q.Row)
			all = append(all, q)
		}
		if err := r.failed(); err != nil {
			return Askers{}, err
		}
	}
	return NewAskers(all), nil
}

// States reads queries by their rows, with their candidates and verdicts, in the order of their rows.
func (s *Store) States(ctx context.Context, rows []int64, c Chain) ([]QueryState, error) {
	out, _, err := s.queryStates(ctx, math.MaxInt, "WHERE q.id IN (SELECT value FROM json_each(?)) ORDER BY q.id", rowList(rows))
	if err != nil {
		return nil, err
	}
	return out, s.fill(context.WithoutCancel(ctx), wholeSlates, out, c)
}

// GivenAnswers returns the passages that imports say to answer queries: their own ones, and what came as a further positive.
func (s *Store) GivenAnswers(ctx context.Context, queries []int64) ([]hardneg.Passage, error) {
	var out []hardneg.Passage
	err := s.each(context.WithoutCancel(ctx), `SELECT p.key, p.title, p.text FROM queries q JOIN passages p ON p.id = q.passage
		WHERE q.recipe = 0 AND q.id IN (SELECT value FROM json_each(?1)) UNION
		SELECT c.docid, c.title, c.text FROM candidates c WHERE c.recipe = 0 AND c.was = ?2 AND c.query IN (SELECT value FROM json_each(?1))`+importedWhole+` ORDER BY 1`,
		[]any{rowList(queries), hardneg.LabelPositive}, func(scan scanner) error {
			var p hardneg.Passage
			err := scan(&p.ID, &p.Title, &p.Text)
			out = append(out, p)
			return err
		})
	return out, err
}
