package store

import "context"

// A plan looks at some of the pending items, spread evenly over all of them: what was done before is rarely the first part of the
// file, as passages stand in the order of import and a limit goes by key.

// SpreadPassages returns at most n of the pending passages, spread over them, and how many are pending.
func (s *Store) SpreadPassages(ctx context.Context, recipe int64, b Bound, n int) (items []PassageItem, pending int64, err error) {
	at, pending, err := s.spread(ctx, "SELECT p.id FROM passages p WHERE p.id > ?2"+passageFilter+"ORDER BY 1", n, recipe, 0, b.Set, b.LastKey)
	for _, seq := range at {
		one, err := s.PendingPassages(ctx, recipe, seq-1, b, 1)
		if err != nil {
			return nil, 0, err
		}
		items = append(items, one...)
	}
	return items, pending, err
}

// SpreadQueries is SpreadPassages for the queries that a stage has not done.
func (s *Store) SpreadQueries(ctx context.Context, recipe int64, up Upstream, b Bound, n int) (items []QueryItem, pending int64, err error) {
	position := "q.id"
	if up.Tasks {
		position = "u.id"
	}
	at, pending, err := s.spread(ctx, "SELECT "+position+up.from()+"ORDER BY 1", n, recipe, 0, up.Recipe, b.Set, b.LastKey)
	for _, seq := range at {
		one, err := s.PendingQueries(ctx, recipe, up, seq-1, b, 1)
		if err != nil {
			return nil, 0, err
		}
		items = append(items, one...)
	}
	return items, pending, err
}

// spread reads positions and keeps at most n of them, at equal distances.
func (s *Store) spread(ctx context.Context, query string, n int, args ...any) (at []int64, all int64, err error) {
	if at, err = s.rows(ctx, query, args...); err != nil || len(at) <= n {
		return at, int64(len(at)), err
	}
	some := make([]int64, n)
	for i := range some {
		some[i] = at[i*len(at)/n]
	}
	return some, int64(len(at)), nil
}
