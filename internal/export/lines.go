package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

// lines writes one file of JSON Lines, which is made with its first row. The keys have the order of T's fields.
type lines[T any] struct {
	files *Files
	as    File // path, table and split of the file
	out   *output
	enc   *json.Encoder
}

func (l *lines[T]) add(v T) (err error) {
	if l.out == nil {
		if l.out, err = l.files.Create(l.as); err != nil {
			return err
		}
		l.enc = json.NewEncoder(l.out)
		l.enc.SetEscapeHTML(false)
	}
	l.out.Rows++
	return l.enc.Encode(v)
}

// Close completes the file, if there was a row.
func (l *lines[T]) Close() error {
	if l.out == nil {
		return nil
	}
	l.out.decoded = l.out.Bytes
	return l.out.Close()
}

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
