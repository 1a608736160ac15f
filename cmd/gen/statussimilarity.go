package main

import (
	"slices"

	"hardneg/store"
)

// counted are the stages, and what stands beside them.
func (s status) counted() []stageStatus {
	if s.Similarity == nil {
		return s.Stages
	}
	return append(slices.Clone(s.Stages), *s.Similarity)
}

// similarityStatus counts the queries that are compared with their texts: all that are judged. nil where none are to be.
func similarityStatus(rs []store.Recipe, tallies []store.Tally, stages []stageStatus) *stageStatus {
	i := slices.IndexFunc(rs, func(r store.Recipe) bool { return r.Stage == stageSimilarity })
	if i < 0 {
		return nil
	}
	s := &stageStatus{Stage: stageSimilarity}
	for _, st := range stages {
		if st.Stage == stageQueries || st.Stage == stageVerify {
			s.Planned = st.Done
		}
	}
	for _, t := range tallies {
		if t.Recipe == rs[i].ID {
			s.add(t)
		}
	}
	s.Pending = s.Planned - s.Done - s.Rejected - s.Failed
	return s
}
