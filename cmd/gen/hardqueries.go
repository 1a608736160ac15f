package main

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
	"hardneg/internal/llm"
	"hardneg/internal/text"
	"hardneg/judge"
	"hardneg/relabel"
	"hardneg/store"
)

// makesHardQueries reports whether a config asks for hard queries.
func makesHardQueries(cfg *config.Config) bool {
	return slices.ContainsFunc(cfg.Generate.Negatives, func(s config.Strategy) bool { return s.Strategy == generate.HardQuery })
}

// hardQueries reports whether a strategy makes queries in place of texts, whose judges have to see the query's own passage.
func (p *parts) hardQueries() bool { return makesHardQueries(p.cfg) }

// judgeItems takes the candidates of a query through the cascade: texts as answers to the query, and hard queries each with the query's
// own passage as the answer, which plain judges look at.
func judgeItems(ctx context.Context, c, plain *judge.Cascade, it store.QueryItem, items []judge.Item, known []string) (judge.Judgement, error) {
	out := judge.Judgement{New: make([][]hardneg.Verdict, len(items)), Opinions: make([][]hardneg.Opinion, len(items))}
	var texts []int
	var planned error
	some := func(c *judge.Cascade, q hardneg.Query, which []int, items []judge.Item) error {
		j, err := c.Judge(ctx, judge.About{Query: q, Known: known, Retries: it.Retries}, items)
		if errors.Is(err, llm.ErrPlanned) {
			planned = err // and the others are asked for in the same batch
			return nil
		}
		for n, i := range which {
			if err == nil {
				out.New[i], out.Opinions[i] = j.New[n], j.Opinions[n]
			}
		}
		out.Repaired = append(out.Repaired, j.Repaired...)
		return err
	}
	for i, item := range items {
		if item.Candidate.Was != hardneg.LabelHardQuery {
			texts = append(texts, i)
			continue
		}
		q := it.Query
		q.Text = item.Candidate.Text
		item.Candidate.Title, item.Candidate.Text = it.Passage.Title, it.Passage.Text
		if err := some(plain, q, []int{i}, []judge.Item{item}); err != nil {
			return judge.Judgement{}, err
		}
	}
	of := make([]judge.Item, len(texts))
	for n, i := range texts {
		of[n] = items[i]
	}
	if err := some(c, it.Query, texts, of); err != nil {
		return judge.Judgement{}, err
	}
	return out, planned
}

// decideAll decides on the candidates of a query. What is found of a hard query is a matter of its own: it has a place if the passage does
// not answer it, none if that is in doubt, and one that is answered says nothing against the query's negatives.
func decideAll(rules relabel.Rules, cs []store.CandidateRow) []hardneg.Decision {
	if !hasHardQuery(cs) {
		return rules.Decide(judged(cs))
	}
	own := rules
	own.Policy, own.KeepAmbiguous, own.GeneratedPositive, own.Margin = relabel.RemoveNegative, false, false, nil
	out := make([]hardneg.Decision, len(cs))
	var texts []int
	for i, c := range cs {
		if c.Was != hardneg.LabelHardQuery {
			texts = append(texts, i)
			continue
		}
		d := own.Decide(judged([]store.CandidateRow{c}))[0]
		if d.Policy = rules.Policy; d.Label == hardneg.LabelNegative {
			d.Label = hardneg.LabelHardQuery
		}
		out[i] = d
	}
	of := make([]store.CandidateRow, len(texts))
	for n, i := range texts {
		of[n] = cs[i]
	}
	for n, d := range rules.Decide(judged(of)) {
		out[texts[n]] = d
	}
	return out
}

// hardQueryDecided counts a hard query that is none by what was found.
func (e *exporter) hardQueryDecided(d *hardneg.Decision) {
	switch d.Label {
	case hardneg.LabelHardQuery:
	case hardneg.LabelUndecided:
		e.counts[countQueryUndecided]++
	case hardneg.LabelFailed:
		e.counts[countQueryFailed]++
	default:
		e.counts[countQueryAnswered]++
	}
}

// hardQueriesOf are the hard queries among decisions, hardest first.
func hardQueriesOf(cs []store.CandidateRow, ds []hardneg.Decision) (out []hardneg.HardQuery) {
	for i, d := range ds {
		if d.Label == hardneg.LabelHardQuery {
			out = append(out, hardneg.HardQuery{Key: cs[i].Key, Text: cs[i].Text, Grade: d.Grade, Score: d.Score})
		}
	}
	slices.SortStableFunc(out, func(a, b hardneg.HardQuery) int {
		return cmp.Compare(b.Score, a.Score)
	})
	return out
}

// soundQueries are the hard queries of a row that stand in the export too. They were checked and graded with the query's own passage alone:
// where another text is the positive, nothing is known of them. None may be a query that its passage is known to answer, or one of a test.
func (e *exporter) soundQueries(s seats, q store.QueryState, ex hardneg.Example, known map[int64]answers) (left []hardneg.HardQuery) {
	passage := text.NewForm(q.Passage.Title, q.Passage.Text)
	copies := copiedQueries(s, ex.HardQueries)
	for _, h := range ex.HardQueries {
		why := ""
		if copies[h.Key] {
			why = countQueryCopies
		} else if p := &ex.Positives[0]; p.DocID != q.PassageID || p.Text != q.Passage.Text { // an import may bring another text under its id
			why = countQueryReplaced
		} else if _, ok := known[int64(normOf(h.Text))].of(&passage); ok {
			why = countQueryKnown
		} else if e.tests != nil && (e.tests.equal[text.Sum(h.Text)] || e.tests.sees(h.Text)) {
			why = countQueryTest
		}
		if why == "" {
			left = append(left, h)
			continue
		}
		e.counts[why]++
		e.tell("%s: %q", why, h.Text)
	}
	return left
}

// copiedQueries are the hard queries that are another one, of another entry. Of such, the lowest key stays, and spares go first.
func copiedQueries(s seats, hard []hardneg.HardQuery) map[hardneg.Key]bool {
	if len(hard) < 2 {
		return nil
	}
	inOrder := slices.Clone(hard)
	slices.SortFunc(inOrder, func(a, b hardneg.HardQuery) int {
		return cmp.Or(cmp.Compare(s[a.Key].rank, s[b.Key].rank), slices.Compare(a.Key[:], b.Key[:]))
	})
	copies, seen := map[hardneg.Key]bool{}, map[uint64]bool{}
	for _, h := range inOrder {
		sum := text.NormalSum(h.Text)
		if seen[sum] {
			copies[h.Key] = true
		}
		seen[sum] = true
	}
	return copies
}
