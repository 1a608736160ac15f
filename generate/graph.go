package generate

import (
	"context"
	"fmt"
	"slices"

	"hardneg"
)

// Graph is which passages of a run refer to which, by their rows: their places in the order of the ids.
type Graph struct {
	rows    map[string]int32 // of the passages that refer to others
	to      map[int32][]int32
	Links   int64 // there are, between two passages of the run
	Missing int64 // there are beside, to ids that no passage of the run has
}

// Graph returns the links of the passages.
func (l *Library) Graph(ctx context.Context) (*Graph, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.graph != nil {
		return l.graph, nil
	}
	g := &Graph{rows: map[string]int32{}, to: map[int32][]int32{}}
	if l.Corpus != nil {
		if err := g.read(ctx, l.Corpus); err != nil {
			return nil, fmt.Errorf("links of the passages: %w", err)
		}
	}
	l.graph = g
	return g, nil
}

func (g *Graph) read(ctx context.Context, c Corpus) error {
	rows, places := map[string]int32{}, map[int64]int32{}
	var ids []string
	err := c.EachPassage(ctx, func(number int64, p hardneg.Passage) error {
		rows[p.ID], places[number] = int32(len(ids)), int32(len(ids))
		ids = append(ids, p.ID)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	err = c.EachLinks(ctx, func(number int64, links []string) error {
		from, ok := places[number]
		if !ok {
			return nil // of a file that is being imported
		}
		g.rows[ids[from]] = from
		for _, id := range links {
			if to, ok := rows[id]; !ok {
				g.Missing++
			} else if to != from && !slices.Contains(g.to[from], to) {
				g.to[from] = append(g.to[from], to)
				g.Links++
			}
		}
		return ctx.Err()
	})
	for _, to := range g.to {
		slices.Sort(to) // whatever order the files say them in
	}
	return err
}

// near are the passages that one refers to, and those that these refer to, each once and without the first, in the order of their rows.
func (g *Graph) near(id string) (own int32, one, both []int32) {
	own, ok := g.rows[id]
	if !ok {
		return 0, nil, nil
	}
	one = g.to[own]
	both = slices.Clone(one)
	for _, next := range one {
		both = append(both, g.to[next]...)
	}
	slices.Sort(both)
	both = slices.DeleteFunc(slices.Compact(both), func(row int32) bool { return row == own })
	return own, one, both
}
