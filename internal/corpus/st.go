package corpus

import (
	"fmt"
	"slices"
	"strings"
)

// st: the shapes of sentence-transformers, as JSON lines, CSV or Parquet. The order of the columns says what they are, not their names:
// the query, a positive, negatives; one column may be a label (label, labels, score or scores). A pair with a label of 1 or 0 says of
// its text whether it answers; a list of texts has a list of labels.
var _ = register(format{
	name:    "st",
	columns: claimsST,
	rows:    readST,
	read:    firstPositives(readST),
	twice:   true, // see stReader.pair
})

var (
	stLabels    = []string{"label", "score", "labels", "scores"} // the first that is there is the label
	stQueries   = []string{"anchor", "query", "question"}
	stPositives = []string{"positive", "answer", "response", "passage1", "docs"}
	stNegatives = []string{"negative", "negative_1", "passage2"}
)

// claimsST wants names that sentence-transformers gives to its columns, the first two in their places, or its own two anywhere: where
// they stand is checked when the file is read.
func claimsST(names []string) bool {
	if len(names) < 2 {
		return false
	}
	return slices.Contains(stQueries, names[0]) && slices.Contains(stPositives, names[1]) || slices.Contains(names, "anchor") && slices.Contains(names, "positive")
}

// stReader knows what the columns of a file are.
type stReader struct {
	in    *input
	names []string // of the first record; all others have the same
	label string   // "" if there is none
	texts []string // the other columns, in their order
}

func readST(in *input, emit func(Row) bool) error {
	var st *stReader
	return in.eachRecord(func(rec record, n int) (bool, error) {
		if st == nil {
			var err error
			if st, err = newST(in, rec, n); err != nil {
				return false, err
			}
		}
		if in.pass > 0 && !st.isPair() {
			return false, nil // all was said in the first pass
		}
		r, p := st.parse(rec)
		switch {
		case p != nil:
			in.bad(n, 1, *p)
			return true, nil
		case st.isPair() && (len(r.Positives) > 0) == (in.pass > 0):
			in.led.good()
			return true, nil
		}
		return in.give(r, n, emit), nil
	})
}

func newST(in *input, rec record, line int) (*stReader, error) {
	st := &stReader{in: in, names: rec.names()}
	for _, l := range stLabels {
		if slices.Contains(st.names, l) {
			st.label = l
			break
		}
	}
	for _, n := range st.names {
		if n != st.label {
			st.texts = append(st.texts, n)
		}
	}
	bad := func(format string, args ...any) error {
		return &Error{File: in.path, Line: line, Rule: "columns", Message: fmt.Sprintf(format, args...),
			Hint: "sentence-transformers takes columns by their order: query, positive, negatives, and at most one label; remove ids and other columns"}
	}
	if len(st.texts) < 2 {
		return nil, bad("has %d columns of texts (%s); a query and a text are needed", len(st.texts), listed(st.texts))
	}
	for i, n := range st.texts {
		if at := placeOf(n); at >= 0 && at != min(i, 2) {
			return nil, bad("column %s is number %d of the texts, where its name does not belong", n, i+1)
		}
		if other := rec.get(n); slices.Contains(stLabels, n) || i > 0 && !st.fits(other) {
			return nil, bad("column %s holds %s: it is neither a text nor the label", n, other.kind)
		}
	}
	return st, nil
}

// placeOf is the place among the texts that a name belongs to, -1 if it may stand anywhere.
func placeOf(name string) int {
	for at, names := range [][]string{stQueries, stPositives, stNegatives} {
		if slices.Contains(names, name) {
			return at
		}
	}
	return -1
}

// fits reports whether a column may hold what it holds; what is missing in a row is a fault of the row.
func (st *stReader) fits(n node) bool {
	return n.kind == isText || n.kind == isNull || n.kind == isHalfPair || n.kind == isNotUTF8 || n.kind == isList && st.isList()
}

