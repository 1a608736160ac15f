package main

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"hardneg"
	"hardneg/generate"
	"hardneg/store"
)

// comparing is some queries that are compared with their texts together, because of the requests that their vectors are asked for in.
type comparing struct {
	m       *measuring
	queries []compared
	lacks   []generate.Shown // of their texts, what nobody has asked for
	own     *flight          // the request for these
	waits   []*flight        // requests under way that have others
}

func newComparing(m *measuring) *comparing {
	return &comparing{m: m, own: &flight{ended: make(chan struct{})}}
}

// do asks for the vectors that are lacking, and saves the cosines.
func (c *comparing) do(ctx context.Context) error {
	vectors, err := c.ask(ctx)
	if err != nil {
		return err
	}
	for _, other := range c.waits { // of comparisons that were begun before this one, and do not wait for it
		select {
		case <-other.ended:
			if other.err != nil {
				return other.err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if err := c.read(ctx, vectors); err != nil {
		return err
	}
	out := make([]store.Similarities, len(c.queries))
	for i, q := range c.queries {
		if out[i], err = c.compare(q, vectors); err != nil {
			return fmt.Errorf("query row %d: %w", q.row, err)
		}
	}
	return c.m.st.SaveSimilarities(out)
}

// ask asks for what is lacking. When it returns, the vectors are stored, or will not come.
func (c *comparing) ask(ctx context.Context) (map[hardneg.Key][]float32, error) {
	vectors, refused, err := c.m.similarity.Encode(ctx, c.lacks)
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	defer close(c.own.ended)
	c.own.err = err
	for _, s := range c.lacks {
		delete(c.m.asked, s.Key)
	}
	maps.Copy(c.m.refused, refused)
	return vectors, err
}

// read adds the vectors that are stored and were not asked for just now.
func (c *comparing) read(ctx context.Context, vectors map[hardneg.Key][]float32) error {
	var lacks []hardneg.Key
	for _, q := range c.queries {
		for _, s := range q.shown() {
			if vectors[s.Key] == nil {
				lacks = append(lacks, s.Key)
			}
		}
	}
	return c.m.st.EachVector(ctx, lacks, func(text hardneg.Key, reply []byte, place int) (err error) {
		vectors[text], err = generate.StoredVector(reply, place)
		return err
	})
}

// compare makes the similarities of a query. One of which a text has no vector fails, with the reason that the encoder gave.
func (c *comparing) compare(q compared, vectors map[hardneg.Key][]float32) (store.Similarities, error) {
	out := store.Similarities{Task: store.Task{Recipe: c.m.chain.Similarity, Input: q.row}, Outcome: hardneg.Done}
	query := vectors[q.query.Key]
	for _, t := range q.texts {
		text := vectors[t.Key]
		if query == nil || text == nil {
			reason, refused := c.m.why(q.query.Key, t.Key)
			if !refused {
				return out, errors.New("a text has no vector, though all were asked for")
			}
			out.Outcome, out.Reason = hardneg.Failed, reason
			continue
		}
		cosine, err := generate.Similarity(query, text)
		if err != nil {
			return out, err
		}
		out.Texts = append(out.Texts, store.Similarity{Candidate: t.candidate, Cosine: cosine})
	}
	return out, nil
}

// why is the reason for which the first refused of some texts got no vector.
func (m *measuring) why(texts ...hardneg.Key) (reason string, refused bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range texts {
		if reason, refused = m.refused[k]; refused {
			return reason, true
		}
	}
	return "", false
}
