package text

import (
	"encoding/hex"
	"strings"
)

// The form of an id that was made of a text: "p" and so many hexadecimal digits. What has one and the same such id says the same, but for
// its spaces and its title.
const (
	IDPrefix = "p"
	IDDigits = 24
)

// IsID reports whether an id has that form.
func IsID(id string) bool {
	digits, ok := strings.CutPrefix(id, IDPrefix)
	if !ok || len(digits) != IDDigits {
		return false
	}
	_, err := hex.DecodeString(digits)
	return err == nil
}