func (st *stReader) isList() bool { return len(st.texts) == 2 && st.label != "" && !st.isScalar() }

func (st *stReader) isPair() bool { return len(st.texts) == 2 && st.label != "" && st.isScalar() }

// isScalar tells the label of one text from those of a list by its name, as the trainers do.
func (st *stReader) isScalar() bool { return st.label == "label" || st.label == "score" }

func (st *stReader) parse(rec record) (r Row, p *Problem) {
	if p := st.sameColumns(rec); p != nil {
		return r, p
	}
	if r.Query, p = textAt(rec.get(st.texts[0]), st.texts[0]); p != nil {
		return r, p
	}
	switch {
	case st.isList():
		return st.list(r, rec)
	case st.isPair():
		return st.pair(r, rec)
	}
	for i, name := range st.texts[1:] {
		body, p := textAt(rec.get(name), name)
		if p != nil {
			return r, p
		}
		if i == 0 {
			r.Positives = []Text{bareText(body)}
		} else {
			r.Negatives = append(r.Negatives, bareText(body))
		}
	}
	return r, st.checkScores(rec, len(st.texts)-1)
}

func (st *stReader) sameColumns(rec record) *Problem {
	if len(rec.fields) == len(st.names) && !slices.ContainsFunc(st.names, func(n string) bool { return rec.get(n).kind == isAbsent }) {
		return nil
	}
	return &Problem{Rule: "columns", Message: fmt.Sprintf("has the fields %s, the first row has %s; all rows need the same", listed(rec.names()), listed(st.names))}
}

// checkScores checks the scores of a teacher, which are not used: one for each text, or one margin between two of them.
func (st *stReader) checkScores(rec record, texts int) *Problem {
	n := rec.get(st.label)
	if st.label == "" || n.kind == isList {
		return scoresAt(n, st.label, texts)
	}
	margin, p := numberAt(n, st.label, rec.cells)
	if p == nil && margin < 0 {
		p = &Problem{Field: st.label, Rule: "grade", Message: "is a margin below 0: the first text is not the better one; put it second and turn the sign"}
	}
	return p
}

// pair is a text with a label. Negatives are handed out in a second pass over the file, when all queries are known by their positives.
func (st *stReader) pair(r Row, rec record) (Row, *Problem) {
	body, p := textAt(rec.get(st.texts[1]), st.texts[1])
	if p != nil {
		return r, p
	}
	positive, p := labelAt(rec.get(st.label), st.label, rec.cells)
	if positive {
		r.Positives = []Text{bareText(body)}
	} else {
		r.Negatives = []Text{bareText(body)}
	}
	return r, p
}

func (st *stReader) list(r Row, rec record) (Row, *Problem) {
	texts, p := bareTexts(rec.get(st.texts[1]), st.texts[1], true)
	if p != nil {
		return r, p
	}
	labels, p := listAt(rec.get(st.label), st.label, true)
	if p != nil {
		return r, p
	}
	if len(labels) != len(texts) {
		return r, &Problem{Field: st.label, Rule: "scores", Message: fmt.Sprintf("holds %d labels for %d texts; give one for each", len(labels), len(texts))}
	}
	for i, t := range texts {
		positive, p := labelAt(labels[i], fmt.Sprintf("%s[%d]", st.label, i), false)
		switch {
		case p != nil:
			return r, p
		case positive:
			r.Positives = append(r.Positives, t)
		default:
			r.Negatives = append(r.Negatives, t)
		}
	}
	return r, nil
}

// labelAt reads 1 or 0. What lies between says how alike two texts are, not whether one answers the other.
func labelAt(n node, at string, cells bool) (positive bool, p *Problem) {
	x, p := numberAt(n, at, cells)
	if p == nil && x != 0 && x != 1 {
		p = &Problem{Field: at, Rule: "grade", Message: strings.TrimSpace(fmt.Sprintf("is %v; only 1 (answers) and 0 (does not) say what a text is; leave out rows between them", x))}
	}
	return x == 1, p
}
