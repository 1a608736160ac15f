package main

import (
	"context"
	"iter"

	"hardneg/internal/corpus"
	"hardneg/internal/text"
	"hardneg/store"
)

// Passages are saved so many at a time, or fewer where they are long.
const (
	importChunk      = 500
	importChunkBytes = 2 << 20
)

// passageChunk is passages as they are saved, many at a time, or why there are no more.
type passageChunk struct {
	passages []store.PassageLine
	err      error
}

// passageChunks reads the passages of a source. An interrupt is looked for at each, as there may be none to take for long.
func (im *importer) passageChunks(ctx context.Context, src *corpus.Source, ids *givenIDs, sample *sampler) iter.Seq[passageChunk] {
	return func(yield func(passageChunk) bool) {
		var chunk []store.PassageLine
		size := 0
		for rec, err := range src.Passages() {
			if err == nil && ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if err == nil {
				err = ids.passage(rec)
			}
			if err != nil {
				yield(passageChunk{err: err})
				return
			}
			sample.add(rec.Passage)
			if !im.takes(rec.Passage.ID) {
				continue
			}
			im.twins.add(rec)
			chunk = append(chunk, store.PassageLine{Passage: rec.Passage, Line: rec.Line, Links: rec.Links})
			if size += len(rec.Passage.Text); len(chunk) < importChunk && size < importChunkBytes {
				continue
			}
			if !yield(passageChunk{passages: chunk}) {
				return
			}
			chunk, size = nil, 0
		}
		yield(passageChunk{passages: chunk})
	}
}

// signed adds what the passages are compared by when they are exported.
func (c passageChunk) signed() passageChunk {
	for i := range c.passages {
		sign(&c.passages[i])
	}
	return c
}

func sign(p *store.PassageLine) {
	s := text.NewSignature(p.Text)
	p.Signature = s.Append(nil)
}

// signed does the same for the passages of rows.
func (c rowChunk) signed() rowChunk {
	for i := range c.rows {
		if p := &c.rows[i].Passage; p.ID != "" {
			sign(p)
		}
	}
	return c
}
