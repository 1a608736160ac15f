package main

import (
	"context"

	"github.com/cespare/xxhash/v2"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/corpus"
	"hardneg/prompts"
	"hardneg/store"
)

// set looks at a training set as the import takes it: a query once, for the passage that its first row gives, and its texts once.
func (v *surveyor) set(ctx context.Context, src *corpus.Source) error {
	seen := setTexts{passageOf: map[hardneg.Key]string{}, texts: map[uint64]bool{}, several: map[hardneg.Key]bool{}}
	looked, before := 0, v.found.passages
	if src.ByID() {
		mean, err := v.textsOfIDs()
		if err != nil {
			return err
		}
		defer func() { v.chars += mean * float64(v.found.passages-before) }()
	}
	for r, err := range src.Rows() {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if r.Query == "" {
			r.Query = "query " + r.QueryID // whose text is read when it is imported
		}
		row := setRow(r)
		p := row.Passage.Passage
		if looked++; looked <= surveySample && p.Text != "" {
			v.features = append(v.features, generate.FeaturesOf(p))
		}
		_, known := seen.passageOf[row.Key]
		switch {
		case known && p.ID != "":
			row.Texts = append(row.Texts, store.SetText{DocID: p.ID, Was: hardneg.LabelPositive})
		case known:
		case p.ID != "" && v.takes(p.ID):
			seen.passageOf[row.Key] = p.ID
			v.ownQuery(p)
		default:
			continue
		}
		for _, t := range row.Texts {
			if !seen.add(row.Key, t.DocID) {
				continue
			}
			v.found.candidates++
			if t.Was == hardneg.LabelPositive {
				seen.several[row.Key] = true
			}
		}
	}
	v.found.several += int64(len(seen.several))
	return nil
}

// textsOfIDs looks at the first of the passages that a set of ids names its own among, and returns the mean of their characters.
func (v *surveyor) textsOfIDs() (mean float64, err error) {
	texts, err := openTexts(v.cfg, v.cfg.Corpus.IDs.Passages)
	if err != nil {
		return 0, err
	}
	defer texts.Close()
	looked := 0
	for rec, err := range texts.Passages() {
		if err != nil {
			return 0, err
		}
		v.features = append(v.features, generate.FeaturesOf(rec.Passage))
		mean += float64(len(prompts.PassageText(rec.Passage.Title, rec.Passage.Text)))
		if looked++; looked == surveySample {
			break
		}
	}
	return mean / float64(looked), nil
}

// setTexts knows the queries of a set, and of their texts as many as are remembered: what repeats one of those behind them is counted.
type setTexts struct {
	passageOf map[hardneg.Key]string
	texts     map[uint64]bool      // hashes of queries with ids of texts
	several   map[hardneg.Key]bool // queries with a further positive
}

// add reports whether a query gets a text that it does not have.
func (s *setTexts) add(query hardneg.Key, docid string) bool {
	if s.passageOf[query] == docid {
		return false
	}
	sum := xxhash.Sum64String(string(query[:]) + docid)
	if s.texts[sum] {
		return false
	}
	if len(s.texts) < mostIDs {
		s.texts[sum] = true
	}
	return true
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
