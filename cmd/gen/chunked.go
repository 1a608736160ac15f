package main

import (
	"context"

	"hardneg/internal/config"
	"hardneg/store"
)

// metaChunk is the name under which a run keeps how its documents are split: see corpus.Chunk.String.
const metaChunk = "corpus_chunk"

// sameChunks refuses a config that splits documents in another way than the run has split them: the same text would stand in it twice,
// in parts of two kinds. st is nil where there is no run yet.
func sameChunks(ctx context.Context, st *store.Store, cfg *config.Config) error {
	if st == nil {
		return nil
	}
	totals, err := st.Totals(ctx)
	if err != nil || totals["passages"] == 0 {
		return err
	}
	was, err := st.Meta(ctx, metaChunk)
	if err != nil {
		return err
	}
	is := corpusOptions(cfg).Chunk.String()
	if string(was) == is {
		return nil
	}
	word := func(s string) string {
		if s == "" {
			return "off"
		}
		return s + " words"
	}
	return usage("set corpus.chunk back, or begin a run of its own with run.dir",
		"corpus.chunk was %s when the passages of %s were imported, and is %s: other passages would need other queries", word(string(was)), st.Dir, word(is))
}

// keepChunks keeps how documents are split, before the first of them is imported.
func (im *importer) keepChunks(ctx context.Context) error {
	if err := sameChunks(ctx, im.st, im.cfg); err != nil {
		return err
	}
	totals, err := im.st.Totals(ctx)
	if err != nil || totals["passages"] > 0 {
		return err
	}
	return im.st.SetMeta(map[string][]byte{metaChunk: []byte(corpusOptions(im.cfg).Chunk.String())})
}
