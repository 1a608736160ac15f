package main

import (
	"context"
	"sync"

	"hardneg"
	"hardneg/internal/text"
	"hardneg/relabel"
	"hardneg/store"
)

// answers are what is known to answer a query text, by the openings of the texts.
type answers map[uint64][]answer

// answer is a text, with a query that it is an answer of.
type answer struct {
	text  *text.Form
	query hardneg.Key
}

// add takes an answer of a query; the first query that has it stays.
func (a answers) add(query hardneg.Key, f text.Form) {
	openings := f.Openings()
	for _, known := range a[openings[0]] {
		if known.text.Sums() == f.Sums() {
			return
		}
	}
	for i, o := range openings {
		if i == 0 || o != openings[0] {
			a[o] = append(a[o], answer{&f, query})
		}
	}
}

// of returns a query that a text is an answer of.
func (a answers) of(f *text.Form) (query hardneg.Key, ok bool) {
	if len(a) == 0 {
		return query, false
	}
	for _, o := range f.Openings() {
		for _, known := range a[o] {
			if known.text.Same(f) {
				return known.query, true
			}
		}
	}
	return query, false
}

// compact makes answers take a few bytes each, not the texts.
func (a answers) compact() {
	for _, of := range a {
		for _, known := range of {
			known.text.Compact()
		}
	}
}

// kin finds what the queries of a run that have one text are known to be answered by, whichever of them it is known of.
type kin struct {
	askers store.Askers

	mu   sync.Mutex
	many map[int64]answers // of texts that so many queries have that they are not read again for each of them
}

func newKin(askers store.Askers) *kin { return &kin{askers: askers, many: map[int64]answers{}} }

// manyAskers is how many queries of one text are read once for all of them.
const manyAskers = 8

// others are what is known of the texts that a chunk of queries is concerned with: their own where other queries have them too, and
// those of their hard queries where any query has them. They are by the hash of the text, without texts that no query has; norms are the
// hashes of the queries.
func (e *exporter) others(ctx context.Context, qs []store.QueryState, norms []int64) (map[int64]answers, error) {
	out := map[int64]answers{}
	for i := range qs {
		q := &qs[i]
		if err := e.othersOf(ctx, norms[i], 1, out); err != nil {
			return nil, err
		}
		for _, c := range q.Candidates {
			if c.Was != hardneg.LabelHardQuery {
				continue
			}
			if err := e.othersOf(ctx, int64(normOf(c.Text)), 0, out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// othersOf adds what is known of a text that more than so many queries have.
func (e *exporter) othersOf(ctx context.Context, norm int64, more int, out map[int64]answers) error {
	askers := e.kin.askers.Of(norm)
	if out[norm] != nil || len(askers) <= more {
		return nil
	}
	if len(askers) >= manyAskers {
		e.kin.mu.Lock()
		defer e.kin.mu.Unlock()
		if known := e.kin.many[norm]; known != nil {
			out[norm] = known
			return nil
		}
	}
	known := answers{}
	for from := 0; from < len(askers); from += aheadBatch {
		if err := e.readAnswers(ctx, askers[from:min(from+aheadBatch, len(askers))], known); err != nil {
			return err
		}
	}
	if len(askers) >= manyAskers {
		e.kin.many[norm] = known
	}
	out[norm] = known
	return nil
}

func (e *exporter) readAnswers(ctx context.Context, askers []store.Asker, into answers) error {
	rows := make([]int64, len(askers))
	for i, a := range askers {
		rows[i] = a.Row
	}
	qs, err := e.st.States(ctx, rows, e.chain)
	for _, q := range qs {
		e.answersOf(q, decideAll(e.rules.For(q.Source), q.Candidates), func(f text.Form) { into.add(q.Key, f) })
	}
	into.compact()
	return err
}

// answersOf visits what is known to answer a query: its own passage, unless the judges have not confirmed that of a written query; what came
// as its positive with an import, also where the judges dispute it; and what they found.
func (e *exporter) answersOf(q store.QueryState, decisions []hardneg.Decision, visit func(text.Form)) {
	if e.answeredByOwn(q) {
		visit(text.NewForm(q.Passage.Title, q.Passage.Text))
	}
	for i, d := range decisions {
		c := &q.Candidates[i]
		given := c.Was == hardneg.LabelPositive && c.Source == hardneg.SourceImported
		if given || e.rules.Answers(d) {
			visit(text.NewForm(c.Title, c.Text))
		}
	}
}

func (e *exporter) answeredByOwn(q store.QueryState) bool {
	if q.Origin.Method == importedMethod || e.chain.Verify == 0 {
		return true
	}
	v, ok := relabel.Final(q.Source)
	return ok && v.Grade != hardneg.Ungraded && v.Grade.Value() >= e.cfg.Judge.PositiveAt
}

// dropAnswers leaves out the negatives, of these forms, that are known to answer the query's text: of the query itself, or of another with
// the same text.
func (e *exporter) dropAnswers(q *store.QueryState, texts []hardneg.Text, forms, own text.Forms, known answers) (left []hardneg.Text) {
	left = texts[:0]
	for i := range texts {
		query, ok := q.Key, own.Has(forms[i])
		if !ok {
			query, ok = known.of(forms[i])
		}
		if ok {
			e.counts[countKnownAnswer]++
			e.tell("%s is no negative: it is known to answer the same query, of query %s", texts[i].DocID, query)
			continue
		}
		left = append(left, texts[i])
	}
	return left
}

// tell says what a row goes without, to who looks at one row.
func (e *exporter) tell(format string, args ...any) {
	if e.say != nil {
		e.say(format, args...)
	}
}

// leaves counts a text that is decided and has no place in its row, and tells why.
func (e *exporter) leaves(count string, t *hardneg.Text, why string) {
	e.counts[count]++
	e.tellLeft(t, why)
}

func (e *exporter) tellLeft(t *hardneg.Text, why string) {
	if e.say != nil {
		e.say("%s is left out: %s", t.DocID, why)
	}
}

// refuses counts a query that has no row, and tells why.
func (e *exporter) refuses(count, why string) {
	e.counts[count]++
	if e.say != nil {
		e.say("no row: %s", why)
	}
}
