//go:build !linux || !cgo

package store

// readersDriver is the driver whose connections know gen_row and gen_rows.
func readersDriver() string { return goRowsDriver() }
