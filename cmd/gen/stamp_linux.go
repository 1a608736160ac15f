package main

import (
	"io/fs"
	"syscall"
	"time"
)

// lastChange is the inode of a file and when anything of it was last changed, its times included.
func lastChange(info fs.FileInfo) (inode uint64, changed time.Time, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, time.Time{}, false
	}
	return st.Ino, time.Unix(st.Ctim.Unix()), true
}
