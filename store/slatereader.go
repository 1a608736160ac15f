package store

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sort"

	"hardneg"
)

// slateReader reads candidates and verdicts with their origins, those of one query after those of another. Origins may need a connection,
// so it is for when no rows are open.
type slateReader struct {
	rowReader
	lean     bool // rows have the columns that an export needs
	originOf func(id int64) (hardneg.Origin, error)
	origins  map[int64]hardneg.Origin // read so far, which spares asking for them with a lock

	// Memory for those of one query, which get slices of their size in the end.
	candidates []CandidateRow
	verdicts   []verdictRow
	cosines    []Similarity
}

func (s *Store) slateReader(ctx context.Context) *slateReader {
	return &slateReader{originOf: func(id int64) (hardneg.Origin, error) { return s.origin(ctx, id) }, origins: map[int64]hardneg.Origin{}}
}

// rowsOf is a reader of what a query gives that has gen_rows for its only column, and one row.
func (s *Store) rowsOf(ctx context.Context, query string, args ...any) (*slateReader, error) {
	var found string
	if err := s.readers.QueryRowContext(ctx, query, args...).Scan(&found); err != nil {
		return nil, readError(err)
	}
	r := s.slateReader(ctx)
	r.rest = found
	return r, nil
}

// failed is what was wrong with a row, if anything.
func (r *slateReader) failed() error {
	if r.err != nil {
		return readError(r.err)
	}
	return nil
}

// origin reads the row of an origin.
func (r *slateReader) origin() hardneg.Origin {
	id := r.integer()
	o, ok := r.origins[id]
	if !ok && r.err == nil {
		var err error
		if o, err = r.originOf(id); err != nil {
			r.fail(err)
		}
		r.origins[id] = o
	}
	return o
}

// The columns of candidates that were made as they should, as an export needs them, and those of all candidates.
const (
	leanCandidateColumns = `c.id, c.recipe <> 0, c.strategy, c.key, c.docid, c.title, c.text, c.source, c.slot, c.was, c.origin`
	candidateColumns     = leanCandidateColumns + `, c.breaks, c.outcome, c.reason, c.call`
)

func (r *slateReader) candidate(c *CandidateRow) {
	c.Row, c.Made, c.StrategyNo = r.integer(), r.integer() != 0, r.int()
	c.Key, c.DocID, c.Title, c.Text = r.key(), r.text(), r.text(), r.text()
	c.Source, c.Slot, c.Was, c.Candidate.Origin = hardneg.Source(r.text()), r.int(), hardneg.Label(r.text()), r.origin()
	if r.lean {
		c.Outcome = hardneg.Done
	} else {
		c.Breaks, c.Outcome, c.Reason, c.Candidate.Origin.Call = r.text(), r.outcome(), r.text(), r.call()
	}
	c.Strategy = c.Candidate.Origin.Method
	if c.DocID == "" {
		c.DocID = c.Key.String()
	}
}

const (
	leanVerdictColumns = `v.step, v.state, v.score, v.failure, v.origin`
	verdictColumns     = leanVerdictColumns + `, v.call`
)

func (r *slateReader) verdict(v *hardneg.Verdict) {
	step, state, score := r.int(), r.int(), r.real()
	v.Step, v.Failure, v.Origin = step, r.text(), r.origin()
	if !r.lean {
		v.Origin.Call = r.call()
	}
	v.Judge = v.Origin.Model
	switch state {
	case stateUnsure:
		v.Unsure = true
	case stateFailed:
	default:
		grade, err := hardneg.GradeOf(state)
		if err != nil {
			r.fail(err)
			return
		}
		v.Grade, v.Score = grade, score
	}
}

// verdictRow is a verdict with the text that it is on.
type verdictRow struct {
	recipe, candidate int64
	hardneg.Verdict
}

func (v *verdictRow) compare(recipe, candidate int64, step int) int {
	return cmp.Or(cmp.Compare(v.recipe, recipe), cmp.Compare(v.candidate, candidate), cmp.Compare(v.Step, step))
}

// The rows of a group come in the order in which SQLite finds them. That is the one that is wanted, by the index that it goes along, but
// nothing promises it, so they are sorted where they are not.

func (r *slateReader) readCandidates(rows string) []CandidateRow {
	r.rest, r.candidates = rows, r.candidates[:0]
	sorted := true
	for r.more() {
		n := len(r.candidates)
		r.candidates = append(r.candidates, CandidateRow{})
		r.candidate(&r.candidates[n])
		sorted = sorted && (n == 0 || byKey(&r.candidates[n-1], &r.candidates[n]) < 0)
	}
	if !sorted {
		slices.SortFunc(r.candidates, func(a, b CandidateRow) int { return byKey(&a, &b) })
	}
	if len(r.candidates) == 0 {
		return nil
	}
	return slices.Clone(r.candidates)
}

func byKey(a, b *CandidateRow) int {
	return cmp.Or(bytes.Compare(a.Key[:], b.Key[:]), cmp.Compare(a.Row, b.Row))
}

// readVerdicts gives what of finds: the verdicts under a recipe on a text (0: the query's own passage), in the order of the cascade.
func (r *slateReader) readVerdicts(rows string) (of func(recipe, candidate int64) []hardneg.Verdict) {
	r.rest, r.verdicts = rows, r.verdicts[:0]
	sorted := true
	for r.more() {
		n := len(r.verdicts)
		r.verdicts = append(r.verdicts, verdictRow{recipe: r.integer(), candidate: r.integer()})
		v := &r.verdicts[n]
		r.verdict(&v.Verdict)
		sorted = sorted && (n == 0 || r.verdicts[n-1].compare(v.recipe, v.candidate, v.Step) < 0)
	}
	if !sorted {
		slices.SortFunc(r.verdicts, func(a, b verdictRow) int { return a.compare(b.recipe, b.candidate, b.Step) })
	}
	all := make([]hardneg.Verdict, len(r.verdicts))
	for i := range r.verdicts {
		all[i] = r.verdicts[i].Verdict
	}
	return func(recipe, candidate int64) []hardneg.Verdict {
		from := sort.Search(len(all), func(i int) bool { return r.verdicts[i].compare(recipe, candidate, 0) >= 0 })
		to := from
		for to < len(all) && r.verdicts[to].recipe == recipe && r.verdicts[to].candidate == candidate {
			to++
		}
		if from == to {
			return nil
		}
		return all[from:to:to]
	}
}

// readSimilarities gives what of finds: the similarity of the query and a text (0: its own passage), nil where it is not known.
func (r *slateReader) readSimilarities(rows string) (of func(candidate int64) *float64) {
	r.rest, r.cosines = rows, r.cosines[:0]
	for r.more() {
		r.cosines = append(r.cosines, Similarity{r.integer(), r.real()})
	}
	byCandidate := func(x Similarity, candidate int64) int { return cmp.Compare(x.Candidate, candidate) }
	slices.SortFunc(r.cosines, func(a, b Similarity) int { return byCandidate(a, b.Candidate) })
	known := slices.Clone(r.cosines)
	return func(candidate int64) *float64 {
		if i, ok := slices.BinarySearchFunc(known, candidate, byCandidate); ok {
			return &known[i].Cosine
		}
		return nil
	}
}
