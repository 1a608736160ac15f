package export

import (
	"fmt"
	"hash/maphash"
	"io"
	"os"

	"hardneg"
	"hardneg/internal/text"
)

// row is what Check knows of a row: one with texts, or one of the tables of a format that keeps texts, queries and relations
// apart. Formats without ids leave them empty.
type row struct {
	queryID   string
	passageID string
	query     string
	positives []string
	untitled  []string // of the positives that have a title, the text without it
	negatives []gradedText

	part        bool   // not all of its query: other rows of it stand before or after
	noNegatives bool   // the format has none
	graded      bool   // the format says which grade a negative has
	fault       string // what the format's reader found wrong

	document *document
	question *question
	relation *relation
}

type gradedText struct {
	text, untitled string
	grade          hardneg.Grade
}

func (w *row) addPositive(title, s string) {
	w.positives = append(w.positives, passageText(hardneg.Text{Title: title, Text: s}))
	if title != "" {
		w.untitled = append(w.untitled, s)
	}
}

func newGradedText(title, s string) gradedText {
	g := gradedText{text: passageText(hardneg.Text{Title: title, Text: s})}
	if title != "" {
		g.untitled = s
	}
	return g
}

// checker collects the violations of one data set. Of the rows it keeps 64-bit hashes of the ids, some tens of bytes a
// query and, where there is a corpus, sixteen a text.
type checker struct {
	root     *os.Root
	format   *format
	manifest Manifest
	found    []Violation
	perFile  map[string]int

	last     map[string]string // query id of the split's last row
	seed     maphash.Seed
	queries  map[uint64]struct{}
	passages map[uint64]string // split
	group    group
	tables   tables
}

func newChecker(root *os.Root, f *format, m Manifest) *checker {
	return &checker{
		root: root, format: f, manifest: m,
		perFile:  map[string]int{},
		last:     map[string]string{},
		seed:     maphash.MakeSeed(),
		queries:  map[uint64]struct{}{},
		passages: map[uint64]string{},
	}
}

func (c *checker) add(file string, row int, rule, message string) {
	if c.perFile[file]++; c.perFile[file] <= maxViolations {
		c.found = append(c.found, Violation{File: file, Row: int64(row), Rule: rule, Message: message})
	}
}

// rows reads a data file back.
func (c *checker) rows(f File, r io.ReaderAt, size int64) {
	var n int64
	c.group = group{}
	err := c.format.read(f, r, size, func(at int, w row, err error) {
		n++
		switch {
		case err != nil:
			c.add(f.Path, at, RuleInvalidJSON, err.Error())
		case w.fault != "":
			c.add(f.Path, at, RuleShape, w.fault)
		case w.document != nil:
			c.document(f, *w.document)
		case w.question != nil:
			c.order(f, at, w.question.ID)
		case w.relation != nil:
			c.relation(f, at, *w.relation)
		default:
			c.order(f, at, w.queryID)
			c.passage(f, at, w)
			c.texts(f.Path, at, w)
		}
	})
	if err != nil {
		c.add(f.Path, 0, RuleUnreadable, err.Error())
		return
	}
	if n != f.Rows {
		c.add(f.Path, 0, RuleRows, fmt.Sprintf("has %d rows, the manifest says %d", n, f.Rows))
	}
}

// order checks that query ids rise over the files of a split, and that none has a row in another split.
func (c *checker) order(f File, at int, id string) {
	if id == "" {
		return
	}
	last := c.last[f.Split]
	c.last[f.Split] = id
	key := maphash.String(c.seed, id)
	if _, twice := c.queries[key]; twice {
		c.add(f.Path, at, RuleDuplicate, fmt.Sprintf("query %q has another row", id))
		return
	}
	c.queries[key] = struct{}{}
	if id < last {
		c.add(f.Path, at, RuleOrder, fmt.Sprintf("query %q comes after %q", id, last))
	}
}

// passage checks that the queries of a passage are in one split: else a test query is trained on.
func (c *checker) passage(f File, at int, w row) {
	if w.passageID == "" {
		return
	}
	key := maphash.String(c.seed, w.passageID)
	if other, ok := c.passages[key]; ok && other != f.Split {
		c.add(f.Path, at, RuleSplit, fmt.Sprintf("passage %q has queries in %s too", w.passageID, other))
		return
	}
	c.passages[key] = f.Split
}

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

// totals compares the rows of the splits with the files that hold them, and the tables with one another.
func (c *checker) totals() {
	rows := rowsOf(c.manifest.Files)
	for _, split := range splits {
		if rows[split] != c.manifest.Rows[split] {
			c.add(manifestName, 0, RuleManifest,
				fmt.Sprintf("says %d rows in %s, its files have %d", c.manifest.Rows[split], split, rows[split]))
		}
	}
	c.compareTables()
}
