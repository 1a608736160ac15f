//go:build unix

package corpus

import (
	"os"
	"syscall"
)

// inode is the number of the file on its disk, 0 if unknown.
func inode(info os.FileInfo) uint64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Ino)
	}
	return 0
}
