package main

import (
	"slices"

	"hardneg/internal/corpus"
)

// prepare reads the qrels of the files, so that their passages are recognised when they come by: the passages of a corpus may be too
// many to be kept.
func (v *surveyor) prepare(paths []string) error {
	v.owned, v.judged = map[string]bool{}, map[string]bool{}
	for _, path := range paths {
		src, err := openCorpus(v.cfg, path, v.cfg.Corpus.Format)
		if err != nil {
			return err
		}
		for j, err := range src.Judgements() {
			if err != nil {
				src.Close()
				return err
			}
			v.judged[j.PassageID] = false
		}
		src.Close()
	}
	return nil
}

// own counts the queries of the user's own and the passages that they spare from generation, as the import takes them: a query
// that is there, for the lowest of its relevant passages that is there, once a text; all of its relevant passages are spared, and what else
// was judged for it is a candidate.
func (v *surveyor) own(src *corpus.Source) error {
	judged, err := v.judgedFor(src)
	if err != nil {
		return err
	}
	type text struct {
		passage string
		norm    uint64
	}
	ids, texts := map[string]bool{}, map[text]bool{}
	for q, err := range src.Queries() {
		if err != nil {
			return err
		}
		passages := judged[q.ID].relevant
		if len(passages) == 0 || ids[q.ID] {
			continue
		}
		ids[q.ID] = true
		v.found.ownQueries++
		t := text{slices.Min(passages), normOf(q.Text)}
		if texts[t] {
			v.found.ownDuplicates++
		} else {
			v.found.candidates += judged[q.ID].all - 1
			if len(passages) > 1 {
				v.found.several++
			}
		}
		texts[t] = true
		for _, p := range passages {
			if !v.owned[p] {
				v.owned[p] = true
				v.found.ownPassages++
			}
		}
	}
	return nil
}

// ownJudged are the passages that were judged for a query.
type ownJudged struct {
	relevant []string
	all      int64
}

// judgedFor are the passages that the qrels tell of for a query, of those that the run would have. Of several lines about the same two the
// first holds.
func (v *surveyor) judgedFor(src *corpus.Source) (map[string]ownJudged, error) {
	found, told := map[string]ownJudged{}, map[[2]string]bool{}
	for j, err := range src.Judgements() {
		if err != nil {
			return nil, err
		}
		pair := [2]string{j.QueryID, j.PassageID}
		if told[pair] || !v.judged[j.PassageID] && (v.stands == nil || !v.stands(j.PassageID)) {
			continue
		}
		told[pair] = true
		of := found[j.QueryID]
		if of.all++; j.Grade > 0 {
			of.relevant = append(of.relevant, j.PassageID)
		}
		found[j.QueryID] = of
	}
	return found, nil
}
