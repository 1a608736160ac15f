package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/export"
	"hardneg/store"
)

// hasPool reports whether a strategy of a config makes spares.
func hasPool(cfg *config.Config) bool {
	return slices.ContainsFunc(cfg.Generate.Negatives, func(s config.Strategy) bool { return s.Pool > 0 })
}

// seat is where a text was made: in which slot of which entry. A row has as many seats for the texts of an entry as its count says, and
// of those that are left, the ones of the lowest slots take them.
type seat struct {
	entry int
	meant int // seats of the entry for texts that are meant to be what this one is
	was   hardneg.Label
	rank  int // among the spares; 0: it is none
}

// seats are those of the texts of a query, by their keys; nil where no query has spares, and every text has its place.
type seats map[hardneg.Key]seat

// seats leaves a query the texts that the config asks for, of the run, which may have more spares, and says where they were made.
func (e *exporter) seats(q *store.QueryState) seats {
	if !e.pooled {
		return nil
	}
	out := seats{}
	entries := e.cfg.Generate.Negatives
	q.Candidates = slices.DeleteFunc(slices.Clone(q.Candidates), func(c store.CandidateRow) bool {
		if !c.Made || c.StrategyNo >= len(entries) {
			return false
		}
		s := entries[c.StrategyNo]
		if c.Slot >= s.Count+s.Pool {
			return true
		}
		if s.Pool == 0 {
			return false // all its texts have a place
		}
		out[c.Key] = seat{c.StrategyNo, generate.Meant(s.Name(), s.Count, c.Was), c.Was, generate.SpareRank(c.Slot, s.Count)}
		return false
	})
	return out
}

func (s seats) rank(t hardneg.Text) int { return s[t.Key].rank }

// sparesLast puts spares behind the texts that they may stand in for, by rank: of equal texts, the first stays.
func (s seats) sparesLast(ex *hardneg.Example) {
	if s == nil {
		return
	}
	byRank := func(a, b hardneg.Text) int { return cmp.Compare(s.rank(a), s.rank(b)) }
	slices.SortStableFunc(ex.Positives, byRank)
	slices.SortStableFunc(ex.Negatives, byRank)
}

// full reports whether a text finds all seats of its entry taken, which by counts; if not, it takes one. What became something else than it was meant to
// be takes none: a false negative is a positive more.
func (s seats) full(key hardneg.Key, is hardneg.Label, by map[seat]int) bool {
	x, ok := s[key]
	if !ok || x.was != is {
		return false
	}
	x.rank = 0
	if by[x] == x.meant {
		return true
	}
	by[x]++
	return false
}

// seat leaves in a row as many texts of each entry as its count says; the others are spares. Positives that are left over have no place.
func (e *exporter) seat(ex *hardneg.Example, s seats) {
	if s == nil {
		return
	}
	by := map[seat]int{}
	before := len(ex.Positives)
	ex.Positives = slices.DeleteFunc(ex.Positives, func(t hardneg.Text) bool { return s.full(t.Key, hardneg.LabelPositive, by) })
	e.counts[countSpareOthers] += int64(before - len(ex.Positives))
	ex.Negatives = slices.DeleteFunc(ex.Negatives, func(t hardneg.Text) bool {
		full := s.full(t.Key, hardneg.LabelNegative, by)
		if full {
			ex.Spares = append(ex.Spares, t)
		} else if s.rank(t) > 0 {
			e.counts[countSeated]++
		}
		return full
	})
	e.counts[countSpares] += int64(len(ex.Spares))
	byKey := func(a, b hardneg.Text) int { return slices.Compare(a.Key[:], b.Key[:]) }
	slices.SortFunc(ex.Negatives, byKey) // as they came
	slices.SortFunc(ex.Positives, byKey) // the passage, which has none, is first
}

// seatQueries leaves as many hard queries of each entry as its count says.
func (e *exporter) seatQueries(s seats, hard []hardneg.HardQuery) []hardneg.HardQuery {
	if s == nil {
		return hard
	}
	byRank := slices.Clone(hard)
	slices.SortStableFunc(byRank, func(a, b hardneg.HardQuery) int { return cmp.Compare(s[a.Key].rank, s[b.Key].rank) })
	over, by := map[hardneg.Key]bool{}, map[seat]int{}
	for _, h := range byRank {
		if s.full(h.Key, hardneg.LabelHardQuery, by) {
			over[h.Key] = true
			e.counts[countSpareOthers]++
		}
	}
	return slices.DeleteFunc(hard, func(h hardneg.HardQuery) bool { return over[h.Key] })
}

// checkSpares refuses to give spares where there are none, or no format has a place for them.
func checkSpares(cfg *config.Config, formats []string) error {
	if !hasPool(cfg) {
		return usage(config.NoSparesHint, "--spares: %s", config.NoSpares)
	}
	if !slices.ContainsFunc(formats, export.HasSpares) {
		return usage("add --format hf or jsonl, or leave out --spares", "--spares: format %s has no place for them", strings.Join(formats, ", "))
	}
	return nil
}

// The numbers that an export tells of where queries have spares.
const (
	countSeated      = "negatives that are spares, in place of what fell away"
	countSpares      = "spares that are left over"
	countSpareOthers = "positives and hard queries left out: spares that are left over"
)

func (e *exporter) pooledCounts() (all []export.Count) {
	for _, name := range []string{countSeated, countSpares, countSpareOthers} {
		all = append(all, export.Count{Name: name, N: e.counts[name]})
	}
	return all
}

// spareText tells a spare from the other slots of its strategy.
func (t *teller) spareText(c store.CandidateRow) string {
	entries := t.cfg.Generate.Negatives
	if !c.Made || c.StrategyNo >= len(entries) {
		return ""
	}
	s := entries[c.StrategyNo]
	rank := generate.SpareRank(c.Slot, s.Count)
	switch {
	case rank == 0:
		return ""
	case rank > s.Pool:
		return fmt.Sprintf(" (spare %d, beyond pool: %d)", rank, s.Pool)
	}
	return fmt.Sprintf(" (spare %d of %d)", rank, s.Pool)
}
