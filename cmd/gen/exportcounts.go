package main

import (
	"hardneg/internal/export"
	"hardneg/relabel"
)

// The numbers that an export tells of beside its rows.
const (
	countNoNegative     = "queries without a negative" // and without a hard query
	countQueryDropped   = "queries dropped by the policy"
	countRepeated       = "queries whose text another query has"
	countUndecided      = "texts left out: the judges could not decide"
	countFailed         = "texts left out: not judged"
	countAmbiguous      = "texts left out: between negative and false negative"
	countFalseNegative  = "false negatives found"
	countTooClose       = "texts left out: scored too close to the query's passage" // only where there is such a rule
	countFalseDropped   = "texts left out: false negatives that become no positive"
	countDisputed       = "texts left out: positives that the judges dispute"
	countOutdone        = "positives left out: another text answers better" // only where the best is to stand alone
	countOtherSplit     = "texts left out: passages of another split"
	countPositiveCopies = "negatives left out: equal to a positive"
	countNegativeCopies = "negatives left out: equal to another negative"
	countSharedID       = "texts left out: another text of the row has their id" // only where there are some
	countKnownAnswer    = "negatives left out: known to answer the same query"
	countTestQuery      = "queries left out: a test has the same"
	countTestOverlap    = "queries left out: 13 words in a row of a test query"
	countTestText       = "texts left out: 13 words in a row of a test query"
	countNotWanted      = "negatives left out: not asked for (export.where)"
	countGrouped        = "passages with near-duplicates, kept in one split"

	// Only where there are hard queries.
	countQueryAnswered  = "hard queries left out: the passage answers them, if only in part"
	countQueryUndecided = "hard queries left out: the judges could not decide"
	countQueryFailed    = "hard queries left out: not judged"
	countQueryTest      = "hard queries left out: a test has the same, or 13 words in a row of one"
	countQueryKnown     = "hard queries left out: the passage is known to answer them"
	countQueryReplaced  = "hard queries left out: another text is the positive, and they were not checked with it"
	countQueryCopies    = "hard queries left out: equal to another one"
)

var countOrder = []string{countNoNegative, countQueryDropped, countRepeated, countFalseNegative, countFalseDropped, countDisputed, countAmbiguous, countUndecided, countFailed, countOtherSplit, countPositiveCopies, countNegativeCopies, countKnownAnswer,
	countTestQuery, countTestOverlap, countTestText, countNotWanted, countGrouped}

// tally is the counts in their order.
func (e *exporter) tally() (all []export.Count) {
	if e.splits != nil {
		e.counts[countGrouped] = e.splits.grouped
	}
	for _, name := range countOrder {
		all = append(all, export.Count{Name: name, N: e.counts[name]})
	}
	if n := e.counts[countSharedID]; n > 0 {
		all = append(all, export.Count{Name: countSharedID, N: n})
	}
	if e.pooled {
		all = append(all, e.pooledCounts()...)
	}
	if e.rules.NeedsSource() {
		all = append(all, export.Count{Name: countTooClose, N: e.counts[countTooClose]})
	}
	if e.cfg.Relabel.Positive == relabel.PositiveBest {
		all = append(all, export.Count{Name: countOutdone, N: e.counts[countOutdone]})
	}
	if makesHardQueries(e.cfg) {
		for _, name := range []string{countQueryAnswered, countQueryUndecided, countQueryFailed, countQueryKnown, countQueryReplaced, countQueryCopies, countQueryTest} {
			all = append(all, export.Count{Name: name, N: e.counts[name]})
		}
	}
	return all
}
