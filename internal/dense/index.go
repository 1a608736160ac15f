// Package dense finds the vectors that are nearest to one, exactly: it compares with all of them. It owns the matrix of vectors, which
// lies in a file without a name and is mapped, so that a million vectors of 768 numbers (3 GB) take the memory that the machine has to
// spare and no more. What a row stands for, and where vectors come from, is not its matter.
package dense

import (
	"errors"
	"fmt"
	"math"
	"os"
	"unsafe"
)

// Index is a matrix of vectors of length 1. Fill it with Put, then Seal it; after that it is safe for concurrent use.
type Index struct {
	rows, dim int
	file      *os.File
	has       []bool
	missing   int
	matrix    []float32 // of the mapped file; nil before Seal
	unmap     func() error
}

// New returns an index for a number of rows. Its file is made in a folder, and has no name there that could be left behind.
func New(dir string, rows int) (*Index, error) {
	f, err := os.CreateTemp(dir, ".vectors-")
	if err != nil { // a run that is only looked at may lie where nothing can be written
		f, err = os.CreateTemp("", ".vectors-")
	}
	if err != nil {
		return nil, fmt.Errorf("make a file for the vectors: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("take the name off the file of the vectors: %w", err), f.Close())
	}
	return &Index{rows: rows, file: f, has: make([]bool, rows), missing: rows}, nil
}

// Dim is how many numbers a vector has, 0 before the first.
func (x *Index) Dim() int { return x.dim }

// Has reports whether a row has its vector.
func (x *Index) Has(row int) bool { return x.has[row] }

// Missing is how many rows have none.
func (x *Index) Missing() int { return x.missing }

// Errors of vectors that can't be compared.
var (
	ErrDimension = errors.New("the vectors have different dimensions")
	ErrLength    = errors.New("the vector has no length")
)

// Unit returns a vector with its length made 1. One of zeros, or with a number that is none, is ErrLength.
func Unit(v []float32) ([]float32, error) {
	var sum float64
	for _, a := range v {
		sum += float64(a) * float64(a)
	}
	length := math.Sqrt(sum)
	if !(length > 0) || math.IsInf(length, 0) {
		return nil, ErrLength
	}
	out := make([]float32, len(v))
	for i, a := range v {
		out[i] = float32(float64(a) / length)
	}
	return out, nil
}

// Put gives rows their vector, whatever its length. All vectors of an index have one dimension, else it is ErrDimension.
// It is not safe for concurrent use.
func (x *Index) Put(v []float32, rows ...int) error {
	if x.dim == 0 {
		x.dim = len(v)
	}
	if len(v) != x.dim {
		return fmt.Errorf("%w: %d and %d", ErrDimension, x.dim, len(v))
	}
	u, err := Unit(v)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if _, err := x.file.WriteAt(bytesOf(u), int64(row)*int64(x.dim)*4); err != nil {
			return fmt.Errorf("write vectors: %w", err)
		}
		if !x.has[row] {
			x.has[row] = true
			x.missing--
		}
	}
	return nil
}

// bytesOf is a vector as it lies in memory: the file is never read by another machine.
func bytesOf(v []float32) []byte {
	if len(v) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), 4*len(v))
}

// Seal ends the filling. It fails if a row has no vector.
func (x *Index) Seal() error {
	switch {
	case x.missing > 0:
		return fmt.Errorf("%d of %d rows have no vector", x.missing, x.rows)
	case x.matrix != nil || x.rows == 0:
		return nil
	}
	b, unmap, err := mapped(x.file, x.rows*x.dim*4)
	if err != nil {
		return fmt.Errorf("map the vectors: %w", err)
	}
	x.matrix, x.unmap = unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), x.rows*x.dim), unmap
	return nil
}

// Row is the vector of a row, which nobody may change.
func (x *Index) Row(row int) []float32 { return x.matrix[row*x.dim : (row+1)*x.dim] }

// Close frees the matrix.
func (x *Index) Close() error {
	var err error
	if x.unmap != nil {
		err = x.unmap()
	}
	x.matrix, x.unmap = nil, nil
	return errors.Join(err, x.file.Close())
}
