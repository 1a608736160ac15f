package export

import (
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"path"

	"hardneg"
	"hardneg/internal/text"
)

// row is what Check knows of a row with texts. Formats without ids leave them empty.
type row struct {
	queryID   string
	passageID string
	query     string
	positives []gradedText // without grades
	negatives []gradedText
	spares    int         // how many of the negatives, the last ones, are spares
	found     []foundText // of the corpus

	hard *rowQueries // nil if it has none

	forms *rowForms // of its texts, see formed

	named       bool   // its texts have ids
	part        bool   // not all of its query: other rows of it stand before or after
	noNegatives bool   // it needs none: the format has none, or there are hard queries
	graded      bool   // the format says which grade a negative has, and where texts come from
	origin      Share  // of a graded row, but for what stands beside what
	fault       string // what the format's reader found wrong

	scores       []float64 // of texts, those that are given
	similarities []float64 // beside them
	disorder     disorder
}

// rowForms are by what the texts of a row are compared: two that have the same normal form, be it without their titles, count as equal.
type rowForms struct {
	positives, negatives []text.Form
	query                uint64 // the sum of its normal form
}

// formed adds the forms. It is done for many rows at a time.
func (w row) formed() row {
	f := &rowForms{query: text.NormalSum(w.query)}
	all := make([]text.Form, 0, len(w.positives)+len(w.negatives))
	for _, texts := range [...][]gradedText{w.positives, w.negatives} {
		for i := range texts {
			all = append(all, text.NewForm(texts[i].title, texts[i].text))
		}
	}
	f.positives, f.negatives = all[:len(w.positives)], all[len(w.positives):]
	w.forms = f
	w.findFound()
	if w.fault == "" && w.hasNUL() {
		w.fault = nulFault
	}
	if w.hard != nil {
		w.hard.form(w.positives)
	}
	return w
}

// gradedText is a text, whose title is empty where it has none or stands before it in one string.
type gradedText struct {
	title, text string
	grade       hardneg.Grade

	id, source string // where the format has them
}

// plainTexts are texts that are one string each.
func plainTexts(ss ...string) []gradedText {
	out := make([]gradedText, len(ss))
	for i, s := range ss {
		out[i].text = s
	}
	return out
}

func (w *row) addNegative(t *negative) {
	w.addScores(t.Score, t.Similarity)
	g := gradedText{title: t.Title, text: t.Text, grade: gradeOf(t.Grade), id: t.DocID, source: t.Source}
	w.negatives = append(w.negatives, g)
}

