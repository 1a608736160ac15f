package corpus

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// triples: lines of query, positive and negative, parted by tabs, without a header: the training files of MS MARCO. A first line that
// names the columns is skipped. Cells may be ids of a query and two passages, whose texts stand elsewhere.
var _ = register(format{
	name: "triples",
	claims: func(head []byte, o Options) bool {
		return claimsTriples(head, o) || len(firstTriple(head)) == 3 && areIDs(firstTriple(head))
	},
	byID: func(sh shape, o Options) bool { return namesIDs(firstTriple(sh.head), o) },
	rows: readTriples,
	read: firstPositives(readTriples),
})

var tripleNames = [3][]string{{"query", "anchor"}, {"positive", "pos", "passage1"}, {"negative", "neg", "passage2"}}

// claimsTriples wants three cells of several words each in the first lines: a table without a header that has an id is none.
func claimsTriples(head []byte, o Options) bool {
	if claimsTable(head, "\t", o) {
		return false
	}
	lines := bytes.Split(head, newline)
	if len(lines) > 1 {
		lines = lines[:len(lines)-1] // the last one may be cut off
	}
	n := 0
	for _, line := range lines[:min(len(lines), 3)] {
		cells := bytes.Split(line, []byte{'\t'})
		if len(bytes.TrimSpace(line)) == 0 || n == 0 && isTripleHeader(cells) {
			continue
		}
		for _, cell := range cells {
			if len(cells) != 3 || !bytes.ContainsRune(bytes.TrimSpace(cell), ' ') {
				return false
			}
		}
		n++
	}
	return n > 0
}

func isTripleHeader(cells [][]byte) bool {
	if len(cells) != len(tripleNames) {
		return false
	}
	for i, names := range tripleNames {
		if !slices.Contains(names, strings.ToLower(string(bytes.TrimSpace(cells[i])))) {
			return false
		}
	}
	return true
}

func readTriples(in *input, emit func(Row) bool) error {
	var cells [][]byte
	first := true
	return in.eachLine(trimSpaces, func(line []byte, n int) (bool, error) {
		cells = cutCells(line, cells)
		isHeader := first && isTripleHeader(cells)
		if first = false; isHeader {
			return true, nil
		}
		r, p := tripleOf(line, cells)
		if in.byID && p == nil {
			r = Row{QueryID: r.Query, Positives: []Text{{ID: r.Positives[0].Text, GivenID: true}}, Negatives: []Text{{ID: r.Negatives[0].Text, GivenID: true}}}
		}
		if p != nil {
			in.bad(n, 1, *p)
			return true, nil
		}
		return in.give(r, n, emit), nil
	})
}

// firstTriple is the cells of the first line that is no header.
func firstTriple(head []byte) [][]byte {
	for line := range bytes.Lines(head) {
		cells := bytes.Split(bytes.TrimRight(line, "\r\n"), []byte{'\t'})
		if len(bytes.TrimSpace(line)) > 0 && !isTripleHeader(cells) {
			return cells
		}
	}
	return nil
}

// namesIDs reports whether cells are ids: numbers always, words where the texts of ids are known.
func namesIDs(cells [][]byte, o Options) bool {
	isWord := func(c []byte) bool { c = bytes.TrimSpace(c); return len(c) > 0 && bytes.IndexByte(c, ' ') < 0 }
	return areIDs(cells) || o.IDs.Passages != "" && len(cells) == 3 && !slices.ContainsFunc(cells, func(c []byte) bool { return !isWord(c) })
}

func areIDs(cells [][]byte) bool {
	for _, c := range cells {
		if c = bytes.TrimSpace(c); len(c) == 0 || bytes.ContainsFunc(c, func(r rune) bool { return r < '0' || r > '9' }) {
			return false
		}
	}
	return len(cells) >= 2
}

func tripleOf(line []byte, cells [][]byte) (Row, *Problem) {
	if p := badBytes(line); p != nil {
		return Row{}, p
	}
	if len(cells) != 3 {
		return Row{}, &Problem{Rule: "columns", Message: fmt.Sprintf("has %d cells, not query, positive and negative; a tab inside a text must become a space", len(cells))}
	}
	var texts [3]string
	for i, name := range []string{"query", "positive", "negative"} {
		var p *Problem
		if texts[i], p = textAt(node{value: value{kind: isText, str: string(cells[i])}}, name); p != nil {
			return Row{}, p
		}
	}
	return Row{Query: texts[0], Positives: []Text{bareText(texts[1])}, Negatives: []Text{bareText(texts[2])}}, nil
}
