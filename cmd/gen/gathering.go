package main

import (
	"context"
	"slices"
	"sync"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/work"
	"hardneg/store"
)

// gathering feeds stage negatives where strategies look for texts by vectors: the queries that have none are asked about together, as
// many in one request as their encoder takes. As long as it waits for more queries, those of a request that is not full are left.
type gathering struct {
	*pipeline
	up    store.Upstream
	waits bool
	ready []work.Item

	mu    sync.Mutex
	asked map[hardneg.Key]*gathered // by text: who is to ask for it, so that equal queries are asked about once
}

// gathered is some queries whose vectors are asked for together, when the first of them is done.
type gathered struct {
	g     *gathering
	items []store.QueryItem
	lacks map[*generate.Encoder][]generate.Shown
	after []*gathered // whose requests have texts of these queries
	texts [][]hardneg.Key
	once  sync.Once
	err   error
}

// nextNegatives is the feed of stage negatives.
func (p *pipeline) nextNegatives(up store.Upstream, waits bool) nextItems {
	if !p.gathers() {
		return p.nextQueries(p.chain.Negatives, up, each(p.doNegatives))
	}
	g := &gathering{pipeline: p, up: up, waits: waits, asked: map[hardneg.Key]*gathered{}}
	return g.next
}

// gathers reports that a strategy looks for texts by the vector of the query.
func (p *pipeline) gathers() bool {
	return slices.ContainsFunc(p.negatives.Strategies, func(s generate.Strategy) bool { return s.Encoder != nil })
}

// next gives the queries that are ready, and looks for more when there are none.
func (g *gathering) next(ctx context.Context, after int64, n int) ([]work.Item, int64, error) {
	if len(g.ready) == 0 {
		var err error
		if after, err = g.look(ctx, after, n); err != nil {
			return nil, after, err
		}
	}
	n = min(n, len(g.ready))
	out := g.ready[:n:n]
	g.ready = g.ready[n:]
	return out, after, nil
}

// look shares out pending queries among requests, and says the position of the last one that is ready.
func (g *gathering) look(ctx context.Context, after int64, n int) (int64, error) {
	newest, err := g.st.Last(ctx, g.up) // as in nextQueries
	if err != nil {
		return after, err
	}
	for _, e := range g.encoders {
		n = max(n, e.Batch)
	}
	batch, err := g.st.PendingQueries(ctx, g.chain.Negatives, g.up, after, g.bound, n)
	if err != nil {
		return after, err
	}
	if len(batch) == 0 {
		return max(after, newest), nil
	}
	groups, err := g.share(ctx, batch)
	if err != nil {
		return after, err
	}
	for _, of := range groups {
		for i, it := range of.items {
			g.ready = append(g.ready, item{"query " + it.Key.String(), func(ctx context.Context) error { return of.do(ctx, i) }})
			after = it.Seq
		}
	}
	return after, nil
}

// share forms groups of queries, in their order, each of which lacks no more vectors of an encoder than one request has; without the last
// one, if its requests have room and it waits.
func (g *gathering) share(ctx context.Context, batch []store.QueryItem) (out []*gathered, err error) {
	last := g.newGroup()
	for _, it := range batch {
		if err := g.add(ctx, last, it); err != nil {
			return nil, err
		}
		if last.full() {
			out, last = append(out, last), g.newGroup()
		}
	}
	switch {
	case len(last.lacks) == 0 || !g.waits:
		out = append(out, last)
	default:
		g.drop(last)
	}
	return out, nil
}

// drop ends that others wait for the texts of a group.
func (g *gathering) drop(of *gathered) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, texts := range of.lacks {
		for _, t := range texts {
			delete(g.asked, t.Key)
		}
	}
}

func (g *gathering) newGroup() *gathered {
	return &gathered{g: g, lacks: map[*generate.Encoder][]generate.Shown{}}
}

// full reports that a request has no room for another query.
func (of *gathered) full() bool {
	for e, texts := range of.lacks {
		if len(texts) >= e.Batch {
			return true
		}
	}
	return false
}

// add takes a query into a group, with the vectors that it lacks.
func (g *gathering) add(ctx context.Context, to *gathered, it store.QueryItem) error {
	encoders, err := g.negatives.QueryEncoders(ctx, it.Query, it.Passage)
	if err != nil {
		return err
	}
	var keys []hardneg.Key
	for i, e := range encoders {
		if slices.Contains(encoders[:i], e) {
			continue
		}
		shown := e.ShowQuery(it.Text)
		keys = append(keys, shown.Key)
		g.mu.Lock()
		other := g.asked[shown.Key]
		g.mu.Unlock()
		has, err := g.st.HasVectors(ctx, []hardneg.Key{shown.Key}) // after that look: what has been asked for since is stored
		switch {
		case err != nil:
			return err
		case other == to:
		case other != nil:
			to.after = append(to.after, other)
		case !has[shown.Key]:
			g.mu.Lock()
			g.asked[shown.Key] = to
			g.mu.Unlock()
			to.lacks[e] = append(to.lacks[e], shown)
		}
	}
	to.items, to.texts = append(to.items, it), append(to.texts, keys)
	return nil
}

// do makes the negatives of one query, after the vectors of all were asked for.
func (of *gathered) do(ctx context.Context, i int) error {
	of.once.Do(func() { of.err = of.ask(ctx) })
	if of.err != nil {
		return of.err
	}
	for _, k := range of.texts[i] {
		defer of.g.library.ForgetQuery(k)
	}
	return of.g.doNegatives(ctx, of.items[i])
}

func (of *gathered) ask(ctx context.Context) error {
	defer of.g.drop(of)
	for _, other := range of.after { // which does not wait for this one
		other.once.Do(func() { other.err = other.ask(ctx) })
		if other.err != nil {
			return other.err
		}
	}
	for e, texts := range of.lacks {
		if err := of.g.library.EncodeQueries(ctx, e, stageNegatives, texts); err != nil {
			return err
		}
	}
	return nil
}