// gradeOf is the grade in a column; one that is none counts as the highest, so that it is found.
func gradeOf(column *int64) hardneg.Grade {
	if column == nil {
		return hardneg.Ungraded
	}
	g, err := hardneg.GradeOf(int(*column))
	if err != nil {
		return hardneg.Answers
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

	written map[string]uint64 // quick sums of the files by path, where they were just written

	last     map[string]string // query id of the split's last row
	asked    asked             // by the last row
	wordings hashes            // of the queries so far
	seed     maphash.Seed
	queries  hashes
	passages map[uint64]passageSum
	named    map[string]*gradedText // by a row
	group    group
	hard     hardQueries
	own      text.Forms // the texts on one side of a row
	orders   orders
	tables   tables
	origins  map[string]*Share // by split, of graded rows
}

func newChecker(root *os.Root, f *format, m Manifest) *checker {
	return &checker{
		root: root, format: f, manifest: m,
		perFile:  map[string]int{},
		last:     map[string]string{},
		seed:     maphash.MakeSeed(),
		passages: map[uint64]passageSum{},
		named:    map[string]*gradedText{},
		origins:  map[string]*Share{},
		hard:     hardQueries{pairs: m.hasHardQueries()},
		orders:   orders{similarities: m.options().Similarities},
	}
}

func (c *checker) add(file string, row int, rule, message string) {
	if c.perFile[file]++; c.perFile[file] <= maxViolations {
		c.found = append(c.found, Violation{File: file, Row: int64(row), Rule: rule, Message: message})
	}
}

// rows reads a data file back.
func (c *checker) rows(f File, r io.ReaderAt, size int64) {
	if path.Ext(f.Path) == ".parquet" || beginsAsParquet(r) {
		ok, err := c.layout(f, r, size)
		if err != nil {
			c.add(f.Path, 0, RuleUnreadable, err.Error())
		}
		if !ok || err != nil {
			return
		}
	}
	read := c.rowsOfTexts
	if c.format.tables != nil {
		read = c.table
	}
	n, err := read(f, r, size)
	if err != nil {
		c.add(f.Path, 0, RuleUnreadable, err.Error())
		return
	}
	if n != f.Rows {
		c.add(f.Path, 0, RuleRows, fmt.Sprintf("has %d rows, the manifest says %d", n, f.Rows))
	}
}

func (c *checker) rowsOfTexts(f File, r io.ReaderAt, size int64) (n int64, err error) {
	c.group = group{}
	err = c.format.read(c.manifest.Columns, r, size, func(at int, w row, err error) {
		n++
		switch {
		case err != nil:
			c.add(f.Path, at, RuleInvalidJSON, err.Error())
		case w.fault != "":
			c.add(f.Path, at, RuleShape, w.fault)
		default:
			if c.order(f, at, w.queryID, c.sum(w.queryID)) && len(w.positives) > 0 { // else it may be of a hard query, which others can have too
				c.wording(f, at, w.queryID, w.query, w.forms.query)
			}
			c.passage(f, at, &w)
			c.corpus(f, at, &w)
			c.ids(f.Path, at, &w)
			if c.format.asks {
				c.hardQueries(f, at, &w)
			}
			c.texts(f.Path, at, w)
			c.origin(f.Split, w)
			c.scores(f.Path, at, w)
			c.ordered(f.Path, at, &w)
			c.source(f.Path, at, &w)
		}
	})
	return n, err
}

// order checks that query ids rise over the files of a split, and that none has a row in another split: then isNew is false. Key is the
// hash of the id.
func (c *checker) order(f File, at int, id string, key uint64) (isNew bool) {
	if id == "" {
		return true
	}
	last := c.last[f.Split]
	c.last[f.Split] = id
	if !c.queries.add(key) {
		c.add(f.Path, at, RuleDuplicate, fmt.Sprintf("query %q has another row", id))
		return false
	}
	if id < last {
		c.add(f.Path, at, RuleOrder, fmt.Sprintf("query %q comes after %q", id, last))
	}
	return true
}

// asked is a query in a split.
type asked struct{ split, query string }

// wording checks that no other query has the text: it could have other answers there, or be tested with what is trained on. Sum is that of
// its normal form. Where a query has several rows, they are those that follow one another with its text.
func (c *checker) wording(f File, at int, id, query string, sum uint64) {
	this := asked{f.Split, query}
	if c.format.parts && this == c.asked {
		return
	}
	c.asked = this
	switch {
	case c.wordings.add(sum):
	case id != "":
		c.add(f.Path, at, RuleDuplicate, fmt.Sprintf("query %q has the text of another query, %.60q", id, query))
	default:
		c.add(f.Path, at, RuleDuplicate, fmt.Sprintf("%.60q is the text of another query too", query))
	}
}

// origin adds up where texts come from.
func (c *checker) origin(split string, w row) {
	if !w.graded {
		return
	}
	if c.origins[split] == nil {
		c.origins[split] = &Share{}
	}
	c.origins[split].Positives.plus(w.origin.Positives)
	c.origins[split].Negatives.plus(w.origin.Negatives)
}

// compareOrigins compares the shares of generated text with those that the card prints, and with one another where the manifest
// says that they are balanced. Where something else was found, they may well differ by that.
func (c *checker) compareOrigins() {
	if len(c.found) > 0 {
		return
	}
	for _, s := range c.manifest.Origins {
		got := c.origins[s.Split]
		if got != nil && (got.Positives != s.Positives || got.Negatives != s.Negatives) {
			c.add(manifestName, 0, RuleOrigin, fmt.Sprintf("says that %s of the positives and %s of the negatives of %s are generated; %s and %s are",
				share(s.Positives), share(s.Negatives), s.Split, share(got.Positives), share(got.Negatives)))
		}
		if c.manifest.Balanced && (!s.Positives.same(s.Negatives) || !s.BesideHuman.same(s.BesideGenerated)) {
			c.add(manifestName, 0, RuleOrigin, fmt.Sprintf("says that %s is balanced by origin, and it is not", s.Split))
		}
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
	c.compareOrders()
	c.compareOrigins()
}
