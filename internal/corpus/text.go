package corpus

import (
	"bytes"
	"io"
)

// text: plain paragraphs parted by blank lines, each a passage without id and title.
var _ = register(format{name: "text", exts: []string{"txt", "text", "md"}, read: readText})

// paragraph is the one being read.
type paragraph struct {
	start int // line; 0 between paragraphs
	body  []byte
	bad   *Problem // the first fault in it
	at    int      // line of the fault
}

func readText(in *input, emit func(Record) bool) error {
	lines := in.lines()
	var p paragraph
	for {
		line, long, err := lines.next()
		if err != nil && err != io.EOF {
			return err
		}
		if err == nil && (long || len(bytes.TrimSpace(line)) > 0) {
			p.add(line, long, lines)
			continue
		}
		if p.start > 0 && !p.finish(in, emit) {
			return nil
		}
		if err == io.EOF {
			return nil
		}
	}
}

// add takes a line, which may be the first. A paragraph with a fault keeps no more text.
func (p *paragraph) add(line []byte, long bool, lines *lineReader) {
	if p.start == 0 {
		*p = paragraph{start: lines.n, body: p.body[:0]}
	}
	if p.bad != nil {
		return
	}
	if long || len(p.body)+len(line) > lines.max {
		fault := tooLong(lines.max)
		p.bad, p.at = &fault, lines.n
		return
	}
	if fault := badBytes(line); fault != nil {
		p.bad, p.at = fault, lines.n
		return
	}
	p.body = grow(p.body, line, lines.max)
	p.body = grow(p.body, newline, lines.max)
}

var newline = []byte{'\n'}

// finish hands out the paragraph, or its fault.
func (p *paragraph) finish(in *input, emit func(Record) bool) bool {
	start := p.start
	p.start = 0
	if p.bad != nil {
		in.bad(p.at, 1, *p.bad)
		return true
	}
	r, _ := newSchema(Fields{}, false).record(value{}, value{}, value{kind: isText, str: string(p.body)}, nil) // never a fault: not blank
	return emit(in.accept(r, start))
}
