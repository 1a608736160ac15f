package main

import "hardneg/internal/corpus"

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
			if j.Grade > 0 {
				v.judged[j.PassageID] = false
			}
		}
		src.Close()
	}
	return nil
}

// own counts the queries of the user's own and the passages that they spare from generation, as the import takes them: a query
// that is there, for the lowest of its relevant passages that is there, once a text.
func (v *surveyor) own(src *corpus.Source) error {
	first, err := v.firstRelevant(src)
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
		passage, ok := first[q.ID]
		if !ok || ids[q.ID] {
			continue
		}
		ids[q.ID] = true
		v.found.ownQueries++
		t := text{passage, normOf(q.Text)}
		if texts[t] {
			v.found.ownDuplicates++
		}
		texts[t] = true
		if !v.owned[passage] {
			v.owned[passage] = true
			v.found.ownPassages++
		}
	}
	return nil
}

// firstRelevant is the lowest passage that the qrels call relevant for a query, of those that the run would have. Of several lines
// about the same two the first holds.
func (v *surveyor) firstRelevant(src *corpus.Source) (map[string]string, error) {
	first, told := map[string]string{}, map[[2]string]bool{}
	for j, err := range src.Judgements() {
		if err != nil {
			return nil, err
		}
		pair := [2]string{j.QueryID, j.PassageID}
		if told[pair] || !v.judged[j.PassageID] && (v.stands == nil || !v.stands(j.PassageID)) {
			continue
		}
		told[pair] = true
		if p, ok := first[j.QueryID]; j.Grade > 0 && (!ok || j.PassageID < p) {
			first[j.QueryID] = j.PassageID
		}
	}
	return first, nil
}
