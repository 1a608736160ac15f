package export

import (
	"fmt"
	"hash/maphash"
	"slices"

	"hardneg"
	"hardneg/internal/text"
)

// hardQueries is what is kept of the rows so far where there are hard queries. Pairs are of a query and a text with its title, by the sums of
// their normal forms: 10 to 15 bytes for each positive and each hard query.
type hardQueries struct {
	pairs            bool // the data set may have some, so that its pairs are compared
	answered, denied hashes

	of     asked  // the query at hand, where its hard queries are rows
	own    uint64 // the sum of it
	beside hashes // hard queries of it
}

// hardText is a hard query, with the grade of the passage for it, and the sum of its normal form.
type hardText struct {
	text  string
	grade hardneg.Grade
	sum   uint64
}

// hasHardQueries reports whether a data set may have some. Those of labelled pairs did not say so at first.
func (m *Manifest) hasHardQueries() bool {
	return m.HardQueries || slices.ContainsFunc(m.Columns, func(c Column) bool { return c.Name == "hard_queries" })
}

// rowQueries are the hard queries of a row.
type rowQueries struct {
	all    []hardText
	source int      // of the positives, the one that they were checked with; below 0 if it is not in the row
	titled []uint64 // the sums of the positives
}

// form adds the sums.
func (r *rowQueries) form(positives []gradedText) {
	for i := range r.all {
		r.all[i].sum = text.NormalSum(r.all[i].text)
	}
	r.titled = titledSums(positives)
}

func titledSums(texts []gradedText) []uint64 {
	sums := make([]uint64, len(texts))
	for i := range texts {
		sums[i] = text.TitledSum(texts[i].title, texts[i].text)
	}
	return sums
}

// hardQueries checks that no hard query of a row, or that is one, has the text of its query, of another hard query beside it, or of a query
// that its passage answers in whichever row.
func (c *checker) hardQueries(f File, at int, w *row) {
	h := &c.hard
	if c.format.parts && len(w.positives) == 0 {
		if c.asked != (asked{f.Split, w.query}) { // else it is a negative
			c.hardQuery(f.Path, at, hardText{text: w.query, sum: w.forms.query}, titledSums(w.negatives))
		}
		return
	}
	if !c.format.parts || h.of != c.asked {
		h.of, h.own = c.asked, w.forms.query
		h.beside.empty()
		if c.format.parts && h.pairs && c.group.query == w.query { // the row before is of a hard query with this text
			c.group = group{}
		}
	}
	if h.pairs {
		c.answers(f.Path, at, w)
	}
	if w.hard == nil {
		return
	}
	for i, q := range w.hard.all {
		c.hardGrade(f.Path, at, i, q.grade)
		c.hardQuery(f.Path, at, q, w.hard.titled[max(w.hard.source, 0):w.hard.source+1])
	}
}

// answers keeps what answers a query, which no hard query denies.
func (c *checker) answers(file string, at int, w *row) {
	var titled []uint64
	if w.hard != nil {
		titled = w.hard.titled
	} else {
		titled = titledSums(w.positives)
	}
	for _, sum := range titled {
		p := c.pair(w.forms.query, sum)
		c.hard.answered.add(p)
		if c.hard.denied.has(p) {
			c.add(file, at, RuleFalseNegative, fmt.Sprintf("%.60q is a hard query of a passage that is a positive here", w.query))
		}
	}
}

// hardGrade checks that the judges decided that the passage does not answer a hard query, whatever may stay a negative besides.
func (c *checker) hardGrade(file string, at, i int, grade hardneg.Grade) {
	switch highest := c.manifest.MaxNegativeGrade; {
	case grade == hardneg.Ungraded:
		c.add(file, at, RuleUndecided, fmt.Sprintf("hard query %d has no grade: nobody decided on it", i))
	case grade.Value() > highest:
		c.add(file, at, RuleNegativeGrade, fmt.Sprintf("hard query %d has grade %s, above %d", i, grade, highest))
	}
}

// hardQuery checks one, which is to be told from a passage; none where that is not in the row.
func (c *checker) hardQuery(file string, at int, q hardText, passage []uint64) {
	h := &c.hard
	switch isNew := h.beside.add(q.sum); {
	case q.sum == h.own:
		c.add(file, at, RuleFalseNegative, fmt.Sprintf("the hard query %.60q is the query that it stands beside", q.text))
		return
	case !isNew:
		c.add(file, at, RuleRepeated, fmt.Sprintf("the hard query %.60q stands twice", q.text))
		return
	case !h.pairs:
		return
	}
	for _, sum := range passage {
		p := c.pair(q.sum, sum)
		h.denied.add(p)
		if h.answered.has(p) {
			c.add(file, at, RuleFalseNegative, fmt.Sprintf("the hard query %.60q is a query that its passage is a positive of", q.text))
		}
	}
}

func (c *checker) pair(query, text uint64) uint64 {
	return maphash.Comparable(c.seed, [2]uint64{query, text})
}
