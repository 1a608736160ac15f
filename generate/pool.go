package generate

import (
	"slices"

	"hardneg"
)

// Span is slots of a strategy that follow one another. A strategy asks for all its slots, spares included, in one request; a pool that
// was raised since has its new slots asked for in another one, which shows what the strategy wrote for the slots before.
type Span struct {
	From, N int
	Stand   []string
}

// end is the slot behind the last.
func (s Span) end() int { return s.From + s.N }

// Slots is how many slots a query has of the strategy: those of its count, then its spares.
func (s *Strategy) Slots() int { return s.Count + s.Pool }

// Meant is how many texts that are meant to be of a label a row has at most of a strategy with such a count; a spare stands in for one
// that falls away.
func Meant(strategy string, count int, l hardneg.Label) int {
	switch {
	case strategy == Triplet && l == hardneg.LabelPositive:
		return min(1, count)
	case strategy == Triplet && l == hardneg.LabelNegative:
		return count - min(1, count)
	case l == labelOf(strategy):
		return count
	}
	return 0
}

// labelOf is what the texts of a strategy are meant to be.
func labelOf(strategy string) hardneg.Label {
	switch strategy {
	case Paraphrase, Twin:
		return hardneg.LabelPositive
	case HardQuery:
		return hardneg.LabelHardQuery
	}
	return hardneg.LabelNegative
}

// SpareRank is the rank of a slot among the spares of a strategy with so many slots beside them, from 1; 0: it is none.
func SpareRank(slot, count int) int { return max(0, slot-count+1) }

// pending are the slots that have no outcome, and with one of those that are no spares all of them: they are of one request.
func (s *Strategy) pending(done map[int]bool) (out []Span) {
	lacks := false
	for slot := range s.Count {
		lacks = lacks || !done[slot]
	}
	for slot := range s.Slots() {
		switch n := len(out); {
		case done[slot] && !(lacks && slot < s.Count):
		case n > 0 && out[n-1].end() == slot:
			out[n-1].N++
		default:
			out = append(out, Span{From: slot, N: 1})
		}
	}
	return out
}

// seen is what a strategy that finds passages is to know of what stands. Where some of its slots are filled it ranks as it did then, and
// goes on behind them: what this stage has made since is compared with what is found, as it would have been.
func (s *Strategy) seen(standing []Standing, done map[int]bool) []Standing {
	if s.Mine == nil || len(done) == 0 {
		return standing
	}
	return slices.DeleteFunc(slices.Clone(standing), func(x Standing) bool { return x.Made })
}

// written are the texts of a strategy that stand before a slot.
func written(standing []Standing, no, before int) (out []string) {
	for _, x := range standing {
		if x.Made && x.StrategyNo == no && x.Slot < before {
			out = append(out, x.Text)
		}
	}
	return out
}

// stands reports whether a query stands already, among texts that are anything.
func stands(standing []Standing, query string) bool {
	return slices.ContainsFunc(standing, func(x Standing) bool { return QueryKey(x.Text) == QueryKey(query) })
}
