//go:build !unix

package dense

import "os"

// mapped reads the first bytes of a file, where files can't be mapped.
func mapped(f *os.File, size int) ([]byte, func() error, error) {
	b := make([]byte, size)
	_, err := f.ReadAt(b, 0)
	return b, func() error { return nil }, err
}
