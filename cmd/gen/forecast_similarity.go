package main

import (
	"context"
	"math"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/store"
)

// encodings are how many texts need a vector: passages of the run, which many queries can have, and others.
type encodings struct{ passages, others float64 }

// uncompared are judged queries that are not compared with their texts yet, and how many of these have no vector.
type uncompared struct {
	queries float64
	lacks   encodings
	corpus  float64 // passages of the run
}

// countUncompared looks at the judged queries: at some of them, where there are many, as at all that is pending. Texts of several of
// them count once.
func (o *outlook) countUncompared(ctx context.Context) error {
	if o.p.similarity == nil || !o.want[stageJudge] {
		return nil
	}
	o.uncompared.corpus = float64(o.fresh.passages)
	if o.st == nil {
		return nil
	}
	totals, err := o.st.Totals(ctx)
	if err != nil {
		return err
	}
	o.uncompared.corpus += float64(totals["passages"])
	r := o.replays
	items, pending, err := o.st.SpreadQueries(ctx, r.chain.Similarity, store.Upstream{Recipe: r.chain.Judge, Tasks: true}, r.bound, r.looks)
	if err != nil || len(items) == 0 {
		return err
	}
	lacks, err := r.lacking(ctx, items)
	each := float64(pending) / float64(len(items))
	o.uncompared.queries, o.uncompared.lacks = float64(pending), encodings{lacks.passages * each, lacks.others * each}
	r.sampled = r.sampled || int64(len(items)) < pending
	return err
}

// lacking counts the texts of queries that have no vector.
func (p *pipeline) lacking(ctx context.Context, items []store.QueryItem) (n encodings, err error) {
	qs, err := p.comparable(ctx, items)
	if err != nil {
		return n, err
	}
	passages, others := map[hardneg.Key]bool{}, map[hardneg.Key]bool{}
	for _, q := range qs {
		var keys []hardneg.Key
		for _, s := range q.shown() {
			keys = append(keys, s.Key)
		}
		has, err := p.st.HasVectors(ctx, keys)
		if err != nil {
			return n, err
		}
		for i, k := range keys {
			switch {
			case has[k]:
			case i > 0 && q.texts[i-1].passage:
				passages[k] = true
			default:
				others[k] = true
			}
		}
	}
	return encodings{float64(len(passages)), float64(len(others))}, nil
}

// similarities is what the vectors of queries and their texts take, of the queries that are judged and of those that will be.
func (o *outlook) similarities(kept stream) []estimate {
	e := o.p.similarity
	if e == nil || !o.want[stageJudge] {
		return nil
	}
	left := max(0, float64(o.inScope.similar.Pending)-o.uncompared.queries) + kept.n
	each, indexed := o.textsOfQuery()
	texts := o.similarTexts(indexed) + min(o.uncompared.corpus, o.uncompared.lacks.passages+left*each.passages) + o.uncompared.lacks.others + left*each.others
	calls := math.Ceil(texts / float64(e.Batch))
	r := request{o.cfg.Judge.Similarity.Encoder, llm.Settings{Model: e.Model}, texts / max(1, calls) * (o.chars + float64(len(e.PassagePrefix))), 0}
	return []estimate{o.estimate(stageSimilarity, r, o.uncompared.queries+left, stream{calls, left == 0}, asks{})}
}

// textsOfQuery is how many vectors a query takes that is still to be judged. Where a strategy looks for passages by the same encoder, that
// of the query and those of passages are there.
func (o *outlook) textsOfQuery() (n encodings, indexed bool) {
	usable, _ := o.share(stageNegatives, 0)
	for _, s := range o.p.negatives.Strategies {
		indexed = indexed || s.Encoder != nil && s.Encoder.String() == o.p.similarity.String()
	}
	n.others = float64(o.inScope.imported) / float64(max(1, o.inScope.stage(stageQueries).Planned))
	if !indexed {
		n.passages, n.others = 1/float64(max(1, o.plan.PerPassage)), n.others+1
	}
	for _, s := range o.p.negatives.Strategies {
		texts := usable * float64(s.Slots())
		switch {
		case s.Label == hardneg.LabelHardQuery || s.Mine != nil && indexed:
		case s.Mine != nil:
			n.passages += texts
		default:
			n.others += texts
		}
	}
	return n, indexed
}
