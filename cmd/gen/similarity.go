package main

import (
	"context"
	"fmt"
	"sync"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/work"
	"hardneg/relabel"
	"hardneg/store"
)

// stageSimilarity is where the calls for the similarities of queries and texts are counted. It is a part of stage judge, done when the other
// stages have ended, so that requests are full; its items are the queries that were judged.
const stageSimilarity = generate.StageSimilarity

// measuredAtOnce is how many queries are looked at together for texts without a vector.
const measuredAtOnce = 200

// measure works out the similarities of what was judged.
func (r *runner) measure(ctx context.Context) error {
	if r.p.similarity == nil || !r.want[stageJudge] {
		return nil
	}
	m := &measuring{pipeline: r.p, refused: map[hardneg.Key]string{}, asked: map[hardneg.Key]*flight{}}
	return work.Staged(ctx, r.p.stage(stageSimilarity, r.p.concurrency(r.cfg.Judge.Similarity.Encoder), m.next))
}

// measuring shares out the texts of queries among requests. A text that several queries have is asked about once: the vectors of those
// under way are waited for.
type measuring struct {
	*pipeline
	mu      sync.Mutex
	asked   map[hardneg.Key]*flight // by text: the request that it is in
	refused map[hardneg.Key]string  // what the encoder does not take, with its reason
}

// flight is a request that is on its way.
type flight struct {
	ended chan struct{} // closed then
	err   error         // what it ended with
}

// compared is a query with what it is compared with.
type compared struct {
	row   int64
	query generate.Shown
	texts []comparedText
}

type comparedText struct {
	candidate int64 // the row; 0: the query's own passage
	generate.Shown
}

// shown are the query and its texts; none where there is nothing to compare.
func (q compared) shown() []generate.Shown {
	if len(q.texts) == 0 {
		return nil
	}
	out := []generate.Shown{q.query}
	for _, t := range q.texts {
		out = append(out, t.Shown)
	}
	return out
}

// next makes requests of the texts of the queries after a position that have no vector, as many in each as the encoder takes.
func (m *measuring) next(ctx context.Context, after int64, _ int) ([]work.Item, int64, error) {
	batch, err := m.st.PendingQueries(ctx, m.chain.Similarity, store.Upstream{Recipe: m.chain.Judge, Tasks: true}, after, m.bound, measuredAtOnce)
	if err != nil || len(batch) == 0 {
		return nil, after, err
	}
	qs, err := m.comparable(ctx, batch)
	if err != nil {
		return nil, after, err
	}
	var texts []hardneg.Key
	for _, q := range qs {
		for _, s := range q.shown() {
			texts = append(texts, s.Key)
		}
	}
	under := m.underWay(texts) // before the store is asked: what has ended since is found there
	has, err := m.st.HasVectors(ctx, texts)
	if err != nil {
		return nil, after, err
	}
	var out []work.Item
	for _, c := range m.share(qs, has, under) {
		out = append(out, item{fmt.Sprintf("similarities of %d queries", len(c.queries)), c.do})
	}
	return out, batch[len(batch)-1].Seq, nil
}

// comparable reads the texts of queries that can come into an export: those that the judges graded, and the own passage beside them.
func (p *pipeline) comparable(ctx context.Context, batch []store.QueryItem) ([]compared, error) {
	cs, err := p.st.CandidatesOf(ctx, rowsOf(batch), p.chain.Negatives, p.chain.Judge)
	if err != nil {
		return nil, err
	}
	out := make([]compared, len(batch))
	for i, it := range batch {
		q := compared{row: it.Row, query: p.similarity.ShowQuery(it.Text)}
		for _, c := range cs[it.Row] {
			if last, ok := relabel.Final(c.Verdicts); ok && last.Grade != hardneg.Ungraded && c.Was != hardneg.LabelHardQuery {
				q.texts = append(q.texts, comparedText{c.Row, p.similarity.ShowPassage(c.Title, c.Text)})
			}
		}
		if len(q.texts) > 0 || hasHardQuery(cs[it.Row]) {
			q.texts = append(q.texts, comparedText{0, p.similarity.ShowPassage(it.Passage.Title, it.Passage.Text)})
		}
		out[i] = q
	}
	return out, nil
}

// hasHardQuery reports whether a query can have a row without a negative.
func hasHardQuery(cs []store.CandidateRow) bool {
	for _, c := range cs {
		if c.Was == hardneg.LabelHardQuery {
			return true
		}
	}
	return false
}

// underWay are the texts of these that a request is on its way for.
func (m *measuring) underWay(texts []hardneg.Key) map[hardneg.Key]*flight {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[hardneg.Key]*flight{}
	for _, k := range texts {
		if c := m.asked[k]; c != nil {
			out[k] = c
		}
	}
	return out
}

// share forms comparisons, in each of which the texts without a vector fit into one request, as far as those of one query do.
func (m *measuring) share(qs []compared, has map[hardneg.Key]bool, under map[hardneg.Key]*flight) []*comparing {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []*comparing
	c := newComparing(m)
	for _, q := range qs {
		var lacks []generate.Shown
		for _, s := range q.shown() {
			other := under[s.Key]
			if other == nil {
				other = m.asked[s.Key]
			}
			_, refused := m.refused[s.Key]
			switch {
			case has[s.Key] || refused || other == c.own:
			case other != nil:
				c.waits = append(c.waits, other)
			default:
				lacks = append(lacks, s)
				m.asked[s.Key] = c.own
			}
		}
		c.queries, c.lacks = append(c.queries, q), append(c.lacks, lacks...)
		if len(c.lacks) >= m.similarity.Batch {
			out = append(out, c)
			c = newComparing(m)
		}
	}
	if len(c.queries) > 0 {
		out = append(out, c)
	}
	return out
}
