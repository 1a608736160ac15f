package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"hardneg"
)

// Imported tells of a file that was read.
type Imported struct {
	ID                            int64
	Path, Format, Content, Quick  string
	Shard                         string
	Lines, Added, Repeated, Bad   int64
	Queries, Unjudged, Candidates int64 // of this import; not kept
	Duplicates                    int64 // of the queries, those rejected because their text stands already; not kept

	// Of training sets; not kept.
	Merged         int64  // rows about a query that stands
	RepeatedTexts  int64  // texts that their query has already
	Contradictions int64  // of these, those that it has with the other label
	Contradiction  string // where the first one stands
	Joined         bool   // queries of earlier imports got candidates
}

// Conflict says that an id came twice with different texts. Such a file is refused whatever the tolerance.
type Conflict struct {
	ID                  string
	File, OtherFile     string
	Line, OtherLine     int
	HasGeneratedQueries bool // own queries for a passage that has generated ones
}

func (e *Conflict) Error() string {
	if e.HasGeneratedQueries {
		return fmt.Sprintf("passage %q has generated queries already; own queries for it can't be added to this run", e.ID)
	}
	if e.OtherLine == 0 {
		return fmt.Sprintf("%s:%d: id %q was given to another text before", e.File, e.Line, e.ID)
	}
	return fmt.Sprintf("%s:%d: id %q was given to another text at %s:%d", e.File, e.Line, e.ID, e.OtherFile, e.OtherLine)
}

// PassageLine is a passage with the line it stood on.
type PassageLine struct {
	hardneg.Passage
	Line      int
	Links     []string // ids that it refers to
	Signature []byte   // what it is compared with others by, which is kept for [Store.EachSignature]; nil: nothing is
}

// Import is an import under way. Its rows commit in chunks and count from Finish on; an import that did not finish is
// removed when the run is opened again.
type Import struct {
	s    *Store
	Info Imported
	wide bool // see rowsCache
}

// FindImport returns a finished import of the same content, or of the same unchanged file.
func (s *Store) FindImport(ctx context.Context, path, quick, content string) (Imported, bool, error) {
	var im Imported
	err := s.readers.QueryRowContext(ctx, `SELECT id, path, format, content, quick, shard, lines, added, repeated, bad FROM imports
		WHERE complete = 1 AND (content = ?3 OR (path = ?1 AND quick = ?2)) ORDER BY id LIMIT 1`, path, quick, content).
		Scan(&im.ID, &im.Path, &im.Format, &im.Content, &im.Quick, &im.Shard, &im.Lines, &im.Added, &im.Repeated, &im.Bad)
	if errors.Is(err, sql.ErrNoRows) {
		return im, false, nil
	}
	if err != nil {
		return im, false, readError(err)
	}
	return im, true, nil
}

// HasImported reports whether a file of this path was imported to its end.
func (s *Store) HasImported(ctx context.Context, path string) (bool, error) {
	var n int
	if err := s.readers.QueryRowContext(ctx, "SELECT count(*) FROM imports WHERE complete = 1 AND path = ?", path).Scan(&n); err != nil {
		return false, readError(err)
	}
	return n > 0, nil
}

// BeginImport starts an import.
func (s *Store) BeginImport(info Imported) (*Import, error) {
	im := &Import{s: s, Info: info}
	err := s.write(func(t *Tx) error {
		for _, q := range []string{"DROP TABLE IF EXISTS temp.own_queries", "DROP TABLE IF EXISTS temp.own_judgements"} { // of the import before
			if _, err := t.w.conn.ExecContext(context.Background(), q); err != nil {
				return &Error{Op: "write", Err: err}
			}
		}
		id, err := t.insert("INSERT INTO imports (path, format, content, quick, shard, at) VALUES (?,?,?,?,?,?)",
			info.Path, info.Format, info.Content, info.Quick, info.Shard, time.Now().UnixMilli())
		im.Info.ID = id
		return err
	})
	return im, err
}

// Add saves a chunk of passages. It returns *Conflict for an id that stands already with another text.
func (im *Import) Add(ps []PassageLine) error {
	var added, repeated int64
	err := im.s.write(func(t *Tx) error {
		added, repeated = 0, 0
		var signed signed
		for _, p := range ps {
			id, err := t.insert("INSERT INTO passages (key, title, text, import, line, sum) VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING",
				p.ID, p.Title, p.Text, im.Info.ID, p.Line, passageSum(p.ID, p.Title, p.Text))
			if err != nil {
				return err
			}
			if id != 0 {
				added++
				signed.add(id, p.Signature)
			} else {
				repeated++
				if err := t.sameText(p, im.Info.Path); err != nil {
					return err
				}
			}
			if err := t.linkLine(id, im.Info.ID, p); err != nil {
				return err
			}
		}
		return t.sign(im.Info.ID, signed)
	})
	if err == nil {
		im.Info.Added += added
		im.Info.Repeated += repeated
	}
	return err
}

