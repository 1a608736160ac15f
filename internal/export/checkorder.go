package export

import (
	"fmt"

	"hardneg"
)

// disorder is the first text of a row that stands behind one with a lower score, or similarity; "" is none.
type disorder struct{ score, similarity string }

// ranked are the texts on one side of a row, by what they may be ordered by: nil where a text has none.
type ranked func(i int) (score, similarity *decimal)

// inOrder looks at n texts from one on, which are to come by falling scores. What has no score counts as 0, as it does for who orders them.
func (d *disorder) inOrder(what string, from, n int, of ranked) {
	value := func(x *decimal, none decimal) decimal {
		if x == nil {
			return none
		}
		return *x
	}
	for i := from + 1; i < n; i++ {
		score, similarity := of(i)
		lastScore, lastSimilarity := of(i - 1)
		if d.score == "" && value(score, 0) > value(lastScore, 0) {
			d.score = fmt.Sprintf("%s %d", what, i)
		}
		if d.similarity == "" && value(similarity, -2) > value(lastSimilarity, -2) {
			d.similarity = fmt.Sprintf("%s %d", what, i)
		}
	}
}

func ranks(texts []negative) ranked {
	return func(i int) (score, similarity *decimal) { return texts[i].Score, texts[i].Similarity }
}

func scoresAlone(all []decimal) ranked {
	return func(i int) (score, similarity *decimal) { return &all[i], nil }
}

// orders is how the texts of all rows are ordered: by score or, where there are similarities, by these.
type orders struct {
	similarities bool
	first        disorder // over all rows
	file         string   // of the first row that is not ordered by score
	row          int
	told         bool
}

// ordered checks that the texts of a row come by falling scores. Where there are similarities, the manifest does not say which of both
// orders is meant; but it is one for all rows.
func (c *checker) ordered(file string, at int, w *row) {
	o, d := &c.orders, &w.disorder
	switch {
	case d.score != "" && (!o.similarities || d.similarity != ""):
		c.add(file, at, RuleScore, d.score+" has a higher score than the one before it")
		o.told = true
		return
	case d.score != "" && o.first.score == "":
		o.first.score, o.file, o.row = d.score, file, at
	}
	if d.similarity != "" {
		o.first.similarity = d.similarity
	}
}

func (c *checker) compareOrders() {
	if o := &c.orders; !o.told && o.similarities && o.first.score != "" && o.first.similarity != "" {
		c.add(o.file, o.row, RuleScore, o.first.score+" has a higher score than the one before it, and other rows are not ordered by similarity")
	}
}

// source checks that the passage which a row names is the first of its positives, unless there is one alone: that may have taken its place.
func (c *checker) source(file string, at int, w *row) {
	if !w.graded {
		return
	}
	for i := range w.positives {
		switch p := &w.positives[i]; {
		case p.id == w.passageID:
		case p.source == string(hardneg.SourcePassage):
			c.add(file, at, RuleReference, fmt.Sprintf("positive %d is the query's passage and has the docid %q, which is not the passage_id %q", i, p.id, w.passageID))
		case i == 0 && len(w.positives) > 1:
			c.add(file, at, RuleReference, fmt.Sprintf("the first of %d positives has the docid %q, not the passage_id %q", len(w.positives), p.id, w.passageID))
		}
	}
}
