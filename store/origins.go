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

// origin fills in method, model and prompt of an origin. It is for when no rows are open: it may need a connection.
func (s *Store) origin(ctx context.Context, id int64, o *hardneg.Origin) error {
	s.origins.mu.RLock()
	known, ok := s.origins.by[id]
	s.origins.mu.RUnlock()
	if !ok {
		err := s.readers.QueryRowContext(ctx, "SELECT method, model, prompt FROM origins WHERE id = ?", id).Scan(&known.Method, &known.Model, &known.Prompt)
		if err != nil {
			return readError(err)
		}
		s.origins.mu.Lock()
		if s.origins.by == nil {
			s.origins.by = map[int64]hardneg.Origin{}
		}
		s.origins.by[id] = known
		s.origins.mu.Unlock()
	}
	o.Method, o.Model, o.Prompt = known.Method, known.Model, known.Prompt
	return nil
}
