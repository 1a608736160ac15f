package export

import (
	"fmt"
	"hash/maphash"
	"io"
	"os"

	"hardneg"
)

// checker collects the violations of one data set. Of the rows it keeps 64-bit hashes of the ids, some tens of bytes a
// query.
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
	err := c.format.read(f, r, size, func(at int, w row, err error) {
		n++
		if err != nil {
			c.add(f.Path, at, RuleInvalidJSON, err.Error())
			return
		}
		c.order(f, at, w)
		c.passage(f, at, w)
		c.texts(f.Path, at, w)
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
func (c *checker) order(f File, at int, w row) {
	if w.queryID == "" {
		return
	}
	last := c.last[f.Split]
	c.last[f.Split] = w.queryID
	key := maphash.String(c.seed, w.queryID)
	if _, twice := c.queries[key]; twice {
		c.add(f.Path, at, RuleDuplicate, fmt.Sprintf("query %q has another row", w.queryID))
		return
	}
	c.queries[key] = struct{}{}
	if w.queryID < last {
		c.add(f.Path, at, RuleOrder, fmt.Sprintf("query %q comes after %q", w.queryID, last))
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

func (c *checker) texts(file string, at int, w row) {
	if len(w.positives) == 0 || len(w.negatives) == 0 {
		c.add(file, at, RuleEmpty, fmt.Sprintf("%d positives and %d negatives", len(w.positives), len(w.negatives)))
	}
	positive := map[string]bool{}
	for _, p := range w.positives {
		positive[p] = true
	}
	for i, n := range w.negatives {
		if positive[n.text] {
			c.add(file, at, RuleFalseNegative, fmt.Sprintf("negative %d is also a positive", i))
		}
		if n.grade != hardneg.Ungraded && n.grade.Value() > c.manifest.MaxNegativeGrade {
			c.add(file, at, RuleNegativeGrade, fmt.Sprintf("negative %d has grade %s, above %d", i, n.grade, c.manifest.MaxNegativeGrade))
		}
	}
}

// totals compares the rows of the splits with the files that hold them.
func (c *checker) totals() {
	rows := rowsOf(c.manifest.Files)
	for _, split := range splits {
		if rows[split] != c.manifest.Rows[split] {
			c.add(manifestName, 0, RuleManifest,
				fmt.Sprintf("says %d rows in %s, its files have %d", c.manifest.Rows[split], split, rows[split]))
		}
	}
}
