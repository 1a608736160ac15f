package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/cespare/xxhash/v2"

	"hardneg"
	"hardneg/internal/corpus"
	"hardneg/internal/text"
	"hardneg/store"
)

// mostIDs bounds how many ids are remembered; a conflict with one of those behind them is not found.
const mostIDs = 1 << 20

// givenIDs finds ids that a set gives to two queries, or that are given to two texts, by it or by what was imported before: what is judged
// and exported under an id must be one thing.
type givenIDs struct {
	queries, texts map[uint64]seenID
	passages       bool // those of all passages of the run are among them
}

type seenID struct {
	sum  uint32 // of what the id was given to
	line uint32 // 0: before this file
}

func newGivenIDs() *givenIDs {
	return &givenIDs{queries: map[uint64]seenID{}, texts: map[uint64]seenID{}}
}

// givenBefore are the ids of the texts of the run that came with the rows of sets, and those of its passages where a set is imported:
// passages find one another.
func (im *importer) givenBefore(ctx context.Context, set bool) (g *givenIDs, err error) {
	if g = im.ids; g != nil && (g.passages || !set) {
		g.nextFile()
	} else if g, err = im.readGiven(ctx, set); err != nil {
		return nil, err
	}
	g.passages = set // a file of passages brings some that are not kept here
	im.ids = g
	return g, nil
}

func (g *givenIDs) nextFile() {
	clear(g.queries)
	for key, seen := range g.texts {
		g.texts[key] = seenID{sum: seen.sum}
	}
}

func (im *importer) readGiven(ctx context.Context, passages bool) (*givenIDs, error) {
	g := newGivenIDs()
	totals, err := im.st.Totals(ctx)
	if err != nil {
		return nil, err
	}
	keep := func(id, title, says string) bool {
		if !text.IsID(id) {
			meet(g.texts, id, givenTo(title, says), 0)
		}
		return len(g.texts) < mostIDs && ctx.Err() == nil
	}
	if totals["imported_candidates"] > 0 {
		if err := im.st.ImportedTexts(ctx, keep); err != nil {
			return nil, err
		}
	}
	if passages && totals["passages"] > 0 {
		if err := im.st.EachPassage(ctx, func(_ int64, p hardneg.Passage) error {
			if !keep(p.ID, p.Title, p.Text) {
				return errEnough
			}
			return nil
		}); err != nil && !errors.Is(err, errEnough) {
			return nil, err
		}
	}
	return g, context.Cause(ctx)
}

// errEnough ends a reading that nobody wants more of.
var errEnough = errors.New("enough was read")

func (g *givenIDs) check(r corpus.Row) error {
	if r.QueryID != "" {
		if at, ok := meet(g.queries, r.QueryID, r.Query, r.Line); !ok {
			return idConflict(r, "query id", r.QueryID, "query", at)
		}
	}
	for _, texts := range [][]corpus.Text{r.Positives, r.Negatives} {
		for _, t := range texts {
			if !t.GivenID {
				continue
			}
			if at, ok := meet(g.texts, t.ID, givenTo(t.Title, t.Text), r.Line); !ok {
				return idConflict(r, "docid", t.ID, "text", at)
			}
		}
	}
	return nil
}

// passage finds a passage whose id is that of another text that came with a row.
func (g *givenIDs) passage(rec corpus.Record) error {
	was, known := g.texts[xxhash.Sum64String(rec.Passage.ID)]
	if !known || was.sum == uint32(xxhash.Sum64String(givenTo(rec.Passage.Title, rec.Passage.Text))) {
		return nil
	}
	return &store.Conflict{ID: rec.Passage.ID, File: rec.File, Line: rec.Line}
}

func givenTo(title, text string) string { return title + "\x00" + text }

// meet reports whether an id was given to the same before, and else where it was given to another.
func meet(seen map[uint64]seenID, id, content string, line int) (at int, ok bool) {
	key, now := xxhash.Sum64String(id), seenID{uint32(xxhash.Sum64String(content)), uint32(line)}
	was, known := seen[key]
	if known {
		return int(was.line), was.sum == now.sum
	}
	if len(seen) < mostIDs {
		seen[key] = now
	}
	return 0, true
}

func idConflict(r corpus.Row, what, id, of string, at int) error {
	where := "before"
	if at > 0 {
		where = fmt.Sprintf("in row %d", at)
	}
	return &failure{code: exitInput, err: fmt.Errorf("%s:%d: %s %q was given to another %s %s; nothing of this file was imported", r.File, r.Line, what, id, of, where),
		hint: "give each " + of + " its own id, or remove the ids"}
}
