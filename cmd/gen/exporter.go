package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"

	"hardneg"
	"hardneg/internal/config"
	"hardneg/internal/export"
	"hardneg/internal/text"
	"hardneg/relabel"
	"hardneg/store"
)

// exporter turns verdicts into the rows of a data set. It decides anew, under the effective config, and writes nothing to the run.
type exporter struct {
	cfg      *config.Config
	st       *store.Store
	plan     plan
	recipes  []store.Recipe
	rules    relabel.Rules
	chain    store.Chain
	snapshot int64
	repeated map[int64]bool // hashes of query texts that occur more than once
	seen     map[int64]bool // of these, the ones exported
	counts   map[string]int64
}

func newExporter(ctx context.Context, cfg *config.Config, st *store.Store) (*exporter, error) {
	p, rs, ok, err := storedPlan(ctx, st)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, &failure{code: exitPartial, err: fmt.Errorf("%s: nothing was made yet", st.Dir), hint: "`gen run` does"}
	}
	e := &exporter{cfg: cfg, st: st, plan: p, recipes: rs, rules: rulesOf(cfg), chain: chainOf(rs), seen: map[int64]bool{}, counts: map[string]int64{}}
	e.snapshot, err = st.Snapshot(ctx)
	return e, err
}

// The numbers that an export tells of beside its rows.
const (
	countNoNegative     = "queries without a negative"
	countQueryDropped   = "queries dropped by the policy"
	countRepeated       = "queries whose text another query has"
	countUndecided      = "texts left out: the judges could not decide"
	countFailed         = "texts left out: not judged"
	countAmbiguous      = "texts left out: between negative and false negative"
	countFalseNegative  = "false negatives found"
	countOtherSplit     = "texts left out: passages of another split"
	countPositiveCopies = "negatives left out: equal to a positive"
	countNegativeCopies = "negatives left out: equal to another negative"
)

var countOrder = []string{countNoNegative, countQueryDropped, countRepeated, countFalseNegative, countAmbiguous, countUndecided, countFailed, countOtherSplit, countPositiveCopies, countNegativeCopies}

// tally is the counts in their order.
func (e *exporter) tally() (all []export.Count) {
	for _, name := range countOrder {
		all = append(all, export.Count{Name: name, N: e.counts[name]})
	}
	return all
}

// rows yields the rows in the order of their ids.
func (e *exporter) rows(ctx context.Context) iter.Seq2[hardneg.Example, error] {
	return func(yield func(hardneg.Example, error) bool) {
		for q, err := range e.st.Judged(ctx, e.chain, e.snapshot) {
			if err != nil {
				yield(hardneg.Example{}, err)
				return
			}
			ex, ok := e.row(q)
			if ok && !yield(ex, nil) {
				return
			}
		}
	}
}

// row makes the row of a query; ok is false if it has none.
func (e *exporter) row(q store.QueryState) (ex hardneg.Example, ok bool) {
	norm := int64(normOf(q.Text))
	if e.seen[norm] {
		e.counts[countRepeated]++
		return ex, false
	}
	ex = hardneg.Example{QueryID: q.Key.String(), Query: q.Text, PassageID: q.PassageID, Split: splitOf(e.cfg.Export.Split, q.PassageID),
		QueryModel: q.Origin.Model, QueryPrompt: q.Origin.Prompt}
	ex.Positives = []hardneg.Text{e.source(q)}
	if dropped := e.texts(q, &ex); dropped {
		e.counts[countQueryDropped]++
		return ex, false
	}
	e.dropCopies(&ex)
	if len(ex.Negatives) == 0 {
		e.counts[countNoNegative]++
		return ex, false
	}
	if e.repeated[norm] {
		e.seen[norm] = true
	}
	slices.SortStableFunc(ex.Positives[1:], byScore)
	slices.SortStableFunc(ex.Negatives, byScore)
	return ex, true
}

// source is the query's own passage as the first positive.
func (e *exporter) source(q store.QueryState) hardneg.Text {
	t := hardneg.Text{DocID: q.PassageID, Title: q.Passage.Title, Text: q.Passage.Text, Source: hardneg.SourcePassage}
	if v, ok := relabel.Final(q.Source); ok && v.Grade != hardneg.Ungraded {
		t.Grade, t.Score, t.HasScore = v.Grade, v.Score, true
	}
	return t
}

