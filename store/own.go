package store

import (
	"context"
	"database/sql"
	"errors"

	"hardneg"
)

// OwnQuery is a query that came with an imported file.
type OwnQuery struct {
	ID, Text string
	Norm     uint64 // hash of the normal form
}

// OwnJudgement is a line of qrels.
type OwnJudgement struct {
	QueryID, PassageID string
	Grade              int
}

// StageOwn takes queries and judgements into temporary tables, so that files of any size and order can be joined.
func (im *Import) StageOwn(qs []OwnQuery, js []OwnJudgement) error {
	return im.s.write(func(t *Tx) error {
		for _, q := range []string{
			"CREATE TEMP TABLE IF NOT EXISTS own_queries (id TEXT PRIMARY KEY, text TEXT NOT NULL, norm INTEGER NOT NULL)",
			"CREATE TEMP TABLE IF NOT EXISTS own_judgements (query TEXT NOT NULL, passage TEXT NOT NULL, grade INTEGER NOT NULL, PRIMARY KEY (query, passage)) WITHOUT ROWID",
		} {
			if _, err := t.w.conn.ExecContext(context.Background(), q); err != nil {
				return &Error{Op: "write", Err: err}
			}
		}
		for _, q := range qs {
			if _, err := t.exec("INSERT INTO own_queries (id, text, norm) VALUES (?,?,?) ON CONFLICT DO NOTHING", q.ID, q.Text, int64(q.Norm)); err != nil {
				return err
			}
		}
		for _, j := range js {
			if _, err := t.exec("INSERT INTO own_judgements (query, passage, grade) VALUES (?,?,?) ON CONFLICT DO NOTHING", j.QueryID, j.PassageID, j.Grade); err != nil {
				return err
			}
		}
		return nil
	})
}

type ownRow struct {
	id, text string
	norm     int64
}

