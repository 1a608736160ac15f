package export

import (
	"fmt"
	"hash/maphash"
	"strings"

	"hardneg"
)

// group is what stands on each side of a query so far, by sums of normal forms. Rows of one query follow one another.
type group struct {
	query     string
	positives map[uint64]bool
	negatives map[uint64]bool
	rows      map[uint64]bool
}

func (c *checker) enter(query string) {
	switch g := &c.group; {
	case g.rows == nil:
		*g = group{query, map[uint64]bool{}, map[uint64]bool{}, map[uint64]bool{}}
	case g.query != query:
		g.query = query
		clear(g.positives)
		clear(g.negatives)
		clear(g.rows)
	}
}

// texts checks what no trainer should meet: a text on both sides of its query, one that stands twice, one that was not graded.
func (c *checker) texts(file string, at int, w row) {
	negatives := len(w.negatives) - w.spares
	if !w.part && (len(w.positives) == 0 || negatives == 0 && !w.noNegatives) || len(w.positives)+negatives == 0 {
		c.add(file, at, RuleEmpty, fmt.Sprintf("%d positives and %d negatives", len(w.positives), negatives))
	}
	if strings.TrimSpace(w.query) == "" {
		c.add(file, at, RuleEmpty, "no query")
	}
	c.enter(w.queryID + "\x00" + w.query)
	var all maphash.Hash
	all.SetSeed(c.seed)
	note := func(s string, key uint64, negative bool) uint64 {
		if strings.TrimSpace(s) == "" {
			c.add(file, at, RuleEmpty, "a text of no characters")
		} else if c.own[key] {
			c.add(file, at, RuleRepeated, fmt.Sprintf("%.60q stands twice", s))
		}
		c.own[key] = true
		maphash.WriteComparable(&all, negative)
		maphash.WriteComparable(&all, key)
		return key
	}
	clear(c.own)
	for i, p := range w.positives {
		c.positive(file, at, note(p, w.sums.positives[i], false))
	}
	for i, key := range w.sums.untitled {
		c.bare(file, at, w.untitled[i], key)
		c.group.positives[key] = true
	}
	clear(c.own)
	for i, n := range w.negatives {
		note(n.text, w.sums.negatives[i].text, true)
		if n.untitled != "" {
			c.bare(file, at, n.untitled, w.sums.negatives[i].untitled)
		}
		what := fmt.Sprintf("negative %d", i)
		if i >= negatives {
			what = fmt.Sprintf("spare %d", i-negatives)
		}
		c.negative(file, at, what, n, w.sums.negatives[i])
		c.grade(file, at, what, n, w.graded)
	}
	if sum := all.Sum64(); c.group.rows[sum] {
		c.add(file, at, RuleRepeated, "the row stands twice")
	} else {
		c.group.rows[sum] = true
	}
}

// bare checks a text without its title, which formats of one string leave out where not all texts of a row have one.
func (c *checker) bare(file string, at int, s string, key uint64) {
	switch {
	case strings.TrimSpace(s) == "":
		c.add(file, at, RuleEmpty, "a text of no characters but its title's")
	case c.own[key]:
		c.add(file, at, RuleRepeated, fmt.Sprintf("%.60q stands twice, with or without a title", s))
	}
	c.own[key] = true
}

func (c *checker) positive(file string, at int, key uint64) {
	c.group.positives[key] = true
	if c.group.negatives[key] {
		c.add(file, at, RuleFalseNegative, "a positive is also a negative of its query")
	}
}

func (c *checker) negative(file string, at int, what string, n gradedText, sums gradedSum) {
	c.group.negatives[sums.text] = true
	if c.group.positives[sums.text] || n.untitled != "" && c.group.positives[sums.untitled] {
		c.add(file, at, RuleFalseNegative, what+" is also a positive")
	}
}

func (c *checker) grade(file string, at int, what string, n gradedText, graded bool) {
	switch {
	case graded && n.grade == hardneg.Ungraded:
		c.add(file, at, RuleUndecided, what+" has no grade: nobody decided on it")
	case n.grade != hardneg.Ungraded && n.grade.Value() > c.manifest.MaxNegativeGrade:
		c.add(file, at, RuleNegativeGrade, fmt.Sprintf("%s has grade %s, above %d", what, n.grade, c.manifest.MaxNegativeGrade))
	}
}