// texts sorts the candidates into positives and negatives; candidates come in key order, which sorting by score keeps.
func (e *exporter) texts(q store.QueryState, ex *hardneg.Example) (dropped bool) {
	for i, d := range e.rules.Decide(judged(q.Candidates)) {
		c := q.Candidates[i]
		if d.Was == hardneg.LabelNegative && d.Grade != hardneg.Ungraded && d.Grade.Value() >= e.rules.FalseNegativeAt {
			e.counts[countFalseNegative]++
		}
		t := hardneg.Text{DocID: c.DocID, Title: c.Title, Text: c.Text, Source: c.Source, Strategy: c.Strategy, Model: c.Origin.Model,
			Grade: d.Grade, Score: d.Score, HasScore: d.Grade != hardneg.Ungraded}
		switch {
		case d.Why == relabel.QueryHasFalseNegative || d.Why == relabel.TooManyFalseNegatives:
			dropped = true
		case d.Label == hardneg.LabelUndecided:
			e.counts[countUndecided]++
		case d.Label == hardneg.LabelFailed:
			e.counts[countFailed]++
		case d.Why == relabel.Ambiguous && d.Label == hardneg.LabelDropped:
			e.counts[countAmbiguous]++
		case d.Label != hardneg.LabelPositive && d.Label != hardneg.LabelNegative:
		case c.Source != hardneg.SourceGenerated && splitOf(e.cfg.Export.Split, c.DocID) != ex.Split:
			e.counts[countOtherSplit]++
		case d.Label == hardneg.LabelPositive:
			ex.Positives = append(ex.Positives, t)
		default:
			ex.Negatives = append(ex.Negatives, t)
		}
	}
	return dropped
}

// dropCopies makes sure that no text stands on both sides or twice on one. Texts are the same where their normal forms are: a
// negative that differs from a positive in its commas teaches the opposite of what it should.
func (e *exporter) dropCopies(ex *hardneg.Example) {
	have := map[string]bool{}
	once := func(t hardneg.Text) bool {
		forms := forms(t)
		again := have[forms[0]] || have[forms[1]]
		have[forms[0]], have[forms[1]] = true, true
		return again
	}
	ex.Positives = slices.DeleteFunc(ex.Positives, once)
	positive := maps.Clone(have)
	ex.Negatives = slices.DeleteFunc(ex.Negatives, func(t hardneg.Text) bool {
		switch f := forms(t); {
		case positive[f[0]] || positive[f[1]]:
			e.counts[countPositiveCopies]++
		case once(t):
			e.counts[countNegativeCopies]++
		default:
			return false
		}
		return true
	})
}

// forms is the normal forms of a text with and without its title. One without a letter or digit has none and stands for itself.
func forms(t hardneg.Text) [2]string {
	normal := func(s string) string { return cmp.Or(text.Normal(s), s) }
	alone := normal(t.Text)
	if t.Title == "" {
		return [2]string{alone, alone}
	}
	return [2]string{alone, normal(t.Title + " " + t.Text)}
}

func byScore(a, b hardneg.Text) int { return cmp.Compare(b.Score, a.Score) }

// splitOf draws the split of a passage from its id alone, so that a passage is on one side whatever else the corpus holds.
func splitOf(s config.Split, passage string) string {
	x := float64(hardneg.KeyOf("split", passage).Uint64()) / math.MaxUint64
	switch {
	case x < s.Train:
		return "train"
	case x < s.Train+s.Validation:
		return "validation"
	case s.Test > 0:
		return "test"
	}
	return "train" // the sum of the shares is 1 but for rounding
}

// write writes formats in one pass over the run. It returns the manifests by format.
func (e *exporter) write(ctx context.Context, formats []string, dir string, force, complete bool) (map[string]export.Manifest, error) {
	var sets []*export.Set
	defer func() {
		for _, s := range sets {
			s.Abort()
		}
	}()
	for _, f := range formats {
		s, err := export.Create(f, dir, export.Options{Force: force, Negatives: e.cfg.Export.Negatives, Pick: e.cfg.Export.Pick, Prompt: e.cfg.Export.Prompt})
		if err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	var err error
	if e.repeated, err = e.st.RepeatedNorms(ctx, e.chain); err != nil {
		return nil, err
	}
	languages := map[string]int{}
	for ex, err := range e.rows(ctx) {
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		for _, s := range sets {
			if err := s.Write(ex); err != nil {
				return nil, err
			}
		}
		countLanguage(languages, ex)
	}
	out := map[string]export.Manifest{}
	info := e.info(complete, languages)
	for i, s := range sets {
		m, err := s.Commit(info)
		if err != nil {
			return nil, err
		}
		out[formats[i]] = m
	}
	return out, nil
}
