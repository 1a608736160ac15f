package export

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"hardneg/internal/work"
)

// readParquet visits what the rows of a file become, in order, numbered from 1; they become it on all cores. A damaged file is an error,
// also where the reader panics on it.
func readParquet[T, R any](r io.ReaderAt, size int64, become func(T) R, visit func(n int, v R)) (err error) {
	defer damaged(&err)
	file, err := parquet.OpenFile(r, size)
	if err != nil {
		return err
	}
	reader := parquet.NewGenericReader[T](file)
	defer func() { err = errors.Join(err, reader.Close()) }()
	var failed error
	all := func(yield func(T) bool) {
		defer damaged(&failed)
		rows := make([]T, aheadBatch)
		for {
			clear(rows)
			n, err := reader.Read(rows)
			for _, row := range rows[:n] {
				if !yield(row) {
					return
				}
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					failed = err
				}
				return
			}
		}
	}
	at := 0
	for row := range work.Ahead(all, aheadBatch, become) {
		at++
		visit(at, row)
	}
	return failed
}

// readRows visits the rows of a file whose columns are not those of a Go type. A row is valid until taken returns; what it became
// becomes another thing on all cores.
func readRows[T, R any](r io.ReaderAt, size int64, taken func(parquet.Row) T, become func(T) R, visit func(n int, v R)) (err error) {
	defer damaged(&err)
	file, err := parquet.OpenFile(r, size)
	if err != nil {
		return err
	}
	var failed error
	all := func(yield func(T) bool) {
		defer damaged(&failed)
		for _, group := range file.RowGroups() {
			if more, err := readGroup(group, func(r parquet.Row) bool { return yield(taken(r)) }); !more || err != nil {
				failed = err
				return
			}
		}
	}
	at := 0
	for v := range work.Ahead(all, aheadBatch, become) {
		at++
		visit(at, v)
	}
	return failed
}

func readGroup(group parquet.RowGroup, visit func(parquet.Row) bool) (more bool, err error) {
	rows := group.Rows()
	defer func() { err = errors.Join(err, rows.Close()) }()
	buf := make([]parquet.Row, 64)
	for {
		n, err := rows.ReadRows(buf)
		for _, r := range buf[:n] {
			if !visit(r) {
				return false, nil
			}
		}
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
}

// damaged turns a panic of the reader into an error.
func damaged(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("damaged Parquet file: %v", p)
	}
}
