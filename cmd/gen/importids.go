package main

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"hardneg"
	"hardneg/internal/config"
	"hardneg/internal/corpus"
	"hardneg/store"
)

// rowsByID brings the rows of a set that names its texts by ids into the run. Neither the rows nor the texts need fit into memory: a
// first pass takes the ids that are named into a file, then the texts of these are read from their files, and a second pass over the rows
// looks them up.
func (im *importer) rowsByID(ctx context.Context, src *corpus.Source, run *store.Import, sample *sampler) error {
	if err := im.unsharded(src); err != nil {
		return err
	}
	named, err := im.st.OpenNamed()
	if err != nil {
		return err
	}
	defer named.Close()
	for rows, err := range rowsOfIDs(src) {
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err == nil {
			err = addNames(named, rows)
		}
		if err != nil {
			return err
		}
	}
	given, err := im.givenBefore(ctx, true)
	if err != nil {
		return err
	}
	ids := im.cfg.Corpus.IDs
	if err := im.keepTexts(ctx, named, store.NamedPassage, ids.Passages); err != nil {
		return err
	}
	if ids.Queries != "" {
		if err := im.keepTexts(ctx, named, store.NamedQuery, ids.Queries); err != nil {
			return err
		}
	}
	for rows, err := range rowsOfIDs(src) {
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err == nil {
			err = im.addByID(src, run, named, given, sample, rows)
		}
		if err != nil {
			return err
		}
	}
	im.contradictions(run)
	return nil
}

// rowsOfIDs reads the rows of a set, many at a time.
func rowsOfIDs(src *corpus.Source) iter.Seq2[[]corpus.Row, error] {
	return func(yield func([]corpus.Row, error) bool) {
		var rows []corpus.Row
		for r, err := range src.Rows() {
			if err != nil {
				yield(nil, err)
				return
			}
			if rows = append(rows, r); len(rows) == importRows {
				if !yield(rows, nil) {
					return
				}
				rows = nil
			}
		}
		yield(rows, nil)
	}
}

// namesIn are the ids of a kind that rows name.
func namesIn(rows []corpus.Row, kind store.NamedKind) (ids []string) {
	for _, r := range rows {
		if kind == store.NamedQuery {
			if r.Query == "" {
				ids = append(ids, r.QueryID)
			}
			continue
		}
		for _, texts := range [][]corpus.Text{r.Positives, r.Negatives} {
			for _, t := range texts {
				ids = append(ids, t.ID)
			}
		}
	}
	return ids
}

func addNames(named *store.Named, rows []corpus.Row) error {
	for _, kind := range []store.NamedKind{store.NamedQuery, store.NamedPassage} {
		if err := named.Add(kind, namesIn(rows, kind)); err != nil {
			return err
		}
	}
	return nil
}

// keepTexts reads the texts of one kind. A bad line among them counts only where a row names it: then the row is bad.
func (im *importer) keepTexts(ctx context.Context, named *store.Named, kind store.NamedKind, path string) error {
	texts, err := openTexts(im.cfg, path)
	if err != nil {
		return err
	}
	defer texts.Close()
	var chunk []store.PassageLine
	for rec, err := range texts.Passages() {
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		if chunk = append(chunk, store.PassageLine{Passage: rec.Passage, Line: rec.Line}); len(chunk) == importChunk {
			if err := named.Keep(kind, path, chunk); err != nil {
				return err
			}
			chunk = chunk[:0]
		}
	}
	for _, p := range texts.Problems() {
		im.say("warning: %s", p)
	}
	return named.Keep(kind, path, chunk)
}

// openTexts opens a file that corpus.ids names.
func openTexts(cfg *config.Config, path string) (*corpus.Source, error) {
	texts, err := corpus.OpenTexts(path, corpusOptions(cfg))
	if e, ok := errors.AsType[*corpus.Error](err); ok && e.Rule == "missing" {
		return nil, &failure{code: exitInput, err: err, hint: "check corpus.ids; in the config file its paths are relative to that file, in flags to the working directory"}
	}
	return texts, err
}

// addByID saves rows with their texts.
func (im *importer) addByID(src *corpus.Source, run *store.Import, named *store.Named, ids *givenIDs, sample *sampler, rows []corpus.Row) error {
	queries, err := named.Texts(store.NamedQuery, namesIn(rows, store.NamedQuery))
	if err != nil {
		return err
	}
	passages, err := named.Texts(store.NamedPassage, namesIn(rows, store.NamedPassage))
	if err != nil {
		return err
	}
	var chunk []store.SetRow
	for _, r := range rows {
		if p := fillRow(&r, queries, passages); p != nil {
			src.Reject(r, *p)
			continue
		}
		if err := ids.check(r); err != nil {
			return err
		}
		row := setRow(r)
		if im.only != nil && !im.only[row.Passage.ID] {
			continue
		}
		sample.add(row.Passage.Passage)
		chunk = append(chunk, row)
	}
	return run.AddRows(rowChunk{rows: chunk}.signed().rows, hardneg.Origin{Method: importedMethod})
}

// fillRow gives a row the texts that it names.
func fillRow(r *corpus.Row, queries, passages map[string]hardneg.Passage) *corpus.Problem {
	missing := func(field, what, id, key string) *corpus.Problem {
		return &corpus.Problem{Field: field, Rule: "ids", Message: fmt.Sprintf("names %s %q, which is not in the file of %s; add it there, or remove the row", what, id, key)}
	}
	if r.Query == "" {
		q, ok := queries[r.QueryID]
		if !ok {
			return missing("query", "query", r.QueryID, "corpus.ids.queries")
		}
		r.Query = q.Text
	}
	for _, list := range []struct {
		field string
		texts []corpus.Text
	}{{"positive", r.Positives}, {"negative", r.Negatives}} {
		for i, t := range list.texts {
			p, ok := passages[t.ID]
			if !ok {
				return missing(list.field, "passage", t.ID, "corpus.ids.passages")
			}
			list.texts[i].Title, list.texts[i].Text = p.Title, p.Text
		}
	}
	return nil
}
