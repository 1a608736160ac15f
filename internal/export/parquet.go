package export

import (
	"fmt"

	"github.com/parquet-go/parquet-go"
)

// limits bound the parts of Parquet files. A row group is what a reader loads at once, and what a writer holds; a file is
// what the Hub likes to get. Bytes are uncompressed.
type limits struct {
	groupRows, groupBytes, fileBytes int64
}

// Two groups of a table are in memory at once; with lengths and levels each stays far below the 32 MB that are allowed.
var defaultLimits = limits{groupRows: 10_000, groupBytes: 14 << 20, fileBytes: 500 << 20}

// pageBytes is the size of a page, uncompressed: what the Hub's viewer fetches at a time, by the page index. A writer holds
// one a column, so larger ones cost memory (1 MB: half as much again), and above 256 KB zstd's fastest level packs 4 in a hundred more bytes.
const pageBytes = 240 << 10

// codec is zstd at its fastest: a third less of the time of a file for three parts in a hundred more bytes.
var codec fastZstd

// shards writes the rows of one split of a table to DIR/SPLIT-0000I-of-0000N.parquet. The number of files is known at the
// end, so until then they are called DIR/SPLIT-0000I.parquet. It holds two row groups, in compressed pages but for the rows that are
// still to be encoded.
type shards[T any] struct {
	files *Files
	as    File // table and split of its files
	stem  string
	lim   limits

	schema *parquet.Schema // nil is that of T

	done []*output // complete files
	out  *output   // file being written, nil between two files
	w    *parquet.GenericWriter[T]

	filling *rowGroup[T]
	sealed  *rowGroup[T] // the one before, which may still be encoded; nil if there is none
	spare   *rowGroup[T]

	fileBytes int64
}

// newShards is for the one table of a data set.
func newShards[T any](files *Files, split string, o Options) *shards[T] {
	return newTable[T](files, "data", File{Split: split}, o)
}

// newTable is for one table of several, in a folder of its own.
func newTable[T any](files *Files, dir string, as File, o Options) *shards[T] {
	s := &shards[T]{files: files, as: as, stem: dir + "/" + as.Split, lim: defaultLimits}
	if o.limits != nil {
		s.lim = *o.limits
	}
	return s
}

// add takes a row of about size bytes, with all that it refers to, until its row group is written.
func (s *shards[T]) add(r T, size int64) error {
	if err := s.room(size); err != nil {
		return err
	}
	s.filling.add(r, size)
	s.out.Rows++
	s.out.decoded += size
	s.fileBytes += size
	return nil
}

// room ends the file or the row group where the next row would go beyond its bound.
func (s *shards[T]) room(size int64) error {
	if s.out != nil && s.fileBytes+size > s.lim.fileBytes {
		if err := s.finish(); err != nil {
			return err
		}
	}
	if s.out == nil {
		return s.start()
	}
	g := s.filling
	if g.rows >= s.lim.groupRows || g.rows > 0 && g.bytes+size > s.lim.groupBytes {
		return s.seal()
	}
	return nil
}

// seal begins another row group, beside the end of the one before.
func (s *shards[T]) seal() error {
	if err := s.take(); err != nil {
		return err
	}
	s.filling.seal()
	s.sealed, s.filling = s.filling, s.next()
	return nil
}

// next is an empty row group.
func (s *shards[T]) next() *rowGroup[T] {
	if g := s.spare; g != nil {
		s.spare = nil
		return g
	}
	return newRowGroup[T](s.options())
}

// take puts the sealed row group, if there is one, into the file.
func (s *shards[T]) take() error {
	g := s.sealed
	if g == nil {
		return nil
	}
	if err := g.copyTo(s.w); err != nil {
		return fmt.Errorf("write %s: %w", s.out.Path, err)
	}
	s.sealed, s.spare = nil, g
	return nil
}

func (s *shards[T]) start() (err error) {
	file := s.as
	file.Path = fmt.Sprintf("%s-%05d.parquet", s.stem, len(s.done))
	if s.out, err = s.files.Create(file); err != nil {
		return err
	}
	s.fileBytes = 0
	s.w, s.filling = parquet.NewGenericWriter[T](s.out, s.options()...), s.next()
	return nil
}

func (s *shards[T]) options() []parquet.WriterOption {
	schema := s.schema
	if schema == nil {
		schema = parquet.SchemaOf(new(T))
	}
	return []parquet.WriterOption{
		parquet.Compression(&codec),
		parquet.CreatedBy("hardneg", "1.0.0", "0"), // fixed: a new build is to write the same bytes
		parquet.PageBufferSize(pageBytes),
		parquet.DataPageStatistics(false),   // whole texts as minimum and maximum of every page; the page index has them cut
		parquet.NewSchema("schema", schema), // else the root has the name of a Go type, which readers of Avro refuse
	}
}

func (s *shards[T]) finish() error {
	if err := s.seal(); err != nil {
		return err
	}
	if err := s.take(); err != nil {
		return err
	}
	if err := s.w.Close(); err != nil {
		return fmt.Errorf("write %s: %w", s.out.Path, err)
	}
	if err := s.out.Close(); err != nil {
		return err
	}
	s.done = append(s.done, s.out)
	s.out, s.w, s.filling = nil, nil, nil
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
		if err := s.files.rename(o, fmt.Sprintf("%s-%05d-of-%05d.parquet", s.stem, i, len(s.done))); err != nil {
			return err
		}
	}
	return nil
}
