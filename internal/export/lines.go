package export

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
	"unsafe"

	strict "github.com/go-json-experiment/json"

	"hardneg/internal/work"
)

// lines writes one file of JSON Lines, which is made with its first row; write puts the object of a row into a line.
type lines[T any] struct {
	files *Files
	as    File // path, table and split of the file
	write func(*jsonLine, T)
	out   *output
	line  jsonLine
}

func (l *lines[T]) add(v T) (err error) {
	if l.out == nil {
		if l.out, err = l.files.Create(l.as); err != nil {
			return err
		}
	}
	l.line.b = l.line.b[:0]
	if l.write(&l.line, v); l.line.err != nil {
		return l.line.err
	}
	l.line.raw("\n")
	l.out.Rows++
	_, err = l.out.Write(l.line.b)
	return err
}

// Close completes the file, if there was a row.
func (l *lines[T]) Close() error {
	if l.out == nil {
		return nil
	}
	l.out.decoded = l.out.Bytes
	return l.out.Close()
}

// readLines visits what the lines of a JSON Lines file become, numbered from 1; a line that is not exactly one object of type T, with all of
// its columns, comes with an error. Take reads one that is as it was written. Lines are decoded, and become something else, on all cores.
func readLines[T, R any](r io.Reader, columns []Column, take func(*knownLine) T, become func(T) R, visit func(line int, v R, err error)) error {
	var failed error
	all := func(yield func(string) bool) { failed = eachLine(r, yield) }
	type read struct {
		v   R
		err error
	}
	n := 0
	for l := range work.Ahead(all, aheadBatch, func(line string) (l read) {
		if v, err := decodeLine(line, columns, take); err != nil {
			l.err = err
		} else {
			l.v = become(v)
		}
		return l
	}) {
		n++
		visit(n, l.v, l.err)
	}
	return failed
}

// blockSize is how much of a file is read at a time.
const blockSize = 256 << 10

// eachLine yields the lines of a file with their ends; the last may have none.
func eachLine(r io.Reader, yield func(string) bool) error {
	return eachBlock(r, blockSize, func(block string) bool {
		for len(block) > 0 {
			end := strings.IndexByte(block, '\n') + 1
			if end == 0 {
				end = len(block)
			}
			if !yield(block[:end]) {
				return false
			}
			block = block[end:]
		}
		return true
	})
}

// eachBlock yields a file in blocks of whole lines, each of about the given size. They are written once, so strings can be parts of them.
func eachBlock(r io.Reader, size int, yield func(string) bool) error {
	block, n := make([]byte, size), 0
	for {
		got, err := r.Read(block[n:])
		n += got
		if err == nil && n < len(block) {
			continue
		}
		end, last := n, errors.Is(err, io.EOF)
		if !last {
			end = bytes.LastIndexByte(block[:n], '\n') + 1
		}
		if end > 0 && !yield(unsafe.String(&block[0], end)) || last {
			return nil
		}
		if err != nil {
			return err
		}
		rest := block[end:]
		block = make([]byte, max(size, 2*len(rest)))
		n = copy(block, rest)
	}
}

// aheadBatch is how many lines or rows are read, and decoded, at a time.
const aheadBatch = 32

// decodeLine leaves what is not as it was written to a library, and with that what is wrong with it, or is not.
func decodeLine[T any](line string, columns []Column, take func(*knownLine) T) (T, error) {
	if v, ok := known(line, take); ok {
		return v, nil
	}
	return decodeOdd[T](line, columns)
}

func decodeOdd[T any](line string, columns []Column) (v T, err error) {
	switch {
	case !strings.HasSuffix(line, "\n"):
		return v, errors.New("the last line does not end")
	case !utf8.ValidString(line):
		return v, errors.New("not UTF-8")
	}
	if err = strict.Unmarshal([]byte(line), &v, strict.RejectUnknownMembers(true)); err == nil {
		err = shaped(line, columns)
	}
	return v, err
}
