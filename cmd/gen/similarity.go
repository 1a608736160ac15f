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

// stageSimilarity is where the calls for the similarities of queries and texts are counted. It is a part of stage judge; its items are the
// queries that were judged.
const stageSimilarity = generate.StageSimilarity

// measuredAtOnce is how many queries are looked at together for texts without a vector, comparedAtOnce how many are compared together.
const (
	measuredAtOnce = 200
	comparedAtOnce = 64
)

// measuring returns what compares the judged queries with their texts; nil where they are not to be.
func (p *pipeline) measuring(want map[string]bool) *measuring {
	if p.similarity == nil || !want[stageJudge] {
		return nil
	}
	return &measuring{pipeline: p, refused: map[hardneg.Key]string{}, asked: map[hardneg.Key]*flight{}}
}

// stage compares while the other stages work; as long as there is more to come, in full requests only. What is left is done by a stage
// after them, which is not to wait for more.
func (m *measuring) stage(waits bool) work.Stage {
	return m.pipeline.stage(stageSimilarity, m.concurrency(m.cfg.Judge.Similarity.Encoder), func(ctx context.Context, after int64, _ int) ([]work.Item, int64, error) {
		return m.next(ctx, after, waits)
	})
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
	passage   bool  // it is one of the run, which other queries can have too
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

// next makes requests of the texts of the queries after a position that have no vector. One that is not full is left, with its queries,
// where that waits for more.
func (m *measuring) next(ctx context.Context, after int64, waits bool) ([]work.Item, int64, error) {
	up := store.Upstream{Recipe: m.chain.Judge, Tasks: true}
	newest, err := m.st.Last(ctx, up) // as in nextQueries
	if err != nil {
		return nil, after, err
	}
	batch, err := m.st.PendingQueries(ctx, m.chain.Similarity, up, after, m.bound, measuredAtOnce)
	if err != nil {
		return nil, after, err
	}
	if len(batch) == 0 {
		return nil, max(after, newest), nil
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
	n := 0
	for _, c := range m.share(qs, has, under, waits) {
		out = append(out, item{fmt.Sprintf("similarities of %d queries", len(c.queries)), c.do})
		n += len(c.queries)
	}
	if n > 0 {
		after = batch[n-1].Seq
	}
	return out, after, nil
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
				q.texts = append(q.texts, comparedText{c.Row, c.Source == hardneg.SourceMined, p.similarity.ShowPassage(c.Title, c.Text)})
			}
		}
		if len(q.texts) > 0 || hasHardQuery(cs[it.Row]) {
			q.texts = append(q.texts, comparedText{0, true, p.similarity.ShowPassage(it.Passage.Title, it.Passage.Text)})
		}
		out[i] = q
	}
	return out, nil
}

// hasHardQuery reports whether a query can have a row without a negative.
func hasHardQuery(cs []store.CandidateRow) bool {
	for i := range cs {
		if cs[i].Was == hardneg.LabelHardQuery {
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

// share forms comparisons, in each of which the texts without a vector fit into one request, as far as those of one query do. Without
// the last one, if it has room and waits.
func (m *measuring) share(qs []compared, has map[hardneg.Key]bool, under map[hardneg.Key]*flight, waits bool) []*comparing {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []*comparing
	c := newComparing(m)
	for _, q := range qs {
		lacks := m.lacks(c, q, has, under)
		if len(c.lacks) > 0 && len(c.lacks)+len(lacks) > m.similarity.Batch {
			m.drop(lacks)
			out, c = append(out, c), newComparing(m)
			lacks = m.lacks(c, q, has, under)
		}
		c.queries, c.lacks = append(c.queries, q), append(c.lacks, lacks...)
		if len(c.lacks) >= m.similarity.Batch || len(c.queries) == comparedAtOnce {
			out, c = append(out, c), newComparing(m)
		}
	}
	switch {
	case waits:
		m.drop(c.lacks)
	case len(c.queries) > 0:
		out = append(out, c)
	}
	return out
}

// lacks are the texts of a query that nobody has asked for, which a comparison takes on. Those that another one has are waited for.
func (m *measuring) lacks(c *comparing, q compared, has map[hardneg.Key]bool, under map[hardneg.Key]*flight) (lacks []generate.Shown) {
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
	return lacks
}

// drop gives texts back that were not asked for.
func (m *measuring) drop(lacks []generate.Shown) {
	for _, s := range lacks {
		delete(m.asked, s.Key)
	}
}
