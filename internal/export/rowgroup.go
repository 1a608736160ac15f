package export

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/parquet-go/parquet-go"

	"hardneg/internal/work"
)

// rowGroup is encoded as a file of its own, in memory, from which its columns are copied as they are: so the end of one is encoded while
// the next one begins. Encoding takes more of a core than making the rows.
type rowGroup[T any] struct {
	rows, bytes int64 // so far; bytes are those of add

	batch   []T
	encoded *work.Job[error] // of the batches before; it touches nothing but memory, and ends by itself where the data set is given up
	file    bytes.Buffer
	w       *parquet.GenericWriter[T]
}

// groupBatch is how many rows are encoded at a time, and pageStep how many of them are given to a page before it is looked at: with more of
// them pages go beyond their size, and zstd packs what is above 256 KB less tightly.
const (
	groupBatch = 64
	pageStep   = 4
)

func newRowGroup[T any](options []parquet.WriterOption) *rowGroup[T] {
	g := new(rowGroup[T])
	g.w = parquet.NewGenericWriter[T](&g.file, options...)
	return g
}

// add takes a row, whose size is about that many bytes.
func (g *rowGroup[T]) add(r T, size int64) {
	if g.batch == nil {
		g.batch = make([]T, 0, groupBatch)
	}
	g.batch = append(g.batch, r)
	g.rows++
	g.bytes += size
	if len(g.batch) == groupBatch {
		g.encode(nil)
	}
}

// seal is called after the last row.
func (g *rowGroup[T]) seal() { g.encode(g.w.Close) }

// encode writes the batch, after those before it and beside whoever goes on.
func (g *rowGroup[T]) encode(finish func() error) {
	before, batch := g.encoded, g.batch
	g.batch = nil
	g.encoded = work.Begin(func() error {
		if before != nil {
			if err := before.Wait(); err != nil {
				return err
			}
		}
		for some := range slices.Chunk(batch, pageStep) {
			if _, err := g.w.Write(some); err != nil {
				return err
			}
		}
		if finish == nil {
			return nil
		}
		return finish()
	})
}

// copyTo adds the sealed row group to a file, and empties it.
func (g *rowGroup[T]) copyTo(w *parquet.GenericWriter[T]) error {
	if err := g.encoded.Wait(); err != nil {
		return err
	}
	file, err := parquet.OpenFile(bytes.NewReader(g.file.Bytes()), int64(g.file.Len()))
	if err != nil {
		return err
	}
	groups := file.RowGroups()
	if len(groups) != 1 {
		return fmt.Errorf("%d row groups in place of one", len(groups))
	}
	if _, err := w.WriteRowGroup(groups[0]); err != nil {
		return err
	}
	g.rows, g.bytes, g.encoded = 0, 0, nil
	g.file.Reset()
	g.w.Reset(&g.file)
	return nil
}
