package corpus

import (
	"bytes"
	"io"
)

// Programs that write csv with tabs, such as pandas, put cells that hold quotes, tabs or line ends into quotes, and double the quotes
// in them. Others write quotes as the data they are. Which of the two a file is shows only in all of it, so that it is read
// twice where it has a cell that begins with a quote.

// quoteScan is what the quotes of a tsv file look like.
type quoteScan struct {
	width   int  // cells of the header
	formed  int  // cells in quotes, with all quotes inside doubled
	doubled bool // one of them has a quote inside: nobody writes that by chance
	stray   int  // line of the first cell that begins with a quote and is not of this form; 0: none
	open    int  // line of a cell that begins with a quote and may go on in the next line; 0: none
	goesOn  int  // line of the first that does
	cells   [][]byte
}

// tsvQuoted reports whether the cells of a file are to be taken out of their quotes. A file that is neither the one nor the other is an
// *Error: part of its texts would be kept with quotes of another's making, or cut at a line end.
func tsvQuoted(in *input) (bool, error) {
	st, err := openStream(in.path, nil)
	if err != nil {
		return false, err
	}
	defer st.close()
	var q quoteScan
	lines := (&input{stream: st, o: in.o, led: &ledger{}}).lines()
	defer func() { in.spare = lines.buf }() // not twice the room of the longest line
	for {
		line, long, err := lines.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, err
		}
		if !long && len(trimSpaces(line)) > 0 {
			q.line(line, lines.n)
		}
	}
	const remedy = "write the file anew as jsonl or csv, which may hold such cells; with pandas: to_json(FILE, orient='records', lines=True)"
	switch {
	case q.goesOn > 0:
		return false, &Error{File: in.path, Line: q.goesOn, Rule: "quote", Message: "a quoted cell goes on over the end of the line, which a tsv file cannot have", Hint: remedy}
	case q.doubled && q.stray > 0:
		return false, &Error{File: in.path, Line: q.stray, Rule: "quote",
			Message: "a cell begins with a quote and is not closed, while other cells are in quotes with the quotes inside doubled", Hint: remedy}
	}
	return q.formed > 0 && q.stray == 0, nil
}

// line looks at one line that is not blank.
func (q *quoteScan) line(line []byte, n int) {
	if q.width == 0 {
		q.width = bytes.Count(line, []byte{'\t'}) + 1
	}
	plain := bytes.Count(line, []byte{'\t'}) + 1
	if q.open > 0 && q.goesOn == 0 && plain != q.width && bytes.IndexByte(line, '"') >= 0 {
		q.goesOn = q.open
	}
	q.open = 0
	if bytes.IndexByte(line, '"') < 0 {
		return
	}
	q.cells = cutQuoted(line, q.cells)
	if len(q.cells) != q.width && plain == q.width {
		q.cells = cutCells(line, q.cells) // what looks like one cell in quotes is two
	}
	for i, cell := range q.cells {
		switch {
		case len(cell) == 0 || cell[0] != '"':
		case closing(cell) == len(cell):
			q.formed++
			q.doubled = q.doubled || bytes.IndexByte(cell[1:len(cell)-1], '"') >= 0
		default:
			if q.stray == 0 {
				q.stray = n
			}
			if i == len(q.cells)-1 && closing(cell) == 0 {
				q.open = n
			}
		}
	}
}

// closing is the length of the cell in quotes that b begins with, 0 if its quotes are not closed.
func closing(b []byte) int {
	for i := 1; i < len(b); i++ {
		if b[i] != '"' {
			continue
		}
		if i+1 == len(b) || b[i+1] != '"' {
			return i + 1
		}
		i++ // one of two
	}
	return 0
}

// cutQuoted is cutCells for lines with cells in quotes, which may hold tabs.
func cutQuoted(line []byte, cells [][]byte) [][]byte {
	cells = cells[:0]
	for len(cells) <= maxCells {
		end := bytes.IndexByte(line, '\t')
		if len(line) > 0 && line[0] == '"' {
			if n := closing(line); n > 0 && (n == len(line) || line[n] == '\t') {
				end = n
				if n == len(line) {
					end = -1
				}
			}
		}
		if end < 0 {
			return append(cells, line)
		}
		cells, line = append(cells, line[:end]), line[end+1:]
	}
	return cells
}

// unquote takes a cell out of its quotes.
func unquote(cell []byte) []byte {
	if len(cell) < 2 || cell[0] != '"' {
		return cell
	}
	return bytes.ReplaceAll(cell[1:len(cell)-1], []byte(`""`), []byte(`"`))
}
