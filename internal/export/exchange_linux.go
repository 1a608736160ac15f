package export

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// exchange swaps two paths of one file system in one step. File systems without it answer EINVAL.
func exchange(a, b string) error {
	err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	if errors.Is(err, syscall.EINVAL) {
		return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	return err
}
