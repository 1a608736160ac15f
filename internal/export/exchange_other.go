//go:build unix && !linux

package export

import "errors"

func exchange(a, b string) error { return errors.ErrUnsupported }
