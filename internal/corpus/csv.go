package corpus

import (
	"bufio"
	"bytes"
	"io"
)

// csv: rows as RFC 4180 has them; the first row names the columns. Cells may be quoted and then hold commas and line ends;
// a quote inside an unquoted cell is data.
var _ = register(format{
	name:   "csv",
	exts:   []string{"csv"},
	claims: func(head []byte, o Options) bool { return claimsTable(head, ",", o) },
	read:   readCSV,
})

func readCSV(in *input, emit func(Record) bool) error {
	c := in.csv()
	var t *table
	for {
		ok, err := c.nextRow(in)
		if err != nil || !ok {
			return err
		}
		if t == nil {
			if t, err = c.header(in); err != nil {
				return err
			}
			continue
		}
		if r, p := c.record(t); p != nil {
			// A stray quote can swallow many lines: each counts as lost, so that the tolerance sees them.
			in.bad(c.start, c.line-c.start+1, *p)
		} else if !emit(in.accept(r, c.start)) {
			return nil
		}
	}
}

func (in *input) csv() *csvReader {
	return &csvReader{br: in.br, eol: in.eol, max: in.o.MaxLine, path: in.path}
}

// nextRow reads the next row that is not blank; ok is false at the end.
func (c *csvReader) nextRow(in *input) (ok bool, err error) {
	for {
		err := c.next()
		switch {
		case err == io.EOF:
			return false, nil
		case err != nil:
			return false, err
		case !c.isBlank():
			return true, nil
		}
		in.led.blank()
	}
}

// csvState is where in a row the reader stands.
type csvState uint8

const (
	cellStart csvState = iota
	inBare             // an unquoted cell
	inQuotes
	afterQuote // a quote inside quotes: the end, or the first of two
	inBroken   // past a fault: the rest of the line is skipped
)

// csvReader reads rows of bounded length.
type csvReader struct {
	br    *bufio.Reader
	eol   byte
	max   int
	path  string
	line  int // last line read, from 1
	start int // line where the row starts

	state  csvState
	buf    []byte // the cells, one after another
	ends   []int  // where each ends in buf
	cells  [][]byte
	quoted bool // some cell is quoted
	broken bool
	long   bool
	used   int // bytes of the row, quotes and line ends included
}

// next reads a row. Its faults are in broken and long; an error is io.EOF, a broken stream, or a quote that is never
// closed, as which a file shows that was cut off.
func (c *csvReader) next() error {
	c.start, c.state, c.buf, c.ends = c.line+1, cellStart, c.buf[:0], c.ends[:0]
	c.quoted, c.broken, c.long, c.used = false, false, false, 0
	for {
		b, err := c.br.ReadByte()
		switch {
		case err == io.EOF && c.used == 0:
			return io.EOF
		case err == io.EOF && c.state == inQuotes:
			return &Error{File: c.path, Line: c.start, Rule: "quote", Message: "a quote of this row is never closed",
				Hint: "the file was cut off, or a quote inside a quoted cell is not doubled"}
		case err == io.EOF:
			c.line++
			c.endCell()
			return nil
		case err != nil:
			return err
		}
		c.used++
		if b == c.eol {
			c.line++
			if c.state != inQuotes {
				c.endCell()
				return nil
			}
		}
		c.step(b)
		c.run()
	}
}

// step takes one byte that does not end the row.
func (c *csvReader) step(b byte) {
	switch {
	case b == ',' && c.state != inQuotes && c.state != inBroken:
		c.endCell()
		c.state = cellStart
	case c.state == cellStart && b == '"':
		c.state, c.quoted = inQuotes, true
	case c.state == cellStart:
		c.state = inBare
		c.put(b)
	case c.state == inQuotes && b == '"':
		c.state = afterQuote
	case c.state == inQuotes || c.state == inBare:
		c.put(b)
	case c.state == afterQuote && b == '"':
		c.put(b)
		c.state = inQuotes
	case c.state == afterQuote && b != '\r': // \r belongs to the line end
		c.state, c.broken = inBroken, true
	}
}

// run takes what is content without looking at states: all up to the next byte that may change them.
func (c *csvReader) run() {
	stop := byte(',')
	switch c.state {
	case inQuotes:
		stop = '"'
	case inBare:
	default:
		return
	}
	ahead, _ := c.br.Peek(c.br.Buffered())
	n := 0
	for n < len(ahead) && ahead[n] != stop && ahead[n] != c.eol {
		n++
	}
	c.used += n
	c.put(ahead[:n]...)
	c.br.Discard(n)
}

func (c *csvReader) put(b ...byte) {
	if c.long = c.long || c.used > c.max; !c.long {
		c.buf = grow(c.buf, b, c.max)
	}
}

// endCell closes the cell; the \r before a line end was taken for content in an unquoted one.
func (c *csvReader) endCell() {
	from := 0
	if n := len(c.ends); n > 0 {
		from = c.ends[n-1]
	}
	if n := len(c.buf); c.state == inBare && n > from && c.buf[n-1] == '\r' {
		c.buf = c.buf[:n-1]
	}
	if len(c.ends) <= maxCells {
		c.ends = append(c.ends, len(c.buf))
	}
}

func (c *csvReader) isBlank() bool {
	return len(c.ends) == 1 && !c.quoted && !c.long && len(bytes.TrimSpace(c.buf)) == 0
}

// row cuts the buffer into cells, valid until next.
func (c *csvReader) row() [][]byte {
	c.cells = c.cells[:0]
	from := 0
	for _, to := range c.ends {
		c.cells = append(c.cells, c.buf[from:to])
		from = to
	}
	return c.cells
}

// header reads the first row as the names of the columns.
func (c *csvReader) header(in *input) (*table, error) {
	names, err := c.recordNames()
	if err != nil {
		return nil, err
	}
	hint := "; if the file has no header, write one: id,title,text"
	if bytes.ContainsAny(c.buf, ";\t") && len(names) == 1 {
		hint = "; cells are parted by commas here: write the file with commas, or with tabs as tsv"
	}
	return newTable(in, c.start, names, hint)
}

// recordNames are the cells of the first row.
func (c *csvReader) recordNames() (names []string, err error) {
	if c.long || c.broken {
		return nil, &Error{File: c.path, Line: c.start, Rule: "columns", Message: "the header cannot be read as csv",
			Hint: "check corpus.format and the quotes of the first line"}
	}
	for _, cell := range c.row() {
		names = append(names, string(cell))
	}
	return names, nil
}

// record makes a record of the row.
func (c *csvReader) record(t *table) (Record, *Problem) {
	cells, p := c.faultless(t.names)
	if p != nil {
		return Record{}, p
	}
	if len(cells) == len(t.names) {
		return t.record(cells)
	}
	fault := t.wrongWidth(len(cells), "quote cells that hold commas")
	return Record{}, &fault
}

// faultless are the cells of a row that can be read, under a header of these names.
func (c *csvReader) faultless(names []string) ([][]byte, *Problem) {
	switch {
	case c.long:
		p := tooLong(c.max)
		return nil, &p
	case c.broken:
		return nil, &Problem{Rule: "quote", Message: "text after a closing quote; double the quotes inside a quoted cell"}
	}
	cells := c.row()
	for i, cell := range cells {
		if fault := badBytes(cell); fault != nil {
			if i < len(names) {
				fault.Field = names[i]
			}
			return nil, fault
		}
	}
	return cells, nil
}
