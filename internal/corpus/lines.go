package corpus

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// lineReader cuts a stream into lines of bounded length. (bufio.Scanner stops at the first long line, and says so only
// to those who ask.)
type lineReader struct {
	br  *bufio.Reader
	eol byte
	max int
	n   int // number of the line that next returned, from 1
	buf []byte
}

func (in *input) lines() *lineReader {
	return &lineReader{br: in.br, eol: in.eol, max: in.o.MaxLine, buf: in.spare}
}

// eachLine hands out the lines that are neither too long, which are noted as bad, nor blank, of which trim leaves nothing, until do
// wants no more. The line is valid until do returns; n is its number.
func (in *input) eachLine(trim func([]byte) []byte, do func(line []byte, n int) (more bool, err error)) error {
	lines := in.lines()
	for {
		line, long, err := lines.next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case long:
			in.bad(lines.n, 1, tooLong(lines.max))
		case len(trim(line)) == 0:
			in.led.blank()
		default:
			if more, err := do(line, lines.n); err != nil || !more {
				return err
			}
		}
	}
}

// next returns a line without its end, valid until the next call. A line above the limit comes as nil and long. The
// last line needs no end; after it comes io.EOF. Other errors are those of the stream, and what the line held is lost.
func (l *lineReader) next() (line []byte, long bool, err error) {
	l.buf = l.buf[:0]
	read := 0
	for {
		part, err := l.br.ReadSlice(l.eol)
		read += len(part)
		switch {
		case err == nil && read == len(part): // all of it at once, the usual case: no copy
			return l.finish(part, len(part) > l.max+len("\r\n"))
		case err != nil && err != io.EOF && !errors.Is(err, bufio.ErrBufferFull):
			return nil, false, err
		case err == io.EOF && read == 0:
			return nil, false, io.EOF
		}
		if long = long || read > l.max+len("\r\n"); !long {
			l.buf = grow(l.buf, part, l.max)
		}
		if err == nil || err == io.EOF {
			return l.finish(l.buf, long)
		}
	}
}

// finish numbers the line and takes its end off.
func (l *lineReader) finish(line []byte, long bool) ([]byte, bool, error) {
	l.n++
	if long {
		return nil, true, nil
	}
	if n := len(line); n > 0 && line[n-1] == l.eol {
		line = line[:n-1]
	}
	line = bytes.TrimSuffix(line, []byte{'\r'})
	if len(line) > l.max {
		return nil, true, nil
	}
	return line, false, nil
}

// grow appends to buf, doubling its room but not beyond what a record of max bytes needs: the growth of append would
// leave several times that to the garbage collector.
func grow(buf, more []byte, max int) []byte {
	if need := len(buf) + len(more); need > cap(buf) {
		bigger := make([]byte, len(buf), roomFor(need, 2*cap(buf), max+headSize))
		copy(bigger, buf)
		buf = bigger
	}
	return append(buf, more...)
}

// roomFor is the wished capacity, at least need. It goes to limit at once when that is near: one step more would cost as
// much again.
func roomFor(need, wish, limit int) int {
	if wish > limit/2 {
		wish = limit
	}
	return max(need, wish)
}
