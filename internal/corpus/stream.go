package corpus

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	headSize   = 64 << 10  // what detection may look at
	readAhead  = 4 << 10   // of compressed bytes; small, so that the ratio is known early
	bombAfter  = 64 << 20  // decompressed bytes before the ratio counts: small files of blanks are harmless
	bombRatio  = 1000      // no text compresses like that
	zstdMemory = 256 << 20 // window of a zstd frame
)

// stream is an open file: decompressed, without byte order mark.
type stream struct {
	path   string
	br     *bufio.Reader
	eol    byte // '\n', or '\r' in files of the kind old Macs wrote
	closer []func()
}

// openStream opens a file and refuses, as *Error, what cannot be text. A non-nil want is what the file looked like
// before: a difference, now or at the end of the stream, is an error of rule "changed".
func openStream(path string, want os.FileInfo) (*stream, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &Error{File: path, Rule: "stream", Message: "cannot be opened", Err: err}
	}
	st := &stream{path: path, closer: []func(){func() { f.Close() }}}
	g := &guard{path: path, f: f, want: want}
	if err := g.changed(); err != nil {
		st.close()
		return nil, err
	}
	if err := st.decompress(g); err != nil {
		st.close()
		return nil, err
	}
	st.br = bufio.NewReaderSize(g, headSize)
	if err := st.inspect(); err != nil {
		st.close()
		return nil, err
	}
	return st, nil
}

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// decompress sets what the guard reads from, by the first bytes of the file.
func (st *stream) decompress(g *guard) error {
	g.in = bufio.NewReaderSize(countTo{g.f, &g.taken}, readAhead)
	magic, _ := g.in.Peek(len(zstdMagic)) // an error of the file comes again with the first read
	switch {
	case bytes.HasPrefix(magic, gzipMagic):
		g.kind = "gzip"
		zr, err := gzip.NewReader(g.in)
		if err != nil {
			return g.broken(err)
		}
		g.r = zr
	case bytes.Equal(magic, zstdMagic) || isSkippable(magic):
		g.kind = "zstd"
		zr, err := zstd.NewReader(g.in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(zstdMemory))
		if err != nil {
			return g.broken(err)
		}
		st.closer = append(st.closer, zr.Close)
		g.r = zr
	default:
		g.r = g.in
	}
	return nil
}

// isSkippable recognises the frame of meta data with which some zstd writers begin a file.
func isSkippable(magic []byte) bool {
	return len(magic) == 4 && magic[0]&0xf0 == 0x50 && bytes.Equal(magic[1:], []byte{0x2a, 0x4d, 0x18})
}

// inspect looks at the head: refuses other encodings and binary files, strips the mark, finds the kind of line end.
func (st *stream) inspect() error {
	head, _ := st.br.Peek(headSize)
	if err := refuse(st.path, head); err != nil {
		return err
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		st.br.Discard(3)
	}
	st.eol = '\n'
	if bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 {
		st.eol = '\r'
	}
	return nil
}

// head is the first 64 KiB, or all there is. A head without content is an error of rule "empty".
func (st *stream) head() ([]byte, error) {
	head, err := st.br.Peek(headSize)
	if err == nil || errors.Is(err, bufio.ErrBufferFull) || len(bytes.TrimSpace(head)) > 0 {
		return head, nil
	}
	if err != io.EOF {
		return nil, err
	}
	return nil, noRecords(st.path, "passages", Stats{}, nil)
}

func (st *stream) close() {
	for _, c := range st.closer {
		c()
	}
}

// countTo counts the bytes that pass.
type countTo struct {
	r io.Reader
	n *int64
}

func (c countTo) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	*c.n += int64(n)
	return n, err
}

// guard is the decompressed content of a file. It turns every failure into an *Error, and keeps returning it: a reader
// that peeked past the fault must meet it again.
type guard struct {
	path  string
	f     *os.File
	want  os.FileInfo
	kind  string // gzip, zstd or "" for plain
	in    *bufio.Reader
	r     io.Reader
	taken int64 // bytes read from the file, read ahead or not
	given int64 // bytes handed out
	err   error
}

func (g *guard) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	n, err := g.r.Read(p)
	g.given += int64(n)
	switch {
	case err == io.EOF:
		if g.err = g.changed(); g.err == nil {
			g.err = io.EOF
		}
	case err != nil:
		g.err = g.broken(err)
	case g.kind != "" && g.given > bombAfter && g.given/bombRatio > g.taken-int64(g.in.Buffered()):
		g.err = &Error{File: g.path, Rule: "bomb",
			Message: fmt.Sprintf("%s data grows more than %d-fold when unpacked", g.kind, bombRatio),
			Hint:    "this is no text; if you trust the file, unpack it and name the unpacked one"}
	}
	return n, g.err
}

// broken is the error of a stream that ends too early or fails its checksum.
func (g *guard) broken(err error) error {
	kind := g.kind
	if kind == "" {
		kind = "file"
	}
	return &Error{File: g.path, Rule: "stream", Err: err,
		Message: fmt.Sprintf("%s data is broken after %d bytes of content", kind, g.given),
		Hint:    "the file is incomplete or damaged: fetch it again; use nothing of it"}
}

// changed compares the file with what it was when it was opened first.
func (g *guard) changed() error {
	if g.want == nil {
		return nil
	}
	now, err := g.f.Stat()
	if err != nil {
		return g.broken(err)
	}
	if os.SameFile(g.want, now) && g.want.Size() == now.Size() && g.want.ModTime().Equal(now.ModTime()) {
		return nil
	}
	return &Error{File: g.path, Rule: "changed", Message: "changed while it was read",
		Hint: "wait until it is written, or read a copy"}
}
