package export

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// limits bound the parts of Parquet files. A row group is what a reader loads at once, and what a writer holds; a file is
// what the Hub likes to get. Bytes are uncompressed.
type limits struct {
	groupRows, groupBytes, fileBytes int64
}

var defaultLimits = limits{groupRows: 10_000, groupBytes: 64 << 20, fileBytes: 500 << 20}

// pageBytes is the size of a page, uncompressed: what the Hub's viewer fetches at a time, by the page index. A writer holds
// one a column, so larger ones cost memory (1 MB: half as much again).
const pageBytes = 256 << 10

// shards writes the rows of one split to data/SPLIT-0000I-of-0000N.parquet. The number of files is known at the end, so
// until then they are called data/SPLIT-0000I.parquet. It holds at most one row group.
type shards[T any] struct {
	files *Files
	split string
	lim   limits

	done []*output // complete files
	out  *output   // file being written, nil between two files
	w    *parquet.GenericWriter[T]
	one  [1]T // the row being written

	groupRows, groupBytes, fileBytes int64
}

func newShards[T any](files *Files, split string, o Options) *shards[T] {
	s := &shards[T]{files: files, split: split, lim: defaultLimits}
	if o.limits != nil {
		s.lim = *o.limits
	}
	return s
}

// add writes a row of about size bytes.
func (s *shards[T]) add(r T, size int64) error {
	if s.out == nil {
		if err := s.start(); err != nil {
			return err
		}
	}
	s.one[0] = r
	if _, err := s.w.Write(s.one[:]); err != nil {
		return fmt.Errorf("write %s: %w", s.out.Path, err)
	}
	s.out.Rows++
	s.groupRows++
	s.groupBytes += size
	s.fileBytes += size
	switch {
	case s.fileBytes >= s.lim.fileBytes:
		return s.finish()
	case s.groupRows >= s.lim.groupRows || s.groupBytes >= s.lim.groupBytes:
		s.groupRows, s.groupBytes = 0, 0
		return s.w.Flush()
	}
	return nil
}

func (s *shards[T]) start() (err error) {
	s.out, err = s.files.Create(fmt.Sprintf("data/%s-%05d.parquet", s.split, len(s.done)), s.split)
	if err != nil {
		return err
	}
	s.groupRows, s.groupBytes, s.fileBytes = 0, 0, 0
	s.w = parquet.NewGenericWriter[T](s.out,
		parquet.Compression(&parquet.Zstd),
		parquet.CreatedBy("hardneg", "1.0.0", "0"), // fixed: a new build is to write the same bytes
		parquet.PageBufferSize(pageBytes),
		parquet.DataPageStatistics(false), // whole texts as minimum and maximum of every page; the page index has them cut
	)
	return nil
}

func (s *shards[T]) finish() error {
	if err := s.w.Close(); err != nil {
		return fmt.Errorf("write %s: %w", s.out.Path, err)
	}
	if err := s.out.Close(); err != nil {
		return err
	}
	s.done = append(s.done, s.out)
	s.out, s.w = nil, nil
	return nil
}

// Close completes the files and gives them their names.
func (s *shards[T]) Close() error {
	if s.out != nil {
		if err := s.finish(); err != nil {
			return err
		}
	}
	for i, o := range s.done {
		if err := s.files.rename(o, fmt.Sprintf("data/%s-%05d-of-%05d.parquet", s.split, i, len(s.done))); err != nil {
			return err
		}
	}
	return nil
}

// readParquet visits the rows of a file in order, numbered from 1. A damaged file is an error, also where the reader panics on it.
func readParquet[T any](r io.ReaderAt, size int64, visit func(n int, v T)) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("damaged Parquet file: %v", p)
		}
	}()
	file, err := parquet.OpenFile(r, size)
	if err != nil {
		return err
	}
	reader := parquet.NewGenericReader[T](file)
	defer func() { err = errors.Join(err, reader.Close()) }()
	rows := make([]T, 64)
	for at := 1; ; {
		clear(rows)
		n, err := reader.Read(rows)
		for i, row := range rows[:n] {
			visit(at+i, row)
		}
		at += n
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
