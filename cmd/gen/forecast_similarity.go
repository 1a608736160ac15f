package main

import (
	"context"
	"math"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/store"
)

// uncompared are judged queries that are not compared with their texts yet, and how many of these have no vector.
type uncompared struct{ queries, texts float64 }

// countUncompared looks at the judged queries: at some of them, where there are many, as at all that is pending. Texts of several of
// them count once.
func (o *outlook) countUncompared(ctx context.Context) error {
	r := o.replays
	if o.p.similarity == nil || o.st == nil || !o.want[stageJudge] {
		return nil
	}
	items, pending, err := o.st.SpreadQueries(ctx, r.chain.Similarity, store.Upstream{Recipe: r.chain.Judge, Tasks: true}, r.bound, r.looks)
	if err != nil || len(items) == 0 {
		return err
	}
	qs, err := r.comparable(ctx, items)
	if err != nil {
		return err
	}
	lacks := map[hardneg.Key]bool{}
	for _, q := range qs {
		var keys []hardneg.Key
		for _, s := range q.shown() {
			keys = append(keys, s.Key)
		}
		has, err := o.st.HasVectors(ctx, keys)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if !has[k] {
				lacks[k] = true
			}
		}
	}
	o.uncompared = uncompared{float64(pending), float64(len(lacks)) * float64(pending) / float64(len(items))}
	r.sampled = r.sampled || int64(len(items)) < pending
	return nil
}

// similarities is what the vectors of queries and their texts take, of the queries that are judged and of those that will be.
func (o *outlook) similarities(kept stream) []estimate {
	e := o.p.similarity
	if e == nil || !o.want[stageJudge] {
		return nil
	}
	left := max(0, float64(o.inScope.similar.Pending)-o.uncompared.queries) + kept.n
	texts := o.uncompared.texts + left*o.textsOfQuery()
	calls := math.Ceil(texts / float64(e.Batch))
	r := request{o.cfg.Judge.Similarity.Encoder, llm.Settings{Model: e.Model}, texts / max(1, calls) * (o.chars + float64(len(e.PassagePrefix))), 0}
	return []estimate{o.estimate(stageSimilarity, r, o.uncompared.queries+left, stream{calls, left == 0}, asks{})}
}

// textsOfQuery is how many vectors a query takes that is still to be judged. Where a strategy looks for passages by the same encoder, that
// of the query and those of passages are there.
func (o *outlook) textsOfQuery() float64 {
	usable, _ := o.share(stageNegatives, 0)
	indexed := false
	for _, s := range o.p.negatives.Strategies {
		indexed = indexed || s.Encoder != nil && s.Encoder.String() == o.p.similarity.String()
	}
	n := float64(o.inScope.imported) / float64(max(1, o.inScope.stage(stageQueries).Planned))
	if !indexed {
		n += 1 + 1/float64(max(1, o.plan.PerPassage))
	}
	for _, s := range o.p.negatives.Strategies {
		if s.Label == hardneg.LabelHardQuery || s.Mine != nil && indexed {
			continue
		}
		n += usable * float64(s.Count)
	}
	return n
}
