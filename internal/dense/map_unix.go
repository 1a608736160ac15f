//go:build unix

package dense

import (
	"os"
	"syscall"
)

// mapped maps the first bytes of a file for reading. The kernel drops pages that nobody reads when memory is short.
func mapped(f *os.File, size int) ([]byte, func() error, error) {
	b, err := syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_SHARED)
	return b, func() error { return syscall.Munmap(b) }, err
}
