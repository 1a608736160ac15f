package main

import (
	"slices"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/text"
	"hardneg/relabel"
	"hardneg/store"
)

// source is the query's own passage as the first positive, or the answer that was written with the query.
func (e *exporter) source(q store.QueryState) hardneg.Text {
	t := hardneg.Text{DocID: q.Passage.ID, Title: q.Passage.Title, Text: q.Passage.Text, Source: hardneg.SourcePassage, Similarity: q.Similarity}
	if q.Answer != "" {
		t.Source, t.Strategy, t.Model = hardneg.SourceGenerated, generate.Triplet, q.Origin.Model
	}
	if v, ok := relabel.Final(q.Source); ok && v.Grade != hardneg.Ungraded {
		t.Grade, t.Score, t.HasScore = v.Grade, v.Score, true
	}
	return t
}

// texts sorts the candidates into positives and negatives; candidates come in key order, which sorting by score keeps.
func (e *exporter) texts(q store.QueryState, decisions []hardneg.Decision, ex *hardneg.Example) (dropped bool) {
	ex.HardQueries = hardQueriesOf(q.Candidates, decisions)
	ex.Negatives = make([]hardneg.Text, 0, len(decisions))
	for i := range decisions {
		d, c := &decisions[i], &q.Candidates[i]
		e.judges.add(c.Verdicts)
		e.scores.add(c.Verdicts)
		if d.Was == hardneg.LabelNegative && d.Grade != hardneg.Ungraded && d.Grade.Value() >= e.rules.FalseNegativeAt {
			e.counts[countFalseNegative]++
		}
		t := hardneg.Text{DocID: c.DocID, Title: c.Title, Text: c.Text, Source: c.Source, Strategy: c.Strategy, Model: c.Origin.Model,
			Grade: d.Grade, Score: d.Score, HasScore: d.Grade != hardneg.Ungraded, Similarity: c.Similarity}
		if e.pooled {
			t.Key = c.Key
		}
		if gamma := e.cfg.Export.WeightGamma; gamma != nil && t.HasScore && d.Label == hardneg.LabelNegative {
			weight := relabel.Weight(t.Score, *gamma)
			t.Weight = &weight
		}
		switch {
		case d.Was == hardneg.LabelHardQuery:
			e.hardQueryDecided(d)
		case d.Why == relabel.QueryHasFalseNegative || d.Why == relabel.TooManyFalseNegatives:
			dropped = true
		case d.Label == hardneg.LabelUndecided:
			e.counts[countUndecided]++
		case d.Label == hardneg.LabelFailed:
			e.counts[countFailed]++
		case d.Why == relabel.Ambiguous && d.Label == hardneg.LabelDropped:
			e.counts[countAmbiguous]++
		case d.Why == relabel.TooClose:
			e.counts[countTooClose]++
		case d.Why == relabel.DisputedPositive:
			e.counts[countDisputed]++
		case d.Label != hardneg.LabelPositive && d.Label != hardneg.LabelNegative:
			e.counts[countFalseDropped]++
		case e.elsewhere(&c.Candidate, d.Label, ex.Split):
			e.leaves(countOtherSplit, &t, "it belongs to another split")
		case d.Label == hardneg.LabelPositive:
			ex.Positives = append(ex.Positives, t)
		default:
			ex.Negatives = append(ex.Negatives, t)
		}
	}
	return dropped
}

// best leaves a query the positive with the highest score, if that is asked for.
func (e *exporter) best(ex *hardneg.Example) {
	if e.cfg.Relabel.Positive != relabel.PositiveBest {
		return
	}
	at := relabel.Best(ex.Positives)
	for i := range ex.Positives {
		if i != at {
			e.leaves(countOutdone, &ex.Positives[i], "another text answers better")
		}
	}
	ex.Positives = ex.Positives[at : at+1]
}

// elsewhere reports a text that belongs to another split than its query. What came with the row of a training set and is the passage of
// no query is a negative of its query wherever that stands; as a positive, which others may have too, it keeps to one split.
func (e *exporter) elsewhere(c *hardneg.Candidate, label hardneg.Label, split string) bool {
	switch c.Source {
	case hardneg.SourceGenerated:
		return false
	case hardneg.SourceImported:
		home, isPassage := e.splits.ofText(c.DocID, c.Text)
		return home != split && (isPassage || label != hardneg.LabelNegative)
	}
	return e.splits.of(c.DocID) != split
}

// dropCopies makes sure that no text stands on both sides or twice on one. Texts are the same where their normal forms are: a
// negative that differs from a positive in its commas teaches the opposite of what it should. Nor has an id two texts. It returns the forms
// of the negatives that are left.
func (e *exporter) dropCopies(ex *hardneg.Example) text.Forms {
	all := make([]text.Form, 0, len(ex.Positives)+len(ex.Negatives))
	positives := make(text.Forms, 0, len(ex.Positives))
	negatives, left := make(text.Forms, 0, len(ex.Negatives)), make(text.Forms, 0, len(ex.Negatives))
	form := func(t hardneg.Text) *text.Form { // they don't move: there is room for all
		all = append(all, text.NewForm(t.Title, t.Text))
		return &all[len(all)-1]
	}
	ids := make([]string, 0, len(ex.Positives)+len(ex.Negatives))
	another := func(t *hardneg.Text) bool { // text has this id
		if slices.Contains(ids, t.DocID) {
			e.leaves(countSharedID, t, "another text of the row has its id")
			return true
		}
		ids = append(ids, t.DocID)
		return false
	}
	ex.Positives = slices.DeleteFunc(ex.Positives, func(t hardneg.Text) bool {
		f := form(t)
		again := positives.Has(f)
		if positives = append(positives, f); again {
			e.tellLeft(&t, "it equals another positive")
			return true
		}
		return another(&t)
	})
	ex.Negatives = slices.DeleteFunc(ex.Negatives, func(t hardneg.Text) bool {
		f := form(t)
		if positives.Has(f) {
			e.leaves(countPositiveCopies, &t, "it equals a positive")
			return true
		}
		again := negatives.Has(f)
		negatives = append(negatives, f)
		if again {
			e.leaves(countNegativeCopies, &t, "it equals another negative")
		} else if again = another(&t); !again {
			left = append(left, f)
		}
		return again
	})
	return left
}
