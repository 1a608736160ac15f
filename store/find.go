package store

import (
	"context"
	"database/sql"
	"errors"

	"hardneg"
)

// Found is what an id names.
type Found struct {
	Passages []PassageRow
	Queries  []int64 // rows
}

// PassageRow is a stored passage with where it came from.
type PassageRow struct {
	Row int64
	hardneg.Passage
	File string
	Line int
	Own  bool
}

// Find looks an id up: a passage's id, or the key of a query or candidate (then of its query), or an imported query's id; else
// the id of a text that came with a training set, for which all candidates are read.
func (s *Store) Find(ctx context.Context, id string) (Found, error) {
	var f Found
	p := PassageRow{}
	err := s.readers.QueryRowContext(ctx, `SELECT p.id, p.key, p.title, p.text, i.path, p.line, p.own <> 0 FROM passages p
		JOIN imports i ON i.id = p.import WHERE p.key = ?`, id).Scan(&p.Row, &p.ID, &p.Title, &p.Text, &p.File, &p.Line, &p.Own)
	switch {
	case err == nil:
		f.Passages = append(f.Passages, p)
	case !errors.Is(err, sql.ErrNoRows):
		return f, readError(err)
	}
	key, err := hardneg.ParseKey(id)
	if err != nil {
		key = hardneg.Key{}
	}
	f.Queries, err = s.rows(ctx, `SELECT id FROM queries WHERE key = ?1 UNION SELECT query FROM candidates WHERE key = ?1
		UNION SELECT id FROM queries WHERE given = ?2 AND given <> '' UNION SELECT query FROM composed WHERE docid = ?2 AND docid <> '' ORDER BY 1`, key[:], id)
	if err == nil && len(f.Passages)+len(f.Queries) == 0 {
		f.Queries, err = s.rows(ctx, "SELECT DISTINCT query FROM candidates c WHERE docid = ? AND recipe = 0"+importedWhole+" ORDER BY 1", id)
	}
	return f, err
}

// QueriesOfPassage returns the rows of a passage's queries, rejected and failed ones too, under a recipe or imported.
func (s *Store) QueriesOfPassage(ctx context.Context, passage, recipe int64) ([]int64, error) {
	return s.rows(ctx, "SELECT id FROM queries WHERE passage = ? AND recipe IN (?, 0) ORDER BY recipe, sample", passage, recipe)
}

func (s *Store) rows(ctx context.Context, query string, args ...any) ([]int64, error) {
	rows, err := s.readers.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, readError(err)
		}
		out = append(out, id)
	}
	return out, rowsError(rows)
}

// QueryRecord is a query with its outcome in stages queries and verify (empty where it has none yet).
type QueryRecord struct {
	Recipe       int64
	Outcome      hardneg.Outcome
	Reason       string
	Verify       hardneg.Outcome
	VerifyReason string
	Slots        []CandidateRow // every slot, rejected and failed ones too
	Decisions    map[int64]hardneg.Decision
}

// QueryRecord reads the outcomes of one query under a chain.
func (s *Store) QueryRecord(ctx context.Context, row int64, c Chain) (QueryRecord, error) {
	var r QueryRecord
	err := s.readers.QueryRowContext(ctx, "SELECT recipe, outcome, reason FROM queries WHERE id = ?", row).Scan(&r.Recipe, &r.Outcome, &r.Reason)
	if err != nil {
		return r, readError(err)
	}
	err = s.readers.QueryRowContext(ctx, "SELECT outcome, reason FROM tasks WHERE recipe = ? AND input = ?", c.Verify, row).Scan(&r.Verify, &r.VerifyReason)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return r, readError(err)
	}
	if r.Slots, err = s.Slots(ctx, row, c.Negatives); err != nil {
		return r, err
	}
	r.Decisions, err = s.decisions(ctx, row, c.Relabel)
	return r, err
}

// Slots returns every candidate of a query, rejected and failed ones too: those made under recipe negatives, and imported ones.
func (s *Store) Slots(ctx context.Context, query, negatives int64) ([]CandidateRow, error) {
	r, err := s.rowsOf(ctx, `SELECT gen_rows(`+candidateColumns+` ORDER BY c.recipe, c.strategy, c.slot) FROM candidates c
		WHERE c.query = ? AND c.recipe IN (?, 0)`+importedWhole, query, negatives)
	if err != nil {
		return nil, err
	}
	var out []CandidateRow
	for r.more() {
		var c CandidateRow
		r.candidate(&c)
		out = append(out, c)
	}
	return out, r.failed()
}

func (s *Store) decisions(ctx context.Context, query, relabel int64) (map[int64]hardneg.Decision, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT candidate, label, why FROM decisions WHERE query = ? AND recipe = ?", query, relabel)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	out := map[int64]hardneg.Decision{}
	for rows.Next() {
		var row int64
		var d hardneg.Decision
		if err := rows.Scan(&row, &d.Label, &d.Why); err != nil {
			return nil, readError(err)
		}
		out[row] = d
	}
	return out, rowsError(rows)
}

// OwnPassageIDs lists the ids of the passages that own queries were imported for.
func (s *Store) OwnPassageIDs(ctx context.Context) ([]string, error) {
	return s.texts(ctx, "SELECT key FROM passages WHERE own <> 0 ORDER BY key")
}

// PassageIDs lists the ids of all passages in their order; it is for small runs.
func (s *Store) PassageIDs(ctx context.Context) ([]string, error) {
	return s.texts(ctx, "SELECT key FROM passages ORDER BY key")
}
