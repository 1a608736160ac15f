package generate

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"hardneg"
	"hardneg/internal/dense"
)

// Links is the strategy that finds negatives among what the query's passage refers to (one hop) and what that refers to (two hops), as
// BiCA does with citations (arXiv 2511.08029): of the subject, and rarely an answer. Which of them is said by walks from passage to
// passage, led by the vectors of an encoder.
const Links = "links"

// Walk says how far to go: so many paths of so many passages each. BiCA's best is 3 of 3.
type Walk struct{ Paths, Length int }

// String names all that decides.
func (w Walk) String() string { return fmt.Sprintf("%d paths of %d", w.Paths, w.Length) }

// widest is how many passages a step draws from: the most similar ones that no path has been at.
const widest = 5

type linksMiner struct {
	library *Library
	encoder *Encoder
	walk    Walk
	seed    int64
}

// stop is a passage of a walk.
type stop struct {
	row        int32
	path, step int // from 1; path 0: drawn from the rest
	cosine     float32
}

// Find implements FromCorpus: the first passages of all paths, then the second ones, and so on; at last one drawn from what no path has
// been at.
func (m *linksMiner) Find(ctx context.Context, q hardneg.Query, positive hardneg.Passage, known *Known, n int) ([]Found, error) {
	g, err := m.library.Graph(ctx)
	if err != nil {
		return nil, err
	}
	_, one, both := g.near(positive.ID)
	if len(both) == 0 {
		return nil, nil // it refers to nothing: no vector is needed to know that
	}
	v, err := m.library.Vectors(ctx, m.encoder)
	if err != nil {
		return nil, err
	}
	if err := v.sealed(); err != nil {
		return nil, notEncoded(err)
	}
	query, err := m.library.query(ctx, m.encoder, StageNegatives, q.Text)
	if err == nil {
		err = v.fits(query)
	}
	if err != nil {
		return nil, err
	}
	stops := m.walk.stops(query, v.index.Row, one, both, func(what ...string) uint64 { return draw(m.seed, append([]string{Links, q.Key.String()}, what...)...) })
	numbers := make([]int64, len(stops))
	for i, s := range stops {
		numbers[i] = v.numbers[s.row]
	}
	taker := window{1, len(stops)}.taker(q, known, n)
	err = m.library.read(ctx, numbers, func(i int, p hardneg.Passage) bool { return taker.take(p, stops[i].said(one)) })
	return taker.found, err
}

// looks reports whether the vector of a query is needed: the passage may refer to nothing.
func (m *linksMiner) looks(ctx context.Context, positive hardneg.Passage) (bool, error) {
	g, err := m.library.Graph(ctx)
	if err != nil {
		return false, err
	}
	_, _, both := g.near(positive.ID)
	return len(both) > 0, nil
}

// said is what there is to say of a stop.
func (s stop) said(one []int32) string {
	hops := "two hops"
	if slices.Contains(one, s.row) {
		hops = "one hop"
	}
	if s.path == 0 {
		return fmt.Sprintf("%s from the query's passage, drawn from what no path has been at; cosine %s to the query", hops, cosine(s.cosine))
	}
	return fmt.Sprintf("%s from the query's passage, path %d, step %d; cosine %s to the query", hops, s.path, s.step, cosine(s.cosine))
}

// stops walks: paths begin at the passages of one hop that are nearest to the query; each step goes on to one that no path has been at,
// drawn by softmax from the most similar to where it stands. Both are in the order of their rows.
func (w Walk) stops(query []float32, vector func(row int) []float32, one, both []int32, draw func(what ...string) uint64) []stop {
	visited := map[int32]bool{}
	var out []stop
	visit := func(row int32, path, step int) {
		visited[row] = true
		out = append(out, stop{row, path, step, dense.Dot(query, vector(int(row)))})
	}
	starts := nearest(query, vector, one, nil, w.Paths)
	at := make([]int32, len(starts))
	for i, s := range starts {
		at[i] = s.row
		visit(s.row, i+1, 1)
	}
	for step := 2; step <= w.Length; step++ {
		for i := range at {
			next := nearest(vector(int(at[i])), vector, both, visited, widest)
			if len(next) == 0 {
				return out
			}
			at[i] = softmax(next, draw("path", strconv.Itoa(i+1), "step", strconv.Itoa(step)))
			visit(at[i], i+1, step)
		}
	}
	rest := slices.DeleteFunc(slices.Clone(both), func(row int32) bool { return visited[row] })
	if len(rest) > 0 {
		visit(rest[draw("rest")%uint64(len(rest))], 0, 0)
	}
	return out
}

// nearest are the rows with the highest cosines to a vector, at most most of them and without those that were visited, the highest first
// and the lower row first where they are equal.
func nearest(to []float32, vector func(row int) []float32, rows []int32, visited map[int32]bool, most int) []stop {
	var out []stop
	for _, row := range rows {
		if !visited[row] {
			out = append(out, stop{row: row, cosine: dense.Dot(to, vector(int(row)))})
		}
	}
	slices.SortStableFunc(out, func(a, b stop) int {
		switch {
		case a.cosine > b.cosine:
			return -1
		case a.cosine < b.cosine:
			return 1
		}
		return int(a.row) - int(b.row)
	})
	return out[:min(most, len(out))]
}

// softmax draws a row by the exponentials of the cosines.
func softmax(from []stop, drawn uint64) int32 {
	sum := 0.0
	for _, s := range from {
		sum += math.Exp(float64(s.cosine))
	}
	left := float64(drawn>>11) / (1 << 53) * sum
	for _, s := range from[:len(from)-1] {
		if left -= math.Exp(float64(s.cosine)); left < 0 {
			return s.row
		}
	}
	return from[len(from)-1].row
}