func (t *Tx) sameText(p PassageLine, file string) error {
	var title, text, other string
	var line int
	err := t.one("SELECT p.title, p.text, i.path, p.line FROM passages p JOIN imports i ON i.id = p.import WHERE p.key = ?", []any{p.ID},
		&title, &text, &other, &line)
	if err != nil {
		return err
	}
	if title != p.Title || text != p.Text {
		return &Conflict{ID: p.ID, File: file, Line: p.Line, OtherFile: other, OtherLine: line}
	}
	return nil
}

// Sample is the features of one passage, by the hash of its key.
type Sample struct {
	Hash     hardneg.Key
	Features []byte
}

// StyleSampleSize is how many passages the style card is made from.
const StyleSampleSize = 500

// Finish makes the import count: its passages are pending from now on.
func (im *Import) Finish(lines, bad int64, samples []Sample, problems []hardneg.Problem) error {
	im.Info.Lines, im.Info.Bad = lines, bad
	i := im.Info
	if err := im.widen(false); err != nil {
		return err
	}
	return im.s.write(func(t *Tx) error {
		if _, err := t.exec("UPDATE imports SET complete = 1, lines = ?, added = ?, repeated = ?, bad = ? WHERE id = ?",
			i.Lines, i.Added, i.Repeated, i.Bad, i.ID); err != nil {
			return err
		}
		for _, s := range samples {
			if _, err := t.exec("INSERT INTO style_sample (hash, features) VALUES (?, ?) ON CONFLICT DO NOTHING", s.Hash[:], s.Features); err != nil {
				return err
			}
		}
		if _, err := t.exec("DELETE FROM style_sample WHERE hash NOT IN (SELECT hash FROM style_sample ORDER BY hash LIMIT ?)", StyleSampleSize); err != nil {
			return err
		}
		for _, p := range problems {
			if _, err := t.exec("INSERT INTO problems (import, file, line, message) VALUES (?,?,?,?)", i.ID, p.File, p.Line, p.Message); err != nil {
				return err
			}
		}
		if i.Joined {
			if err := t.rejoin(i.ID); err != nil {
				return err
			}
		}
		return t.importTotals(i)
	})
}

func (t *Tx) importTotals(i Imported) error {
	var own int64
	if err := t.one("SELECT count(*) FROM passages WHERE own = ?", []any{i.ID}, &own); err != nil {
		return err
	}
	for name, n := range map[string]int64{"passages": i.Added, "own_passages": own, "own_queries": i.Queries, "own_duplicates": i.Duplicates, "imported_candidates": i.Candidates} {
		if n == 0 {
			continue
		}
		if err := t.total(name, n); err != nil {
			return err
		}
	}
	return nil
}

// Abort removes what the import has saved.
func (im *Import) Abort() error {
	if err := im.widen(false); err != nil {
		return err
	}
	return im.s.dropImport(im.Info.ID)
}

func (s *Store) dropUnfinishedImports() error {
	rows, err := s.readers.Query("SELECT id FROM imports WHERE complete = 0")
	if err != nil {
		return readError(err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return readError(err)
		}
		ids = append(ids, id)
	}
	for _, id := range ids {
		if err := s.dropImport(id); err != nil {
			return err
		}
	}
	return rowsError(rows)
}

func (s *Store) dropImport(id int64) error {
	return s.write(func(t *Tx) error {
		for _, q := range []string{
			"DELETE FROM signatures WHERE import = ?", "DELETE FROM links WHERE import = ?", "DELETE FROM candidates WHERE import = ?", "DELETE FROM queries WHERE import = ?", "UPDATE passages SET own = 0 WHERE own = ?",
			"DELETE FROM passages WHERE import = ?", "DELETE FROM problems WHERE import = ?", "DELETE FROM imports WHERE id = ?",
		} {
			if _, err := t.exec(q, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// StyleSamples returns the features kept for the style card, in the order of their hashes.
func (s *Store) StyleSamples(ctx context.Context) ([][]byte, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT features FROM style_sample ORDER BY hash")
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var out [][]byte
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, readError(err)
		}
		out = append(out, b)
	}
	return out, rowsError(rows)
}