// AddOwn turns what was staged into queries: the judged-relevant passage with the lowest id becomes the query's passage,
// every other judged passage an imported candidate, and for none of the relevant ones is a query generated. Queries without a relevant passage of this run are counted, not kept; one
// with the text of another query of its passage is rejected as a duplicate, so that the text is paid for once.
func (im *Import) AddOwn(origin hardneg.Origin) error {
	after := ""
	for {
		var n int
		var last string
		var queries, duplicates, unjudged, candidates int64
		err := im.s.write(func(t *Tx) error {
			queries, duplicates, unjudged, candidates = 0, 0, 0, 0
			batch, err := t.ownBatch(after)
			if err != nil {
				return err
			}
			n = len(batch)
			for _, q := range batch {
				last = q.id
				c, err := t.addOwn(im.Info.ID, q, origin)
				if err != nil {
					return err
				}
				switch c {
				case unjudgedQuery:
					unjudged++
					continue
				case duplicateQuery:
					duplicates++
				default:
					candidates += c
				}
				queries++
			}
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
		after = last
		im.Info.Queries += queries
		im.Info.Duplicates += duplicates
		im.Info.Unjudged += unjudged
		im.Info.Candidates += candidates
	}
}

func (t *Tx) ownBatch(after string) ([]ownRow, error) {
	s, err := t.stmt("SELECT id, text, norm FROM own_queries WHERE id > ? ORDER BY id LIMIT 500")
	if err != nil {
		return nil, err
	}
	rows, err := s.Query(after)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out []ownRow
	for rows.Next() {
		var q ownRow
		if err := rows.Scan(&q.id, &q.text, &q.norm); err != nil {
			return nil, readError(err)
		}
		out = append(out, q)
	}
	return out, rowsError(rows)
}

type ownPassage struct {
	row         int64
	key         string
	title, text string
	grade       int
}

// What addOwn returns of a query that takes no candidates.
const (
	unjudgedQuery  = -1
	duplicateQuery = -2
)

// duplicate is the reason of a query with the text of another one of its passage, as stage queries has it.
const duplicate = "duplicate"

// addOwn adds one query and returns the number of its candidates, unjudgedQuery if it has no relevant passage here, or duplicateQuery
// if a query of its passage has the text already: the one imported first, or the one with the lower id, stands.
func (t *Tx) addOwn(imp int64, q ownRow, origin hardneg.Origin) (int64, error) {
	ps, err := t.ownPassages(q.id)
	if err != nil || len(ps) == 0 || ps[0].grade <= 0 {
		return unjudgedQuery, err
	}
	if err := t.claim(ps[0], imp); err != nil {
		return 0, err
	}
	for _, p := range ps[1:] {
		if err := t.spare(p, imp); err != nil {
			return 0, err
		}
	}
	o, err := t.origin(origin)
	if err != nil {
		return 0, err
	}
	made := hardneg.Query{Key: hardneg.KeyOf("query", "imported", q.text, ps[0].key), Text: q.text}
	if err := t.one("SELECT coalesce(max(sample) + 1, 0) FROM queries WHERE passage = ? AND recipe = 0", []any{ps[0].row}, &made.Sample); err != nil {
		return 0, err
	}
	repeats, err := t.hasOwn(ps[0].row, q.norm)
	if err != nil {
		return 0, err
	}
	if repeats {
		made.Key = hardneg.KeyOf("query", "imported", q.text, ps[0].key, duplicate, q.id) // the text's own key has the outcome of the one that stands
		_, err := t.insertOwn(imp, ps[0].row, q, made, hardneg.Rejected, duplicate, o)
		return duplicateQuery, err
	}
	id, err := t.insertOwn(imp, ps[0].row, q, made, hardneg.Done, "", o)
	if err != nil {
		return 0, err
	}
	return int64(len(ps) - 1), t.ownCandidates(imp, id, made.Key, ps[1:], o)
}

// hasOwn reports whether an own query of a passage stands that has this normal form.
func (t *Tx) hasOwn(passage, norm int64) (bool, error) {
	var n int
	err := t.one("SELECT count(*) FROM queries WHERE passage = ? AND recipe = 0 AND norm = ? AND outcome = 1", []any{passage, norm}, &n)
	return n > 0, err
}

func (t *Tx) insertOwn(imp, passage int64, q ownRow, made hardneg.Query, outcome hardneg.Outcome, reason string, origin int64) (int64, error) {
	tags, err := t.tags(made.Tags)
	if err != nil {
		return 0, err
	}
	return t.insert(`INSERT INTO queries (recipe, passage, sample, key, text, norm, outcome, reason, origin, given, import, tags, sum)
		VALUES (0,?,?,?,?,?,?,?,?,?,?,?,?)`, passage, made.Sample, made.Key[:], q.text, q.norm, outcome, reason, origin, q.id, imp, tags,
		querySum(0, passage, made, outcome, reason, origin, q.id, tags))
}

// ownCandidates adds the other judged passages of a query as its candidates.
func (t *Tx) ownCandidates(imp, id int64, query hardneg.Key, ps []ownPassage, origin int64) error {
	for i, p := range ps {
		was := hardneg.LabelNegative
		if p.grade > 0 {
			was = hardneg.LabelPositive
		}
		c := hardneg.Candidate{Key: hardneg.KeyOf("candidate", "imported", query.String(), p.key), DocID: p.key, Title: p.title, Text: p.text,
			Source: hardneg.SourceImported, Slot: i, Was: was}
		if _, err := t.insert(`INSERT INTO candidates (recipe, query, strategy, slot, key, docid, title, text, source, was, outcome, origin, import, sum)
			VALUES (0,?,0,?,?,?,?,?,?,?,?,?,?,?)`, id, i, c.Key[:], c.DocID, c.Title, c.Text, c.Source, was, hardneg.Done, origin, imp,
			candidateSum(0, id, 0, c, hardneg.Done, "", origin)); err != nil {
			return err
		}
	}
	return nil
}

// ownPassages lists the judged passages of a query that this run has: relevant ones first, then by id.
func (t *Tx) ownPassages(query string) ([]ownPassage, error) {
	s, err := t.stmt(`SELECT p.id, p.key, p.title, p.text, j.grade FROM own_judgements j JOIN passages p ON p.key = j.passage
		WHERE j.query = ? ORDER BY j.grade > 0 DESC, p.key`)
	if err != nil {
		return nil, err
	}
	rows, err := s.Query(query)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out []ownPassage
	for rows.Next() {
		var p ownPassage
		if err := rows.Scan(&p.row, &p.key, &p.title, &p.text, &p.grade); err != nil {
			return nil, readError(err)
		}
		out = append(out, p)
	}
	return out, rowsError(rows)
}

// claim marks a passage as one with own queries; one that has generated ones already is refused.
func (t *Tx) claim(p ownPassage, imp int64) error {
	var one int
	err := t.one("SELECT 1 FROM queries WHERE passage = ? AND recipe <> 0 LIMIT 1", []any{p.row}, &one)
	if err == nil {
		return &Conflict{ID: p.key, HasGeneratedQueries: true}
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	_, err = t.exec("UPDATE passages SET own = ? WHERE id = ? AND own = 0", imp, p.row)
	return err
}

// spare marks a further relevant passage as one that no query is generated for, unless it has generated ones: it is only known to answer.
func (t *Tx) spare(p ownPassage, imp int64) error {
	if p.grade <= 0 {
		return nil
	}
	_, err := t.exec("UPDATE passages SET own = ? WHERE id = ? AND own = 0 AND NOT EXISTS (SELECT 1 FROM queries WHERE passage = passages.id AND recipe <> 0)", imp, p.row)
	return err
}

func (t *Tx) origin(o hardneg.Origin) (int64, error) {
	k := internKey{table: "origins", a: o.Method, b: o.Model, c: o.Prompt}
	if id, ok := t.w.interned[k]; ok { // before the arguments are made
		return id, nil
	}
	return t.intern(k,
		"INSERT INTO origins (method, model, prompt, sum) VALUES (?,?,?,?)",
		"SELECT id FROM origins WHERE method=? AND model=? AND prompt=? AND ? IS NOT NULL", o.Method, o.Model, o.Prompt, sumOf(o.Method, o.Model, o.Prompt))
}
