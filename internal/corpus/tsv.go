package corpus

import (
	"bytes"
	"io"
	"strings"
)

// tsv: one row a line, cells parted by tabs, no quoting; the first line names the columns. Files of MS MARCO's kind, which
// have no header, are refused: which column is the text would be a guess.
var _ = register(format{
	name:   "tsv",
	exts:   []string{"tsv", "tab"},
	claims: func(head []byte, o Options) bool { return claimsTable(head, "\t", o) },
	read:   readTSV,
})

const tsvHeader = `; if the file has no header, write one: (printf 'id\ttext\n'; cat FILE) > NEW.tsv`

func readTSV(in *input, emit func(Record) bool) error {
	lines := in.lines()
	var t *table
	var cells [][]byte
	for {
		line, long, err := lines.next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case long:
			in.bad(lines.n, 1, tooLong(lines.max))
			continue
		case len(bytes.Trim(line, " ")) == 0:
			in.led.blank()
			continue
		}
		if t == nil {
			if t, err = newTable(in, lines.n, strings.SplitN(string(line), "\t", maxCells+1), tsvHeader); err != nil {
				return err
			}
			continue
		}
		cells = cutCells(line, cells)
		if r, p := t.parseTSV(line, cells); p != nil {
			in.bad(lines.n, 1, *p)
		} else if !emit(in.accept(r, lines.n)) {
			return nil
		}
	}
}

func (t *table) parseTSV(line []byte, cells [][]byte) (Record, *Problem) {
	if p := badBytes(line); p != nil {
		return Record{}, p
	}
	if len(cells) != len(t.names) {
		p := t.wrongWidth(len(cells), "a tab inside a text must become a space")
		return Record{}, &p
	}
	return t.record(cells)
}

// cutCells splits at tabs, into the space of cells; one more than maxCells holds the rest.
func cutCells(line []byte, cells [][]byte) [][]byte {
	cells = cells[:0]
	for cell := range bytes.SplitSeq(line, []byte{'\t'}) {
		if cells = append(cells, cell); len(cells) > maxCells {
			break
		}
	}
	return cells
}
