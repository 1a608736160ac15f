package main

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"

	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/corpus"
	"hardneg/store"
)

// metaTaken is the name under which a run keeps the entries of corpus.path that it has imported with all that they named.
const metaTaken = "corpus_taken"

// corpusPaths finds what the entries of corpus.path name. An entry that names nothing any more is gone, and no error, where the run
// has all of it: its passages are in the store, and the run needs the file no more. st is nil where there is no run yet.
func corpusPaths(ctx context.Context, st *store.Store, cfg *config.Config) (paths, gone []string, err error) {
	o := corpusOptions(cfg)
	var there []string
	for _, entry := range cfg.Corpus.Path {
		_, err := corpus.Expand([]string{entry}, o)
		if err == nil {
			there = append(there, entry)
			continue
		}
		var lost *corpus.Error
		if st == nil || !errors.As(err, &lost) || lost.Rule != "missing" && lost.Rule != "no_match" {
			return nil, nil, err
		}
		known, storeErr := wasTaken(ctx, st, entry)
		if storeErr != nil {
			return nil, nil, storeErr
		}
		if !known {
			return nil, nil, err
		}
		gone = append(gone, entry)
	}
	paths, err = corpus.Expand(there, o)
	return paths, gone, err
}

// wasTaken reports whether a run has imported all of an entry: as part of corpus.path, or as a file of its own.
func wasTaken(ctx context.Context, st *store.Store, entry string) (bool, error) {
	all, err := taken(ctx, st)
	if err != nil || slices.Contains(all, absolute(entry)) {
		return err == nil, err
	}
	return st.HasImported(ctx, filepath.Clean(entry))
}

func taken(ctx context.Context, st *store.Store) (all []string, err error) {
	b, err := st.Meta(ctx, metaTaken)
	if err != nil || b == nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, &store.Error{Op: "read what was imported", Err: err}
	}
	return all, nil
}

// rememberTaken keeps that all of these entries were imported.
func rememberTaken(ctx context.Context, st *store.Store, entries []string) error {
	all, err := taken(ctx, st)
	if err != nil {
		return err
	}
	known := len(all)
	for _, entry := range entries {
		if e := absolute(entry); !slices.Contains(all, e) {
			all = append(all, e)
		}
	}
	if len(all) == known {
		return nil
	}
	b, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return st.SetMeta(map[string][]byte{metaTaken: b})
}

// absolute is a path that does not depend on where the program was called.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// corpusThere refuses a corpus that is not there, before there is a run without anything in it.
func corpusThere(ctx context.Context, cfg *config.Config) error {
	_, missing := corpus.Expand(cfg.Corpus.Path, corpusOptions(cfg))
	if missing == nil {
		return nil
	}
	st, err := openExisting(cfg.Run.Dir)
	if err != nil || st == nil {
		return missing // what is wrong with the store is said when it is opened to write
	}
	defer st.Close()
	_, _, err = corpusPaths(ctx, st, cfg)
	return err
}

// cardOfGone is the style card of a run that has imported all that is gone of its corpus; ok is false if none is gone, or more than that.
func cardOfGone(ctx context.Context, cfg *config.Config) (card generate.StyleCard, ok bool) {
	st, err := openExisting(cfg.Run.Dir)
	if err != nil || st == nil {
		return card, false
	}
	defer st.Close()
	if _, gone, err := corpusPaths(ctx, st, cfg); err != nil || len(gone) == 0 {
		return card, false
	}
	card, _, err = styleCard(ctx, st)
	return card, err == nil
}
