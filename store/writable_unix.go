//go:build unix

package store

import "golang.org/x/sys/unix"

// writable reports whether files can be made in dir: not on a read-only file system, and not without the right to.
func writable(dir string) bool { return unix.Access(dir, unix.W_OK) == nil }
