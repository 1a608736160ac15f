package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"hardneg"
)

func init() {
	register(&format{
		name:    "jsonl",
		row:     "One row a query, with all its positives and negatives; one JSON object a line.",
		tasks:   []string{"text-retrieval"},
		usage:   loadSplit,
		configs: oneConfig("data/SPLIT.jsonl", recordColumns),
		open: func(f *Files, _ Options) (layout, error) {
			return newPerSplit(func(split string) layout { return &jsonlLayout{files: f, split: split} }), nil
		},
		read: func(_ File, r io.ReaderAt, size int64, visit visitor) error {
			return readLines(io.NewSectionReader(r, 0, size), func(n int, rec record, err error) { visit(n, rec.row(), err) })
		},
	})
}

// jsonlLayout writes data/SPLIT.jsonl: the rows of hf, with the keys in the order of its columns.
type jsonlLayout struct {
	files *Files
	split string
	out   *output // nil before the first row
	enc   *json.Encoder
}

func (l *jsonlLayout) Write(ex hardneg.Example) (err error) {
	if l.out == nil {
		if l.out, err = l.files.Create("data/"+l.split+".jsonl", l.split); err != nil {
			return err
		}
		l.enc = json.NewEncoder(l.out)
		l.enc.SetEscapeHTML(false)
	}
	l.out.Rows++
	return l.enc.Encode(newRecord(ex))
}

func (l *jsonlLayout) Close() error { return l.out.Close() }

// readLines visits the lines of a JSON Lines file, numbered from 1; a line that is not exactly one object of type T comes
// with an error.
func readLines[T any](r io.Reader, visit func(line int, v T, err error)) error {
	in := bufio.NewReaderSize(r, 64<<10)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		var v T
		if err == nil {
			err = decodeLine(line, &v)
		} else {
			err = errors.New("the last line does not end")
		}
		visit(n, v, err)
	}
}

func decodeLine(line []byte, v any) error {
	if !utf8.Valid(line) {
		return errors.New("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	return nil
}
