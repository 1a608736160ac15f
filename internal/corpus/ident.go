package corpus

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"golang.org/x/text/unicode/norm"

	"hardneg/internal/text"
)

// TextID is the id of a passage that was given none: "p" and the first 24 hexadecimal digits of the SHA-256 of its text,
// normalised to NFC with every run of white space as one space. Copies that differ in white space only share it.
func TextID(s string) string {
	form := make([]byte, 0, len(s))
	for word := range strings.FieldsSeq(norm.NFC.String(s)) {
		if len(form) > 0 {
			form = append(form, ' ')
		}
		form = append(form, word...)
	}
	sum := sha256.Sum256(form)
	return text.IDPrefix + hex.EncodeToString(sum[:text.IDDigits/2])
}

// clean is a text as it is kept: line ends are \n, nothing blank stands around it, the rest is as it was.
func clean(text string) string {
	if strings.IndexByte(text, '\r') >= 0 {
		text = lineEnds.Replace(text)
	}
	return strings.TrimSpace(text)
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// hasControl reports control characters other than tab and newline.
func hasControl(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\t' || c == '\n':
		case c < ' ' || c == 0x7f:
			return true
		case c == 0xc2 && text[i+1] < 0xa0: // C1, which UTF-8 writes as c2 80 to c2 9f; the text is valid
			return true
		}
	}
	return false
}
