package corpus

import "bytes"

// tsv: one row a line, cells parted by tabs, the first line names the columns. Quotes are data, unless every cell that begins with
// one is in quotes (tsvQuoted). Files of MS MARCO's kind, which
// have no header, are refused: which column is the text would be a guess.
var _ = register(format{
	name:   "tsv",
	exts:   []string{"tsv", "tab"},
	claims: func(head []byte, o Options) bool { return claimsTable(head, "\t", o) },
	read:   readTSV,
})

const tsvHeader = `; if the file has no header, write one: (printf 'id\ttext\n'; cat FILE) > NEW.tsv`

func readTSV(in *input, emit func(Record) bool) error {
	cut, err := cutterOf(in)
	if err != nil {
		return err
	}
	var t *table
	var cells [][]byte
	return in.eachLine(trimSpaces, func(line []byte, n int) (more bool, err error) {
		if t == nil {
			var names []string
			for _, name := range cut(line, nil) {
				names = append(names, string(name))
			}
			t, err = newTable(in, n, names, tsvHeader)
			return true, err
		}
		cells = cut(line, cells)
		r, p := t.parseTSV(line, cells)
		if p != nil {
			in.bad(n, 1, *p)
			return true, nil
		}
		return emit(in.accept(r, n)), nil
	})
}

// cutterOf is how the lines of a file are cut into cells: at its tabs, or with its quotes taken off.
func cutterOf(in *input) (cut func(line []byte, cells [][]byte) [][]byte, err error) {
	quoted, err := tsvQuoted(in)
	if err != nil || !quoted {
		return cutCells, err
	}
	return func(line []byte, cells [][]byte) [][]byte {
		cells = cutQuoted(line, cells)
		for i := range cells {
			cells[i] = unquote(cells[i])
		}
		return cells
	}, nil
}

// trimSpaces leaves tabs: a row of empty cells is not blank.
func trimSpaces(line []byte) []byte { return bytes.Trim(line, " ") }

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
