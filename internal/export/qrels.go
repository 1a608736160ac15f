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
	rows []qrelRead[R]
	odd  bool // it is not to be read by itself
}

type qrelRead[R any] struct {
	v   R
	err error
}

// readQrels visits what the lines of a file become. Blocks are read on all cores, each by itself, until there is one that cannot be: a
// field is not closed in it, or a line has not its fields.
func readQrels[R any](r io.ReaderAt, size int64, become func(relation) R, visit func(n int, v R, err error)) error {
	return readQrelsIn(qrelsBlock, r, size, become, visit)
}

func readQrelsIn[R any](blockSize int, r io.ReaderAt, size int64, become func(relation) R, visit func(n int, v R, err error)) (failed error) {
	blocks := func(yield func(string) bool) { failed = eachBlock(io.NewSectionReader(r, 0, size), blockSize, yield) }
	n, odd := 0, false
	for block := range work.Ahead(blocks, 1, func(b string) qrelsRead[R] { return readQrelsBlock(b, become) }) {
		if odd = block.odd; odd {
			break
		}
		for i := range block.rows {
			if row := &block.rows[i]; n > 0 {
				visit(n, row.v, row.err)
			}
			n++
		}
	}
	if !odd {
		return failed
	}
	at := 0
	return eachQrel(io.NewSectionReader(r, 0, size), func(q relation, err error) {
		if at >= max(n, 1) {
			visit(at, become(q), err)
		}
		at++
	})
}

func readQrelsBlock[R any](block string, become func(relation) R) (read qrelsRead[R]) {
	read.rows = make([]qrelRead[R], 0, strings.Count(block, "\n")+1)
	add := func(q relation, err error) { read.rows = append(read.rows, qrelRead[R]{become(q), err}) }
	if strings.IndexByte(block, '"') < 0 && strings.IndexByte(block, '\r') < 0 {
		read.odd = !eachBareQrel(block, add)
	} else {
		read.odd = eachQrel(strings.NewReader(block), add) != nil
	}
	return read
}

// eachBareQrel visits lines without quotes and carriage returns; ok is false as soon as one has not its fields.
func eachBareQrel(lines string, visit func(relation, error)) (ok bool) {
	for len(lines) > 0 {
		var line string
		if line, lines, _ = strings.Cut(lines, "\n"); line == "" {
			continue // as encoding/csv does
		}
		query, rest, _ := strings.Cut(line, "\t")
		doc, score, ok := strings.Cut(rest, "\t")
		if !ok || strings.IndexByte(score, '\t') >= 0 {
			return false
		}
		visit(newRelation(query, doc, score))
	}
	return true
}

// eachQrel visits lines as encoding/csv reads them, until one has not its fields.
func eachQrel(in io.Reader, visit func(relation, error)) error {
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
		visit(newRelation(fields[0], fields[1], fields[2]))
	}
}

func newRelation(query, doc, score string) (relation, error) {
	n, err := strconv.ParseInt(score, 10, 64)
	return relation{query, doc, n}, err
}
