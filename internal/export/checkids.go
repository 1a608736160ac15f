package export

import (
	"fmt"
	"slices"

	"github.com/cespare/xxhash/v2"

	"hardneg"
)

// passageSum is what is kept of a passage of the corpus, by the hash of its id: in its lowest bits the split, above these the sum of its
// text; either is 0 where it is not known yet.
type passageSum uint64

const splitBits = 2

func (p passageSum) split() int { return int(p & (1<<splitBits - 1)) }

func (p passageSum) text() uint64 { return uint64(p >> splitBits) }

// foundText is a text of the corpus in a row: the query's own passage, or one that was mined.
type foundText struct {
	id  string
	sum uint64 // of the text as it is, as a passageSum has it
}

// findFound keeps what has to be the same in all rows.
func (w *row) findFound() {
	for _, texts := range [...][]gradedText{w.positives, w.negatives} {
		for i := range texts {
			if t := &texts[i]; t.id != "" && t.inCorpus() {
				w.found = append(w.found, foundText{t.id, sumOfFound(t.text)})
			}
		}
	}
}

func (t *gradedText) inCorpus() bool {
	return t.source == string(hardneg.SourcePassage) || t.source == string(hardneg.SourceMined)
}

func sumOfFound(text string) uint64 { return max(xxhash.Sum64String(text)>>splitBits, 1) }

// passage checks that the queries of a passage are in one split: else a test query is trained on.
func (c *checker) passage(f File, at int, w *row) {
	if w.passageID != "" && !c.inSplit(c.sum(w.passageID), f.Split) {
		c.add(f.Path, at, RuleSplit, fmt.Sprintf("passage %q has queries in %s too", w.passageID, c.splitOf(w.passageID)))
	}
}

// corpus checks that a text which was found in the corpus is of the split of its query: else a model is trained on what it is tested with.
// And that it is the same text wherever its id stands.
func (c *checker) corpus(f File, at int, w *row) {
	for _, found := range w.found {
		key := c.sum(found.id)
		if !c.inSplit(key, f.Split) && found.id != w.passageID {
			c.add(f.Path, at, RuleSplit, fmt.Sprintf("passage %q, a text of this row, is of %s", found.id, c.splitOf(found.id)))
		}
		switch was := c.passages[key]; was.text() {
		case 0:
			c.passages[key] = was | passageSum(found.sum<<splitBits)
		case found.sum:
		default:
			c.add(f.Path, at, RuleID, fmt.Sprintf("docid %q stands for two texts", found.id))
		}
	}
}

// inSplit reports whether a passage is of a split, which is that of the first row that has it.
func (c *checker) inSplit(key uint64, split string) bool {
	n := 1 + slices.Index(splits, split)
	was := c.passages[key]
	if was.split() == 0 {
		c.passages[key] = was | passageSum(n)
		return true
	}
	return was.split() == n
}

func (c *checker) splitOf(id string) string { return splits[c.passages[c.sum(id)].split()-1] }

// ids checks that each text has an id, and that none stands for two texts, of which one was made. What was imported beside the passages may
// have the id of one of them.
func (c *checker) ids(file string, at int, w *row) {
	if !w.named {
		return
	}
	clear(c.named)
	for _, texts := range [...][]gradedText{w.positives, w.negatives} {
		for i := range texts {
			t := &texts[i]
			switch other := c.named[t.id]; {
			case t.id == "":
				c.add(file, at, RuleID, fmt.Sprintf("%.60q has no docid", t.text))
			case !w.graded || t.source == string(hardneg.SourceImported):
			case other == nil:
				c.named[t.id] = t
			case other.text != t.text && !(t.inCorpus() && other.inCorpus()): // else see corpus
				c.add(file, at, RuleID, fmt.Sprintf("docid %q stands for two texts", t.id))
			}
		}
	}
}
