//go:build !linux || !cgo

package store

// walVFS returns the name of the VFS that the writer opens its file with: SQLite's own.
func walVFS() string { return "" }
