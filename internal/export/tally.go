package export

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"hardneg"
	"hardneg/internal/text"
)

// tally is what the card says of the texts that were written.
type tally struct {
	queries, positives, negatives int64
	spares                        int64
	pooled                        bool // rows have a column for spares
	queryChars, positiveChars     int64
	generated, others             length // of negatives
	from                          map[origin]*int64
	last                          origin // of the last negative, and its count
	lastFrom                      *int64
	grades                        [hardneg.Answers + 1]int64
	scores                        float64
	scored                        int64
}

// length is that of some texts together.
type length struct{ texts, chars int64 }

func (l *length) add(s string) {
	l.texts++
	l.chars += chars(s)
}

// origin is where negatives come from.
type origin struct{ Source, Strategy, Model string }

func newTally() tally { return tally{from: map[origin]*int64{}} }

func (t *tally) add(ex hardneg.Example) {
	t.queries++
	t.queryChars += chars(ex.Query)
	for _, p := range ex.Positives {
		t.positives++
		t.positiveChars += chars(p.Text)
	}
	t.spares += int64(len(ex.Spares))
	for i := range ex.Negatives {
		n := &ex.Negatives[i]
		t.negatives++
		if n.Source == hardneg.SourceGenerated {
			t.generated.add(n.Text)
		} else {
			t.others.add(n.Text)
		}
		*t.of(origin{string(n.Source), n.Strategy, n.Model})++
		t.grades[n.Grade]++
		if n.HasScore {
			t.scored++
			t.scores += n.Score
		}
	}
}

// of is the count of an origin. Most negatives have that of the one before.
func (t *tally) of(o origin) *int64 {
	if t.lastFrom != nil && t.last == o {
		return t.lastFrom
	}
	n := t.from[o]
	if n == nil {
		n = new(int64)
		t.from[o] = n
	}
	t.last, t.lastFrom = o, n
	return n
}

func chars(s string) int64 { return int64(text.Runes(s)) }

// sourceShare is a row of the card's table of sources.
type sourceShare struct {
	origin
	N     int64
	Share string
}

func (t *tally) sources() (all []sourceShare) {
	for _, o := range slices.SortedFunc(maps.Keys(t.from), func(a, b origin) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Strategy, b.Strategy), cmp.Compare(a.Model, b.Model))
	}) {
		all = append(all, sourceShare{o, *t.from[o], percent(*t.from[o], t.negatives)})
	}
	return all
}

func percent(n, of int64) string {
	if of == 0 {
		return "none"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of))
}

// byGrade is the shares of the negatives' grades.
func (t *tally) byGrade() (all [][2]string) {
	for g := hardneg.Irrelevant; g <= hardneg.Answers; g++ {
		if n := t.grades[g]; n > 0 {
			all = append(all, [2]string{g.String(), percent(n, t.negatives)})
		}
	}
	return all
}

// figures are means over what was written.
func (t *tally) figures() (all [][2]string) {
	mean := func(name string, sum, n int64) {
		if n > 0 {
			all = append(all, [2]string{name, fmt.Sprintf("%.2f", float64(sum)/float64(n))})
		}
	}
	mean("positives per query", t.positives, t.queries)
	mean("negatives per query", t.negatives, t.queries)
	if t.pooled {
		mean("spares per query, beside these", t.spares, t.queries)
	}
	mean("characters of a query", t.queryChars, t.queries)
	mean("characters of a positive", t.positiveChars, t.positives)
	mean("characters of a generated negative", t.generated.chars, t.generated.texts)
	mean("characters of another negative", t.others.chars, t.others.texts)
	if t.scored > 0 {
		all = append(all, [2]string{"score of a negative, 0-1", fmt.Sprintf("%.3f", t.scores/float64(t.scored))})
	}
	return all
}

// kappa is the agreement of two judges in words.
func kappa(a Agreement) string {
	if math.IsNaN(a.Kappa) {
		return "not defined"
	}
	return fmt.Sprintf("%.2f", a.Kappa)
}
