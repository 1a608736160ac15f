package export

import (
	"fmt"
	"hash/maphash"

	"hardneg"
	"hardneg/internal/text"
)

// group is what stands on each side of a query so far, by hashes of normal forms. Rows of one query follow one another.
type group struct {
	query     string
	positives map[uint64]bool
	negatives map[uint64]bool
	rows      map[uint64]bool
}

func (c *checker) enter(query string) {
	if c.group.rows == nil || c.group.query != query {
		c.group = group{query: query, positives: map[uint64]bool{}, negatives: map[uint64]bool{}, rows: map[uint64]bool{}}
	}
}

// normal is the hash of what two texts that count as equal have in common. A text without a letter or digit has no normal
// form, and stands for itself.
func (c *checker) normal(s string) uint64 {
	if n := text.Normal(s); n != "" {
		s = n
	}
	return maphash.String(c.seed, s)
}

// texts checks what no trainer should meet: a text on both sides of its query, one that stands twice, one that was not graded.
func (c *checker) texts(file string, at int, w row) {
	if !w.part && (len(w.positives) == 0 || len(w.negatives) == 0 && !w.noNegatives) || len(w.positives)+len(w.negatives) == 0 {
		c.add(file, at, RuleEmpty, fmt.Sprintf("%d positives and %d negatives", len(w.positives), len(w.negatives)))
	}
	c.enter(w.queryID + "\x00" + w.query)
	var all maphash.Hash
	all.SetSeed(c.seed)
	own := map[uint64]bool{}
	note := func(s string, negative bool) uint64 {
		key := c.normal(s)
		if own[key] {
			c.add(file, at, RuleRepeated, fmt.Sprintf("%.60q stands twice", s))
		}
		own[key] = true
		maphash.WriteComparable(&all, negative)
		maphash.WriteComparable(&all, key)
		return key
	}
	for _, p := range w.positives {
		c.positive(file, at, note(p, false))
	}
	for _, p := range w.untitled {
		c.group.positives[c.normal(p)] = true
	}
	own = map[uint64]bool{}
	for i, n := range w.negatives {
		c.negative(file, at, i, n, note(n.text, true))
		c.grade(file, at, i, n, w.graded)
	}
	if sum := all.Sum64(); c.group.rows[sum] {
		c.add(file, at, RuleRepeated, "the row stands twice")
	} else {
		c.group.rows[sum] = true
	}
}

func (c *checker) positive(file string, at int, key uint64) {
	c.group.positives[key] = true
	if c.group.negatives[key] {
		c.add(file, at, RuleFalseNegative, "a positive is also a negative of its query")
	}
}

func (c *checker) negative(file string, at, i int, n gradedText, key uint64) {
	c.group.negatives[key] = true
	if c.group.positives[key] || n.untitled != "" && c.group.positives[c.normal(n.untitled)] {
		c.add(file, at, RuleFalseNegative, fmt.Sprintf("negative %d is also a positive", i))
	}
}

func (c *checker) grade(file string, at, i int, n gradedText, graded bool) {
	switch {
	case graded && n.grade == hardneg.Ungraded:
		c.add(file, at, RuleUndecided, fmt.Sprintf("negative %d has no grade: nobody decided on it", i))
	case n.grade != hardneg.Ungraded && n.grade.Value() > c.manifest.MaxNegativeGrade:
		c.add(file, at, RuleNegativeGrade, fmt.Sprintf("negative %d has grade %s, above %d", i, n.grade, c.manifest.MaxNegativeGrade))
	}
}
