package main

import (
	"context"
	"iter"
	"math"
	"strconv"

	"github.com/cespare/xxhash/v2"

	"hardneg"
	"hardneg/internal/config"
	"hardneg/internal/text"
	"hardneg/store"
)

// splitter draws the split of a passage from its id, or where it has near-duplicates from the lowest id among them: what is
// learnt from a passage must not be tested on its copy.
type splitter struct {
	shares  config.Split
	draw    map[uint64]float64  // of passages with near-duplicates, by the hash of their ids
	imports bool                // texts were imported beside the passages; else the next two are empty
	known   map[uint64]struct{} // hashes of the ids of all passages of the run
	texts   map[uint64]float64  // what is drawn for them, by the sums of their normal forms
	answers map[uint64]float64  // and for texts imported beside them that have near-duplicates
	grouped int64               // passages in groups
}

// aheadBatch is how many passages or queries are read, and worked on, at a time.
const aheadBatch = 32

// sources are what queries are written for, in the order of their ids.
type sources struct {
	pages  iter.Seq[store.Page]
	at     func(ctx context.Context, row int64) (hardneg.Passage, error)
	signed bool // signatures may have been kept
}

// sourcesOf are the passages of a run; or the answers to the queries of its tasks, each under the id of its task.
func sourcesOf(ctx context.Context, st *store.Store, queries int64) (sources, error) {
	tasks, err := st.Meta(ctx, metaTasks)
	if err != nil || tasks == nil {
		return sources{st.PassagePages(ctx), st.PassageAt, true}, err
	}
	return sources{st.AnswerPages(ctx, queries), st.AnswerAt, false}, nil
}

// newSplitter compares all passages of a run with one another: 120 bytes a passage, and a microsecond or, where no signature was kept of
// it, several. So are texts that were imported beside them and may be positives, from a grade on or by their import. Where there is one
// split only, there is nothing to compare for. queries is the recipe of that stage.
func newSplitter(ctx context.Context, st *store.Store, queries int64, shares config.Split, positiveAt int) (*splitter, error) {
	s := &splitter{shares: shares, draw: map[uint64]float64{}, answers: map[uint64]float64{}}
	if shares.Train == 1 || shares.Validation == 1 || shares.Test == 1 {
		return s, nil
	}
	of, err := sourcesOf(ctx, st, queries)
	if err != nil {
		return nil, err
	}
	totals, err := st.Totals(ctx)
	if err != nil {
		return nil, err
	}
	s.imports = totals["imported_candidates"] > 0
	g, rows, err := s.compared(ctx, st, of)
	if err != nil {
		return nil, err
	}
	beside, err := s.besides(ctx, st, g, len(rows), positiveAt)
	if err != nil {
		return nil, err
	}
	at := func(n uint32) (member, error) {
		if int(n) >= len(rows) {
			return beside.at(ctx, st, int(n)-len(rows))
		}
		p, err := of.at(ctx, rows[n])
		return member{id: p.ID, text: p.Text}, err
	}
	found, err := g.Find(func(n uint32) (string, error) {
		m, err := at(n)
		return m.text, err
	})
	if err != nil {
		return nil, err
	}
	return s, s.remember(found, at)
}

// member is a text of a group, under the id of its passage.
type member struct{ id, text string }

// remember draws once for each group, from its lowest id. An id that stands in several groups, as a task does with several answers, makes
// them one.
func (s *splitter) remember(lead map[uint32]uint32, at func(n uint32) (member, error)) error {
	under := map[string]string{} // by id: one that is not higher, of the same group
	sums := map[string]uint64{}
	for n, first := range lead {
		m, err := at(n)
		if err != nil {
			return err
		}
		leader, err := at(first)
		if err != nil {
			return err
		}
		a, b := lowestOf(under, m.id), lowestOf(under, leader.id)
		under[max(a, b)] = min(a, b)
		if s.imports {
			sums[m.id] = text.NormalSum(m.text)
		}
		if _, beside := besideSum(m.id); !beside {
			s.grouped++
		}
	}
	for id := range under {
		draw := drawOf(lowestOf(under, id))
		if sum, beside := besideSum(lowestOf(under, id)); beside {
			draw = drawOfText(sum)
		}
		if sum, beside := besideSum(id); beside {
			s.answers[sum] = draw
			continue
		}
		s.draw[xxhash.Sum64String(id)] = draw
		if s.imports {
			s.texts[sums[id]] = draw
		}
	}
	return nil
}

// lowestOf is the lowest id of a group, and makes the way there short.
func lowestOf(under map[string]string, id string) string {
	low := id
	for next, ok := under[low]; ok && next != low; next, ok = under[low] {
		low = next
	}
	for id != low {
		id, under[id] = under[id], low
	}
	return low
}

// has reports whether a passage is one of the run, where there is more than one split and texts were imported.
func (s *splitter) has(passage string) bool {
	_, ok := s.known[xxhash.Sum64String(passage)]
	return ok
}

// of is the split of a passage, which need not be one of the run.
func (s *splitter) of(passage string) string {
	x, ok := s.draw[xxhash.Sum64String(passage)]
	if !ok {
		x = drawOf(passage)
	}
	return s.at(x)
}

// ofText is the split of a text that was imported beside the passages, and whether it is one of them, by its id or by what it says. One that
// is none has the split of its near-duplicates or else of its normal form: an id is one row's, and another row may have the same text under
// another id.
func (s *splitter) ofText(id, t string) (split string, isPassage bool) {
	if s.has(id) {
		return s.of(id), true
	}
	sum := text.NormalSum(t)
	if x, ok := s.texts[sum]; ok {
		return s.at(x), true
	}
	if x, ok := s.answers[sum]; ok {
		return s.at(x), false
	}
	return s.at(drawOfText(sum)), false
}

func (s *splitter) at(x float64) string {
	switch {
	case x < s.shares.Train:
		return "train"
	case x < s.shares.Train+s.shares.Validation:
		return "validation"
	case s.shares.Test > 0:
		return "test"
	}
	return "train" // the sum of the shares is 1 but for rounding
}

func drawOfText(sum uint64) float64 { return drawOf("text", strconv.FormatUint(sum, 16)) }

func drawOf(of ...string) float64 {
	return float64(hardneg.KeyOf(append([]string{"split"}, of...)...).Uint64()) / math.MaxUint64
}
