package export

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
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
