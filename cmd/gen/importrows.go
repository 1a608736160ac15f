package main

import (
	"cmp"
	"context"
	"iter"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/corpus"
	"hardneg/internal/work"
	"hardneg/store"
)

// importRows is how many rows of a training set are saved at a time.
const importRows = 500

// rows brings the rows of a training set into the run: the first positive of a query is its passage, all other texts are its
// candidates, which the judges see as they see generated ones.
func (im *importer) rows(ctx context.Context, src *corpus.Source, run *store.Import, sample *sampler) error {
	if err := im.unsharded(src); err != nil {
		return err
	}
	ids, err := im.givenBefore(ctx, true)
	if err != nil {
		return err
	}
	for chunk := range work.Ahead(im.rowChunks(ctx, src, ids, sample), 1, rowChunk.signed) {
		if chunk.err != nil {
			return chunk.err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := run.AddRows(chunk.rows, hardneg.Origin{Method: importedMethod}); err != nil {
			return err
		}
	}
	im.contradictions(run)
	return nil
}

func (im *importer) unsharded(src *corpus.Source) error {
	if im.shard.of > 1 {
		return usage("import it into a run without shards, or part the set by its queries and give each part a run of its own",
			"%s is a training set: rows about one query may stand anywhere in it, so that a shard can't tell which are its own", src.Path())
	}
	return nil
}

// contradictions tells of texts that the rows call both.
func (im *importer) contradictions(run *store.Import) {
	if n := run.Info.Contradictions; n > 0 {
		im.say("warning: %d texts are both positive and negative of a query, the first at %s; what was said first stands, and the judges decide", n, run.Info.Contradiction)
	}
}

// rowChunk is rows as they are saved, many at a time, or why there are no more.
type rowChunk struct {
	rows []store.SetRow
	err  error
}

// rowChunks reads the rows of a set, and looks for an interrupt as passageChunks does.
func (im *importer) rowChunks(ctx context.Context, src *corpus.Source, ids *givenIDs, sample *sampler) iter.Seq[rowChunk] {
	return func(yield func(rowChunk) bool) {
		var chunk []store.SetRow
		for r, err := range src.Rows() {
			if err == nil && ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if err == nil {
				err = ids.check(r)
			}
			if err != nil {
				yield(rowChunk{err: err})
				return
			}
			row := setRow(r)
			if im.only != nil && !im.only[row.Passage.ID] {
				continue
			}
			if row.Passage.ID != "" {
				sample.add(row.Passage.Passage)
			}
			if chunk = append(chunk, row); len(chunk) == importRows {
				if !yield(rowChunk{rows: chunk}) {
					return
				}
				chunk = nil
			}
		}
		yield(rowChunk{rows: chunk})
	}
}

// setRow makes a row as the run keeps it.
func setRow(r corpus.Row) store.SetRow {
	row := store.SetRow{File: r.File, Line: r.Line, QueryID: r.QueryID, Text: r.Query, Norm: normOf(r.Query), Key: setKey(r.Query), Tags: r.Tags}
	for i, t := range r.Positives {
		if i == 0 {
			row.Passage = store.PassageLine{Passage: hardneg.Passage{ID: t.ID, Title: t.Title, Text: t.Text}, Line: r.Line}
			continue
		}
		row.Texts = append(row.Texts, store.SetText{DocID: t.ID, Title: t.Title, Text: t.Text, Was: hardneg.LabelPositive})
	}
	for _, t := range r.Negatives {
		row.Texts = append(row.Texts, store.SetText{DocID: t.ID, Title: t.Title, Text: t.Text, Was: hardneg.LabelNegative})
	}
	return row
}

// setKey is the key of a query of a training set. It is that of the normal form, so that rows that differ in capitals are about the
// same query, and does not depend on its passage, as each row may have another one.
func setKey(query string) hardneg.Key {
	return hardneg.KeyOf("query", "imported", "set", cmp.Or(generate.QueryKey(query), query))
}
