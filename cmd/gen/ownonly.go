package main

import (
	"context"

	"hardneg/internal/config"
	"hardneg/internal/corpus"
	"hardneg/store"
)

// ownOnly reports that no query is written: those that are imported are all there are.
func ownOnly(cfg *config.Config) bool { return cfg.Generate.Queries.PerPassage == 0 }

// noQuery is the end of a run that writes no query and has none.
func noQuery() error {
	return usage("import own queries (a BEIR folder with qrels, or a training set), or set generate.queries.per_passage to 1 or more",
		"generate.queries.per_passage is 0, and nothing that was imported has a query with a relevant passage")
}

// askedPassages yields the ids of the passages of a file that may have a query, where none is written: those that qrels call relevant, and
// those of the rows of a training set.
func askedPassages(src *corpus.Source, yield func(id string)) error {
	switch {
	case src.HasQueries():
		for j, err := range src.Judgements() {
			if err != nil {
				return err
			}
			if j.Grade > 0 {
				yield(j.PassageID)
			}
		}
	case src.IsSet():
		return eachPassage(src, yield)
	}
	return nil
}

func eachPassage(src *corpus.Source, yield func(id string)) error {
	for rec, err := range src.Passages() {
		if err != nil {
			return err
		}
		yield(rec.Passage.ID)
	}
	return nil
}

// firstShown are the passages that a pilot tells of: the first ones, or the first that have a query where none is written.
func firstShown(ctx context.Context, cfg *config.Config, st *store.Store, n int) ([]string, error) {
	if ownOnly(cfg) {
		return st.AskedPassages(ctx, n)
	}
	return st.LowestKeys(ctx, n)
}
