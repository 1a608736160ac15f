package main

import (
	"cmp"
	"context"

	"hardneg/generate"
)

// assumedDimensions stands for those of an encoder of which no vector is known yet: most have 384 to 1,536.
const assumedDimensions = 1024

// bytesPerNumber is what a number of a vector takes, in a stored reply and in the matrix of a search.
const bytesPerNumber = 4

// bytesOfVectors is what the vectors take on the disk that pending items will ask for: each in the reply that it is stored in, and those
// of passages that are looked for once more in a matrix while the run lasts.
func (r *runner) bytesOfVectors(ctx context.Context, s status) (sum float64, err error) {
	for role, e := range r.p.encoders {
		texts, rows, dim := r.uncomparedTexts(e, s), 0.0, r.cfg.Models[role].Dimensions
		if r.p.indexes(role) && r.looksBy(role, s) {
			v, err := r.p.library.Vectors(ctx, e)
			if err != nil {
				return 0, err
			}
			rows = float64(v.Missing())
			dim = cmp.Or(v.Dim(), dim)
			texts += rows + r.queriesToCome(s)
		}
		sum += (texts + rows) * float64(cmp.Or(dim, assumedDimensions)) * bytesPerNumber
	}
	return sum, nil
}

// queriesToCome are the queries that stage negatives will have to do, if all that is pending before it comes to that.
func (r *runner) queriesToCome(s status) float64 {
	queries := s.stage(stageQueries).Pending + s.stage(stageVerify).Pending
	if slots := int64(r.plan.Slots); slots > 0 {
		queries += (s.stage(stageNegatives).Pending + slots - 1) / slots
	}
	return float64(queries)
}

// uncomparedTexts are those of the queries that are to be compared with their texts by an encoder.
func (r *runner) uncomparedTexts(e *generate.Encoder, s status) float64 {
	if r.p.similarity != e || !r.want[stageJudge] {
		return 0
	}
	return r.queriesToCome(s)*float64(2+r.plan.Slots) + float64(s.stage(stageJudge).Pending)
}
