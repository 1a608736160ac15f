package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"hardneg"
)

// SetRow is one row of a training set. Its passage, which answers the query as the set has it, has no text where a row only adds
// texts to a query that an earlier row brought.
type SetRow struct {
	File          string
	Line          int
	QueryID, Text string
	Norm          uint64      // hash of the normal form of the query
	Key           hardneg.Key // of the query; rows with the same one are about the same query
	Tags          hardneg.Tags
	Passage       PassageLine
	Texts         []SetText // all others, positives first
}

// SetText is a text of a row.
type SetText struct {
	DocID, Title, Text string
	Was                hardneg.Label // LabelPositive or LabelNegative
}

// AddRows saves a chunk of rows: a query with its passage as an own one, and the other texts as its candidates with source imported. A
// row about a query that stands adds to it. A text that a query has already is left out; where it was said to be positive and is now
// said to be negative, or the reverse, what was said first stands and the contradiction is counted, as the judges decide on every text.
// It returns *Conflict for a passage whose id stands with another text, or that has generated queries.
func (im *Import) AddRows(rows []SetRow, origin hardneg.Origin) error {
	if err := im.widen(true); err != nil {
		return err
	}
	var sum Imported
	err := im.s.write(func(t *Tx) error {
		sum = Imported{}
		o, err := t.origin(origin)
		if err != nil {
			return err
		}
		add := rowAdder{t: t, im: im, origin: o, sum: &sum}
		for i := range rows {
			if err := add.row(&rows[i]); err != nil {
				return err
			}
		}
		return t.sign(im.Info.ID, add.signed)
	})
	if err != nil {
		return err
	}
	i := &im.Info
	i.Added += sum.Added
	i.Repeated += sum.Repeated
	i.Queries += sum.Queries
	i.Candidates += sum.Candidates
	i.Unjudged += sum.Unjudged
	i.Merged += sum.Merged
	i.RepeatedTexts += sum.RepeatedTexts
	i.Contradictions += sum.Contradictions
	i.Contradiction = cmp.Or(i.Contradiction, sum.Contradiction)
	i.Joined = i.Joined || sum.Joined
	return nil
}

// A chunk of rows changes thousands of pages, most of them of indexes whose order is that of hashes: rowsCache has room for them, and
// lets more chunks gather in the WAL, where a page that all of them change is copied once into the file.
const (
	rowsCache = "PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 10000"
	runCache  = "PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 2000"
)

// widen gives the writer the cache for rows, or back that of a run.
func (im *Import) widen(wide bool) error {
	if im.wide == wide {
		return nil
	}
	im.wide = wide
	set := runCache
	if wide {
		set = rowsCache
	}
	return im.s.write(func(t *Tx) error {
		if _, err := t.w.conn.ExecContext(context.Background(), set); err != nil {
			return &Error{Op: set, Err: err}
		}
		return nil
	})
}

// rowAdder adds rows in one transaction.
type rowAdder struct {
	t      *Tx
	im     *Import
	origin int64
	sum    *Imported
	signed signed
}

// standing is a query of the run that rows are added to.
type standing struct {
	row     int64
	key     hardneg.Key
	passage string // id
	fresh   bool   // added just now: it has no candidates yet
}

func (a *rowAdder) row(r *SetRow) error {
	q, err := a.query(r)
	if err != nil {
		return err
	}
	if q.row == 0 {
		a.sum.Unjudged++
		return nil
	}
	slot := 0
	texts := r.Texts
	if !q.fresh {
		a.sum.Merged++
		if err := a.t.one("SELECT coalesce(max(slot) + 1, 0) FROM candidates WHERE query = ? AND recipe = 0 AND strategy = 0", []any{q.row}, &slot); err != nil {
			return err
		}
		if r.Passage.ID != "" {
			texts = append([]SetText{{r.Passage.ID, r.Passage.Title, r.Passage.Text, hardneg.LabelPositive}}, texts...)
		}
	}
	have := make(map[string]hardneg.Label, len(texts)+1)
	have[q.passage] = hardneg.LabelPositive
	for i := range texts {
		added, err := a.text(r, q, &texts[i], slot, have)
		if err != nil {
			return err
		}
		if added {
			slot++
		}
	}
	return nil
}

// query finds the query of a row, or adds it; its row is 0 where there is none and none can be made.
func (a *rowAdder) query(r *SetRow) (standing, error) {
	q, err := a.find("SELECT q.id, q.key, p.key, q.import FROM queries q JOIN passages p ON p.id = q.passage WHERE q.key = ? AND q.recipe = 0 AND q.outcome = 1", r.Key[:])
	if err != nil || q.row != 0 || r.Passage.ID == "" {
		return q, err
	}
	passage, err := a.passage(r.Passage)
	if err != nil {
		return q, err
	}
	made := hardneg.Query{Key: r.Key, Text: r.Text, Tags: r.Tags}
	if !passage.fresh {
		// A query of its own that the passage has from a file of another kind goes by another key.
		q, err = a.find(`SELECT q.id, q.key, p.key, q.import FROM queries q JOIN passages p ON p.id = q.passage
			WHERE q.passage = ? AND q.recipe = 0 AND q.norm = ? AND q.outcome = 1`, passage.row, int64(r.Norm))
		if err != nil || q.row != 0 {
			return q, err
		}
		if err := a.t.one("SELECT coalesce(max(sample) + 1, 0) FROM queries WHERE passage = ? AND recipe = 0", []any{passage.row}, &made.Sample); err != nil {
			return q, err
		}
	}
	id, err := a.t.insertOwn(a.im.Info.ID, passage.row, ownRow{r.QueryID, r.Text, int64(r.Norm)}, made, hardneg.Done, "", a.origin)
	if err != nil {
		return q, err
	}
	a.sum.Queries++
	return standing{row: id, key: r.Key, passage: r.Passage.ID, fresh: true}, nil
}

