package generate

import (
	"context"
	"fmt"

	"hardneg"
	"hardneg/internal/dense"
	"hardneg/internal/llm"
)

// QueryEncoders are the encoders by whose vectors strategies look for the texts of a query.
func (g *Negatives) QueryEncoders(ctx context.Context, q hardneg.Query, positive hardneg.Passage) ([]*Encoder, error) {
	var out []*Encoder
	for no := range g.Strategies {
		s, _ := g.Strategies[no].Of(q.Key)
		if s.Encoder == nil {
			continue
		}
		if m, ok := s.Mine.(interface {
			looks(context.Context, hardneg.Passage) (bool, error)
		}); ok {
			if looks, err := m.looks(ctx, positive); err != nil {
				return nil, err
			} else if !looks {
				continue
			}
		}
		out = append(out, s.Encoder)
	}
	return out, nil
}

// EncodeQueries asks for the vectors of queries in one request, and keeps them at hand until ForgetQuery. Where the encoder refuses the
// request, it is asked in halves, so that no query pays for another; about a query that is left alone it is asked by who needs its
// vector, whose failure a refusal is.
func (l *Library) EncodeQueries(ctx context.Context, e *Encoder, stage string, queries []Shown) error {
	if len(queries) < 2 {
		return nil
	}
	vectors, err := e.vectors(ctx, stage, "vectors of queries", queries)
	if failed, ok := llm.AsError(err); ok && failed.Class == llm.Item {
		half := len(queries) / 2
		if err := l.EncodeQueries(ctx, e, stage, queries[:half]); err != nil {
			return err
		}
		return l.EncodeQueries(ctx, e, stage, queries[half:])
	}
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.queries == nil {
		l.queries = map[hardneg.Key][]float32{}
	}
	for i, q := range queries {
		l.queries[q.Key] = vectors[i]
	}
	return nil
}

// ForgetQuery drops the vector of a query. It is stored: who still needs it reads it there.
func (l *Library) ForgetQuery(k hardneg.Key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.queries, k)
}

// query is the vector of a query, of length 1: the one at hand or stored, whatever request brought it, else a new one, asked for in a stage.
func (l *Library) query(ctx context.Context, e *Encoder, stage, text string) (vector []float32, err error) {
	shown := e.ShowQuery(text)
	if vector, err = l.storedQuery(ctx, shown); err != nil || vector != nil {
		return vector, err
	}
	vectors, err := e.vectors(ctx, stage, "vector of a query", []Shown{shown})
	if err != nil {
		return nil, err
	}
	return vectors[0], nil
}

// storedQuery is the vector of a query that is at hand or stored, nil if there is none.
func (l *Library) storedQuery(ctx context.Context, query Shown) (vector []float32, err error) {
	l.mu.Lock()
	vector = l.queries[query.Key]
	l.mu.Unlock()
	if vector == nil && l.Stored != nil {
		err = l.Stored.EachVector(ctx, []hardneg.Key{query.Key}, func(_ hardneg.Key, reply []byte, place int) (err error) {
			vector, err = StoredVector(reply, place)
			return err
		})
	}
	return vector, err
}

// vectors makes one request, and returns the vectors of its texts with length 1.
func (e *Encoder) vectors(ctx context.Context, stage, prompt string, texts []Shown) ([][]float32, error) {
	plain := make([]string, len(texts))
	for i, t := range texts {
		plain[i] = t.Text
	}
	resp, err := e.Client.Complete(ctx, e.request(stage, prompt, plain...))
	if err != nil {
		return nil, err
	}
	if len(resp.Vectors) != len(texts) {
		return nil, badVectors(fmt.Errorf("%d vectors for %d texts: the stored ones are not those of the texts: `gen check`", len(resp.Vectors), len(texts)))
	}
	out := make([][]float32, len(texts))
	for i := range texts {
		if out[i], err = dense.Unit(resp.Vectors[i]); err != nil {
			return nil, badVectors(err)
		}
	}
	return out, nil
}
