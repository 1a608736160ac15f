package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"hardneg/internal/work"
)

// qrelsFile writes qrels/SPLIT.tsv, whose first line is a heading that readers skip. Ids that need quotes get them as encoding/csv gives
// them, which BEIR's reader expects.
type qrelsFile struct {
	files *Files
	split string
	out   *output
	b     []byte // lines that are being made
}

var qrelsHead = []string{"query-id", "corpus-id", "score"}

func (q *qrelsFile) add(rs []relation) (err error) {
	q.b = q.b[:0]
	if q.out == nil {
		if q.out, err = q.files.Create(File{Path: "qrels/" + q.split + ".tsv", Config: relations, Split: q.split}); err != nil {
			return err
		}
		q.b = append(q.b, strings.Join(qrelsHead, "\t")+"\n"...)
	}
	for _, r := range rs {
		if strings.ContainsAny(r.Doc, "\r\n") {
			return fmt.Errorf("docid %q: %w", r.Doc, ErrID)
		}
		if q.b, err = appendQrel(q.b, r); err != nil {
			return err
		}
		q.out.Rows++
		q.out.decoded += sizeOf(r.Query, r.Doc) + 8
	}
	_, err = q.out.Write(q.b)
	return err
}

func (q *qrelsFile) close() error { return q.out.Close() }

// appendQrel adds a line.
func appendQrel(b []byte, r relation) ([]byte, error) {
	if !isBare(r.Query) || !isBare(r.Doc) {
		var quoted bytes.Buffer
		w := csv.NewWriter(&quoted)
		w.Comma = '\t'
		err := w.Write([]string{r.Query, r.Doc, strconv.FormatInt(r.Score, 10)})
		w.Flush()
		return append(b, quoted.Bytes()...), err
	}
	b = append(append(b, r.Query...), '\t')
	b = append(append(b, r.Doc...), '\t')
	return append(strconv.AppendInt(b, r.Score, 10), '\n'), nil
}

// isBare reports whether a field surely needs no quotes: those that begin with a space do, and a lone `\.`.
func isBare(field string) bool {
	if field == "" {
		return true
	}
	if c := field[0]; c <= ' ' || c >= 0x7f || c == '\\' {
		return false
	}
	for i := range len(field) {
		if c := field[i]; c == '\t' || c == '\n' || c == '\r' || c == '"' {
			return false
		}
	}
	return true
}

// qrelsBlock is how much of the lines is read at a time.
const qrelsBlock = 64 << 10

// qrelsRead is what the lines of a block became, the heading too.
type qrelsRead[R any] struct {
	rows  []qrelRead[R]
	lines int  // with those that are no rows
	odd   bool // it is not to be read by itself
}

type qrelRead[R any] struct {
	line int // in its block, from 1
	v    R
	err  error
}

// readQrels visits what the lines of a file become, by their numbers: the heading is line 1. Blocks are read on all cores, each by itself,
// until there is one that cannot be: a field is not closed in it, or a line has not its fields.
func readQrels[R any](r io.ReaderAt, size int64, become func(relation) R, visit func(n int, v R, err error)) error {
	return readQrelsIn(qrelsBlock, r, size, become, visit)
}

func readQrelsIn[R any](blockSize int, r io.ReaderAt, size int64, become func(relation) R, visit func(n int, v R, err error)) (failed error) {
	blocks := func(yield func(string) bool) { failed = eachBlock(io.NewSectionReader(r, 0, size), blockSize, yield) }
	n, lines, odd := 0, 0, false
	for block := range work.Ahead(blocks, 1, func(b string) qrelsRead[R] { return readQrelsBlock(b, become) }) {
		if odd = block.odd; odd {
			break
		}
		for i := range block.rows {
			if row := &block.rows[i]; n > 0 {
				visit(lines+row.line, row.v, row.err)
			}
			n++
		}
		lines += block.lines
	}
	if !odd {
		return failed
	}
	at := 0
	return eachQrel(io.NewSectionReader(r, 0, size), func(line int, q relation, err error) {
		if at >= max(n, 1) {
			visit(line, become(q), err)
		}
		at++
	})
}

func readQrelsBlock[R any](block string, become func(relation) R) (read qrelsRead[R]) {
	read.lines = strings.Count(block, "\n")
	read.rows = make([]qrelRead[R], 0, read.lines+1)
	add := func(line int, q relation, err error) {
		read.rows = append(read.rows, qrelRead[R]{line, become(q), err})
	}
	if strings.IndexByte(block, '"') < 0 && strings.IndexByte(block, '\r') < 0 {
		read.odd = !eachBareQrel(block, add)
	} else {
		read.odd = eachQrel(strings.NewReader(block), add) != nil
	}
	return read
}

// eachBareQrel visits lines without quotes and carriage returns; ok is false as soon as one has not its fields.
func eachBareQrel(lines string, visit func(int, relation, error)) (ok bool) {
	for n := 1; len(lines) > 0; n++ {
		var line string
		if line, lines, _ = strings.Cut(lines, "\n"); line == "" {
			continue // as encoding/csv does
		}
		query, rest, _ := strings.Cut(line, "\t")
		doc, score, ok := strings.Cut(rest, "\t")
		if !ok || strings.IndexByte(score, '\t') >= 0 {
			return false
		}
		q, err := newRelation(query, doc, score)
		visit(n, q, err)
	}
	return true
}

// eachQrel visits lines as encoding/csv reads them, until one has not its fields.
func eachQrel(in io.Reader, visit func(int, relation, error)) error {
	r := csv.NewReader(in)
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = '\t', len(qrelsHead), true
	for {
		fields, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		line, _ := r.FieldPos(0)
		q, err := newRelation(fields[0], fields[1], fields[2])
		visit(line, q, err)
	}
}

func newRelation(query, doc, score string) (relation, error) {
	n, err := strconv.ParseInt(score, 10, 64)
	return relation{query, doc, n}, err
}
