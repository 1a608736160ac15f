package store

import (
	"context"
	"sync"

	"hardneg"
)

// origins are those that were read so far: a few, which thousands of rows refer to and none changes.
type origins struct {
	mu sync.RWMutex
	by map[int64]hardneg.Origin
}

// origin reads method, model and prompt of an origin. It is for when no rows are open: it may need a connection.
func (s *Store) origin(ctx context.Context, id int64) (hardneg.Origin, error) {
	s.origins.mu.RLock()
	o, ok := s.origins.by[id]
	s.origins.mu.RUnlock()
	if ok {
		return o, nil
	}
	err := s.readers.QueryRowContext(ctx, "SELECT method, model, prompt FROM origins WHERE id = ?", id).Scan(&o.Method, &o.Model, &o.Prompt)
	if err != nil {
		return o, err
	}
	s.origins.mu.Lock()
	defer s.origins.mu.Unlock()
	if s.origins.by == nil {
		s.origins.by = map[int64]hardneg.Origin{}
	}
	s.origins.by[id] = o
	return o, nil
}
