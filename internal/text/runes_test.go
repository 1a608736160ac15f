package text

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestRunesAreCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if s := rapid.String().Draw(t, "text"); Runes(s) != utf8.RuneCountInString(s) {
			t.Fatalf("%q: %d", s, Runes(s))
		}
	})
}
