//go:build !linux

package store

import "errors"

func localDisk(string) error { return nil }

// FreeBytes is not known on this system.
func FreeBytes(string) (int64, error) { return 0, errors.New("free space is not known on this system") }
