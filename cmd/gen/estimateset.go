package main

import (
	"context"

	"github.com/cespare/xxhash/v2"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/corpus"
	"hardneg/prompts"
)

// set looks at a training set as the import takes it: a query once, for the passage that its first row gives. Texts that a query gets
// from several rows are told apart by no more than their rows, so that a set that repeats them is taken for larger than it is.
func (v *surveyor) set(ctx context.Context, src *corpus.Source) error {
	passageOf := map[hardneg.Key]uint64{}
	looked := 0
	for r, err := range src.Rows() {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		row := setRow(r)
		first, known := passageOf[row.Key]
		if !known && row.Passage.ID == "" {
			continue
		}
		if p := row.Passage; p.ID != "" {
			if looked++; looked <= surveySample {
				v.features = append(v.features, generate.FeaturesOf(p.Passage))
			}
			if !known && v.takes(p.ID) {
				first = xxhash.Sum64String(p.ID)
				v.ownQuery(p.Passage)
			}
			if known && first != xxhash.Sum64String(p.ID) {
				v.found.candidates++
			}
		}
		passageOf[row.Key] = first
		texts := map[string]bool{row.Passage.ID: true}
		for _, t := range row.Texts {
			if first != 0 && !texts[t.DocID] {
				v.found.candidates++
			}
			texts[t.DocID] = true
		}
	}
	return nil
}

// ownQuery counts a query with its passage, which may have others.
func (v *surveyor) ownQuery(p hardneg.Passage) {
	v.found.ownQueries++
	if v.owned[p.ID] {
		return
	}
	v.owned[p.ID] = true
	v.found.passages++
	v.found.ownPassages++
	v.chars += float64(len(prompts.PassageText(p.Title, p.Text)))
}
