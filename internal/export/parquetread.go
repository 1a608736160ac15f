package export

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"hardneg/internal/work"
)

// readParquet visits what the rows of a file become, in order, numbered from 1. A damaged file is an error, also where the reader panics
// on it.
func readParquet[T, R any](r io.ReaderAt, size int64, become func(T) R, visit func(n int, v R)) error {
	return readGroups(r, size, func(group parquet.RowGroup, add func(R)) (err error) {
		reader := parquet.NewGenericRowGroupReader[T](group)
		defer func() { err = errors.Join(err, reader.Close()) }()
		rows := make([]T, aheadBatch)
		for {
			clear(rows)
			n, err := reader.Read(rows)
			for _, row := range rows[:n] {
				add(become(row))
			}
			switch {
			case errors.Is(err, io.EOF):
				return nil
			case err != nil:
				return err
			}
		}
	}, visit)
}

// readRows is readParquet of a file whose columns are not those of a Go type. A row is valid until it became something else.
func readRows[R any](r io.ReaderAt, size int64, become func(parquet.Row) R, visit func(n int, v R)) error {
	return readGroups(r, size, func(group parquet.RowGroup, add func(R)) error {
		return readGroup(group, func(r parquet.Row) { add(become(r)) })
	}, visit)
}

// groupsAhead is how many row groups are in memory before they are visited. One has up to 32 MB.
const groupsAhead = 2

// groupRead is what the rows of a row group became, before the reader failed.
type groupRead[R any] struct {
	rows []R
	err  error
}

// readGroups visits what read adds for the rows of a file. Row groups are read on all cores.
func readGroups[R any](r io.ReaderAt, size int64, read func(group parquet.RowGroup, add func(R)) error, visit func(n int, v R)) (err error) {
	defer damaged(&err)
	file, err := parquet.OpenFile(r, size)
	if err != nil {
		return err
	}
	places, gone := make(chan struct{}, groupsAhead), make(chan struct{})
	groups := func(yield func(parquet.RowGroup) bool) {
		for _, g := range file.RowGroups() {
			select {
			case places <- struct{}{}:
			case <-gone:
				return
			}
			if !yield(g) {
				return
			}
		}
	}
	at := 0
	for g := range work.Ahead(groups, 1, func(group parquet.RowGroup) (g groupRead[R]) {
		defer damaged(&g.err)
		g.rows = make([]R, 0, min(group.NumRows(), defaultLimits.groupRows)) // which a damaged file could say any number of
		g.err = read(group, func(v R) { g.rows = append(g.rows, v) })
		return g
	}) {
		func() {
			defer func() {
				if p := recover(); p != nil { // nobody takes the other groups then
					close(gone)
					panic(p)
				}
			}()
			for _, v := range g.rows {
				at++
				visit(at, v)
			}
		}()
		if g.err != nil {
			close(gone)
			return g.err
		}
		<-places
	}
	return nil
}

func readGroup(group parquet.RowGroup, visit func(parquet.Row)) (err error) {
	rows := group.Rows()
	defer func() { err = errors.Join(err, rows.Close()) }()
	return eachRow(rows, visit)
}

// eachRow visits rows. Each is valid until visit returns.
func eachRow(rows parquet.RowReader, visit func(parquet.Row)) error {
	buf := make([]parquet.Row, 64)
	for {
		n, err := rows.ReadRows(buf)
		for _, r := range buf[:n] {
			visit(r)
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// damaged turns a panic of the reader into an error.
func damaged(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("damaged Parquet file: %v", p)
	}
}