func (a *rowAdder) find(query string, args ...any) (q standing, err error) {
	var imp int64
	err = a.t.one(query, args, &q.row, scanKey{&q.key}, &q.passage, &imp)
	if errors.Is(err, sql.ErrNoRows) {
		return standing{}, nil
	}
	a.sum.Joined = a.sum.Joined || imp != a.im.Info.ID
	return q, err
}

type addedPassage struct {
	row   int64
	fresh bool
}

// passage adds the passage of a query, or claims the one that stands with the same text.
func (a *rowAdder) passage(p PassageLine) (addedPassage, error) {
	id, err := a.t.insert("INSERT INTO passages (key, title, text, import, line, own, sum) VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
		p.ID, p.Title, p.Text, a.im.Info.ID, p.Line, a.im.Info.ID, passageSum(p.ID, p.Title, p.Text))
	if err != nil {
		return addedPassage{}, err
	}
	if id != 0 {
		a.sum.Added++
		a.signed.add(id, p.Signature)
		return addedPassage{id, true}, nil
	}
	a.sum.Repeated++
	if err := a.t.sameText(p, a.im.Info.Path); err != nil {
		return addedPassage{}, err
	}
	if err := a.t.one("SELECT id FROM passages WHERE key = ?", []any{p.ID}, &id); err != nil {
		return addedPassage{}, err
	}
	return addedPassage{row: id}, a.t.claim(ownPassage{row: id, key: p.ID}, a.im.Info.ID)
}

// text adds a text to a query, unless the query has it. have are those of the same row, and the passage.
func (a *rowAdder) text(r *SetRow, q standing, x *SetText, slot int, have map[string]hardneg.Label) (added bool, err error) {
	was, known := have[x.DocID]
	c := hardneg.Candidate{Key: setTextKey(q.key, x.DocID), DocID: x.DocID, Title: x.Title, Text: x.Text,
		Source: hardneg.SourceImported, Slot: slot, Was: x.Was}
	if !known && !q.fresh {
		err := a.t.one("SELECT was FROM candidates WHERE key = ? AND query = ?", []any{c.Key[:], q.row}, (*string)(&was))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return false, err
		}
		known = err == nil
	}
	if known {
		a.sum.RepeatedTexts++
		if was != x.Was {
			if a.sum.Contradictions++; a.sum.Contradictions == 1 {
				a.sum.Contradiction = fmt.Sprintf("%s:%d", r.File, r.Line)
			}
		}
		return false, nil
	}
	have[x.DocID] = x.Was
	_, err = a.t.insert(`INSERT INTO candidates (recipe, query, strategy, slot, key, docid, title, text, source, was, outcome, origin, import, sum)
		VALUES (0,?,0,?,?,?,?,?,?,?,?,?,?,?)`, q.row, slot, c.Key[:], c.DocID, c.Title, c.Text, c.Source, c.Was, hardneg.Done, a.origin, a.im.Info.ID,
		candidateSum(0, q.row, 0, c, hardneg.Done, "", a.origin))
	a.sum.Candidates++
	return true, err
}

// setTextKey is the key of a text of a training set. It begins as that of its query does, so that those of a row stand side by side in
// the index: there are millions of them, and each one elsewhere would be a page of the file to be written.
func setTextKey(query hardneg.Key, docid string) hardneg.Key {
	k := hardneg.KeyOf("candidate", "imported", query.String(), docid)
	copy(k[:8], query[:8])
	return k
}

// rejoin makes the queries of earlier imports that got new candidates pending again where they were judged: what was said of their
// other candidates stands, and only the new ones are asked about.
func (t *Tx) rejoin(imp int64) error {
	const joined = "SELECT c.query FROM candidates c JOIN queries q ON q.id = c.query WHERE c.import = ?1 AND q.import <> ?1"
	s, err := t.stmt(`SELECT t.recipe, count(*) FROM candidates c JOIN queries q ON q.id = c.query AND q.import <> ?1 JOIN tasks t ON t.input = q.id
		JOIN recipes r ON r.id = t.recipe AND r.stage = 'verify' WHERE c.import = ?1 AND t.outcome = 1 GROUP BY 1`)
	if err != nil {
		return err
	}
	rows, err := s.Query(imp)
	if err != nil {
		return readError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var recipe, n int64
		if err := rows.Scan(&recipe, &n); err != nil {
			return readError(err)
		}
		t.count(recipe, extra, extraCandidates, n)
	}
	if err := rowsError(rows); err != nil {
		return err
	}
	if err := t.undecide("SELECT id FROM recipes WHERE stage = 'judge' AND ?1 <> 0", imp, joined, imp, ""); err != nil {
		return err
	}
	_, err = t.exec("DELETE FROM tasks WHERE recipe IN (SELECT id FROM recipes WHERE stage = 'judge') AND input IN ("+joined+")", imp)
	return err
}
