package main

import (
	"context"
	"errors"
	"slices"

	"hardneg"
	"hardneg/judge"
	"hardneg/relabel"
	"hardneg/store"
)

// judging reads the candidates of a batch, with the verdicts that stand on them. With relabel, what is judged is decided in the same
// transaction: it would have to be read again, and written by another one.
func (p *pipeline) judging(relabel bool) preparer {
	return func(ctx context.Context, batch []store.QueryItem) (doer, error) {
		before := p.chain.Judge
		if !p.imported && !slices.ContainsFunc(batch, func(it store.QueryItem) bool { return it.Retries > 0 }) {
			before = 0 // there are no earlier verdicts to read
		}
		cs, err := p.st.CandidatesOf(ctx, rowsOf(batch), p.chain.Negatives, before)
		return func(ctx context.Context, it store.QueryItem) error { return p.doJudge(ctx, it, cs[it.Row], relabel) }, err
	}
}

func rowsOf(batch []store.QueryItem) []int64 {
	rows := make([]int64, len(batch))
	for i, it := range batch {
		rows[i] = it.Row
	}
	return rows
}

func (p *pipeline) doJudge(ctx context.Context, it store.QueryItem, cs []store.CandidateRow, relabelNow bool) error {
	items := make([]judge.Item, len(cs))
	for i, c := range cs {
		items[i] = judge.Item{Candidate: c.Candidate, Verdicts: c.Verdicts}
	}
	j, err := judgeItems(ctx, p.cascade, it, items, it.Retries)
	if err != nil {
		return err
	}
	var out []store.CandidateVerdicts
	for i, c := range cs {
		if len(j.New[i]) == 0 {
			continue // judged and counted before
		}
		o := store.CandidateVerdicts{Row: c.Row, Verdicts: j.New[i], Outcome: hardneg.Done}
		cs[i].Verdicts = append(c.Verdicts, j.New[i]...)
		last, ok := relabel.Final(cs[i].Verdicts)
		if !ok {
			return errors.New("a candidate was left without a verdict")
		}
		if last.Failure != "" {
			o.Outcome, o.Reason = hardneg.Failed, last.Failure
		} else if last.Unsure {
			o.Reason = "undecided"
		}
		out = append(out, o)
	}
	var d *store.Decided
	if relabelNow {
		d = p.decide(it, cs)
	}
	return p.st.SaveVerdicts(store.Task{Recipe: p.chain.Judge, Input: it.Row, Repaired: j.Repaired}, out, d)
}

// relabelling reads the candidates of a batch with all verdicts.
func (p *pipeline) relabelling(ctx context.Context, batch []store.QueryItem) (doer, error) {
	cs, err := p.st.VerdictsOf(ctx, rowsOf(batch), p.chain.Negatives, p.chain.Judge)
	return func(_ context.Context, it store.QueryItem) error { return p.doRelabel(it, cs[it.Row]) }, err
}

func (p *pipeline) doRelabel(it store.QueryItem, cs []store.CandidateRow) error {
	return p.st.SaveDecisions(*p.decide(it, cs))
}

// decide applies the rules to the candidates of a query, with all verdicts on them.
func (p *pipeline) decide(it store.QueryItem, cs []store.CandidateRow) *store.Decided {
	out := &store.Decided{Task: store.Task{Recipe: p.chain.Relabel, Input: it.Row}}
	for i, d := range decideAll(p.rules, cs) {
		if d.Label != hardneg.LabelFailed { // failed in stage judge; there is nothing to decide
			out.Candidates = append(out.Candidates, store.CandidateDecision{Row: cs[i].Row, Decision: d})
		}
	}
	return out
}

func judged(cs []store.CandidateRow) []relabel.Judged {
	out := make([]relabel.Judged, len(cs))
	for i, c := range cs {
		out[i] = relabel.Judged{Candidate: c.Candidate, Verdicts: c.Verdicts}
	}
	return out
}
