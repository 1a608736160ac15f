package export

import (
	"fmt"
	"slices"
	"strings"

	"hardneg"
	"hardneg/internal/text"
)

// group is what stands on each side of a query so far. Rows of one query follow one another.
type group struct {
	queryID, query       string
	positives, negatives text.Forms
	rows                 []*rowForms
}

func (c *checker) enter(queryID, query string) {
	if g := &c.group; g.queryID != queryID || g.query != query {
		clear(g.rows)
		*g = group{queryID, query, g.positives[:0], g.negatives[:0], g.rows[:0]}
	}
}

// repeats reports that a row has the texts of another one of its query, in their order.
func (f *rowForms) repeats(other *rowForms) bool {
	same := func(a, b []text.Form) bool {
		if len(a) != len(b) {
			return false
		}
		for i := range a {
			if !a[i].Same(&b[i]) {
				return false
			}
		}
		return true
	}
	return same(f.negatives, other.negatives) && same(f.positives, other.positives)
}

// texts checks what no trainer should meet: a text on both sides of its query, one that stands twice, one that was not graded.
func (c *checker) texts(file string, at int, w row) {
	negatives := len(w.negatives) - w.spares
	if !w.part && (len(w.positives) == 0 || negatives == 0 && !w.noNegatives) || len(w.positives)+negatives == 0 {
		c.add(file, at, RuleEmpty, fmt.Sprintf("%d positives and %d negatives", len(w.positives), negatives))
	}
	if isBlank(w.query) {
		c.add(file, at, RuleEmpty, "no query")
	}
	c.enter(w.queryID, w.query)
	c.own = c.own[:0]
	for i := range w.forms.positives {
		f := &w.forms.positives[i]
		c.once(file, at, f)
		if c.group.negatives.Has(f) {
			c.add(file, at, RuleFalseNegative, "a positive is also a negative of its query")
		}
		c.group.positives.Add(f)
	}
	c.own = c.own[:0]
	for i := range w.negatives {
		f, what := &w.forms.negatives[i], spot{i, negatives}
		c.once(file, at, f)
		if c.group.positives.Has(f) {
			c.add(file, at, RuleFalseNegative, what.String()+" is also a positive")
		}
		c.group.negatives.Add(f)
		c.grade(file, at, what, w.negatives[i].grade, w.graded)
	}
	if slices.ContainsFunc(c.group.rows, w.forms.repeats) {
		c.add(file, at, RuleRepeated, "the row stands twice")
	} else {
		c.group.rows = append(c.group.rows, w.forms)
	}
}

const nulFault = "a text has a NUL character, which not every reader gives back"

func hasNUL(s string) bool { return strings.IndexByte(s, 0) >= 0 }

func (w *row) hasNUL() bool {
	has := func(t gradedText) bool { return hasNUL(t.text) || hasNUL(t.title) }
	hard := func(q hardText) bool { return hasNUL(q.text) }
	return hasNUL(w.query) || slices.ContainsFunc(w.positives, has) || slices.ContainsFunc(w.negatives, has) || w.hard != nil && slices.ContainsFunc(w.hard.all, hard)
}

// spot is that of a negative or, behind so many negatives, of a spare.
type spot struct{ i, negatives int }

func (p spot) String() string {
	if p.i >= p.negatives {
		return fmt.Sprintf("spare %d", p.i-p.negatives)
	}
	return fmt.Sprintf("negative %d", p.i)
}

// once checks that a text says something, without its title too, which formats of one string leave out where not all texts of a row have
// one, and that it does not stand on its side of the row already.
func (c *checker) once(file string, at int, f *text.Form) {
	switch {
	case isBlank(f.Text) && f.Title == "":
		c.add(file, at, RuleEmpty, "a text of no characters")
	case isBlank(f.Text):
		c.add(file, at, RuleEmpty, "a text of no characters but its title's")
	case c.own.Has(f):
		c.add(file, at, RuleRepeated, fmt.Sprintf("%.60q stands twice, with or without a title", f.Text))
	}
	c.own = append(c.own, f)
}

func (c *checker) grade(file string, at int, what spot, grade hardneg.Grade, graded bool) {
	switch {
	case graded && grade == hardneg.Ungraded:
		c.add(file, at, RuleUndecided, what.String()+" has no grade: nobody decided on it")
	case grade != hardneg.Ungraded && grade.Value() > c.manifest.MaxNegativeGrade:
		c.add(file, at, RuleNegativeGrade, fmt.Sprintf("%s has grade %s, above %d", what, grade, c.manifest.MaxNegativeGrade))
	}
}
