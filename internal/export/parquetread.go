package export

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"hardneg/internal/work"
)

// readParquet visits the rows of a file in order, numbered from 1. A damaged file is an error, also where the reader panics on it.
func readParquet[T any](r io.ReaderAt, size int64, visit func(n int, v T)) (err error) {
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
	for row := range work.Ahead(all, aheadBatch, func(row T) T { return row }) {
		at++
		visit(at, row)
	}
	return failed
}

// readRows visits the rows of a file whose columns are not those of a Go type. A row is valid until visit returns.
func readRows(r io.ReaderAt, size int64, visit func(n int, r parquet.Row)) (err error) {
	defer damaged(&err)
	file, err := parquet.OpenFile(r, size)
	if err != nil {
		return err
	}
	at := 1
	for _, group := range file.RowGroups() {
		if at, err = readGroup(group, at, visit); err != nil {
			return err
		}
	}
	return nil
}

func readGroup(group parquet.RowGroup, at int, visit func(n int, r parquet.Row)) (next int, err error) {
	rows := group.Rows()
	defer func() { err = errors.Join(err, rows.Close()) }()
	buf := make([]parquet.Row, 64)
	for {
		n, err := rows.ReadRows(buf)
		for _, r := range buf[:n] {
			visit(at, r)
			at++
		}
		if errors.Is(err, io.EOF) {
			return at, nil
		}
		if err != nil {
			return at, err
		}
	}
}

// damaged turns a panic of the reader into an error.
func damaged(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("damaged Parquet file: %v", p)
	}
}
