package main

import (
	"context"
	"errors"
	"slices"

	"hardneg"
	"hardneg/judge"
	"hardneg/prompts"
	"hardneg/relabel"
	"hardneg/store"
)

// judging reads the candidates of a batch, with the verdicts that stand on them. With relabel, what is judged is decided in the same
// transaction: it would have to be read again, and written by another one.
func (p *pipeline) judging(relabel bool) preparer {
	return func(ctx context.Context, batch []store.QueryItem) (doer, error) {
		before := p.chain.Judge
		if !p.joined() && !slices.ContainsFunc(batch, func(it store.QueryItem) bool { return it.Retries > 0 }) {
			before = 0 // there are no earlier verdicts to read
		}
		sources, err := p.sources(ctx, batch)
		if err != nil {
			return nil, err
		}
		cs, err := p.st.CandidatesOf(ctx, rowsOf(batch), p.chain.Negatives, before)
		return func(ctx context.Context, it store.QueryItem) error {
			decide := func(cs []store.CandidateRow) *store.Decided {
				if !relabel {
					return nil
				}
				return p.decide(it, sources[it.Row], cs)
			}
			return p.doJudge(ctx, it, cs[it.Row], decide)
		}, err
	}
}

// known is what is known to answer a query, for judges that compare.
func (p *pipeline) known(it store.QueryItem) []string {
	if !p.cascade.Compares() {
		return nil
	}
	return []string{prompts.PassageText(it.Passage.Title, it.Passage.Text)}
}

// toJudge is what stage judge follows; the passages are read only where a judge needs them.
func (p *pipeline) toJudge() store.Upstream {
	return store.Upstream{Recipe: p.chain.Negatives, Tasks: true, Bare: !p.cascade.Compares() && !p.hardQueries()}
}

func rowsOf(batch []store.QueryItem) []int64 {
	rows := make([]int64, len(batch))
	for i, it := range batch {
		rows[i] = it.Row
	}
	return rows
}

func (p *pipeline) doJudge(ctx context.Context, it store.QueryItem, cs []store.CandidateRow, decide func([]store.CandidateRow) *store.Decided) error {
	items := make([]judge.Item, len(cs))
	for i, c := range cs {
		items[i] = judge.Item{Candidate: c.Candidate, Verdicts: c.Verdicts}
	}
	j, err := judgeItems(ctx, p.cascade, p.plain, it, items, p.known(it))
	if err != nil {
		return err
	}
	var out []store.CandidateVerdicts
	for i, c := range cs {
		if len(j.New[i]) == 0 {
			continue // judged and counted before
		}
		o := store.CandidateVerdicts{Row: c.Row, Verdicts: j.New[i], Opinions: j.Opinions[i], Outcome: hardneg.Done}
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
	return p.st.SaveVerdicts(store.Task{Recipe: p.chain.Judge, Input: it.Row, Repaired: j.Repaired}, out, decide(cs))
}

// relabelling reads the candidates of a batch with all verdicts.
func (p *pipeline) relabelling(ctx context.Context, batch []store.QueryItem) (doer, error) {
	sources, err := p.sources(ctx, batch)
	if err != nil {
		return nil, err
	}
	cs, err := p.st.VerdictsOf(ctx, rowsOf(batch), p.chain.Negatives, p.chain.Judge)
	return func(_ context.Context, it store.QueryItem) error {
		return p.st.SaveDecisions(*p.decide(it, sources[it.Row], cs[it.Row]))
	}, err
}

// sources reads what was said of the own passages of queries, where that decides anything.
func (p *pipeline) sources(ctx context.Context, batch []store.QueryItem) (map[int64][]hardneg.Verdict, error) {
	if !p.rules.NeedsSource() {
		return nil, nil
	}
	return p.st.SourceVerdicts(ctx, rowsOf(batch), p.chain.Verify)
}

// decide applies the rules to the candidates of a query, with all verdicts on them.
func (p *pipeline) decide(it store.QueryItem, source []hardneg.Verdict, cs []store.CandidateRow) *store.Decided {
	out := &store.Decided{Task: store.Task{Recipe: p.chain.Relabel, Input: it.Row}}
	for i, d := range decideAll(p.rules.For(source), cs) {
		if d.Label != hardneg.LabelFailed { // failed in stage judge; there is nothing to decide
			out.Candidates = append(out.Candidates, store.CandidateDecision{Row: cs[i].Row, Decision: d})
		}
	}
	return out
}

func judged(cs []store.CandidateRow) []relabel.Judged {
	out := make([]relabel.Judged, len(cs))
	for i := range cs {
		out[i].Candidate, out[i].Verdicts = cs[i].Candidate, cs[i].Verdicts
	}
	return out
}
