package text

import (
	"testing"

	"github.com/cespare/xxhash/v2"
	"pgregory.net/rapid"
)

// sumOf is NormalSum by the normal form itself.
func sumOf(s string) uint64 {
	if n := Normal(s); n != "" {
		s = n
	}
	return xxhash.Sum64String(s)
}

func TestSumsAreThoseOfNormalForms(t *testing.T) {
	for _, s := range []string{"", " ", "#", "a#", "C# and F#.", "# C", "C##", "C++ is, well, C++", "A  B\tc\n", "...", "Ünïcode #1", "a\x00b", "'quoted'", "é#", "1#"} {
		if NormalSum(s) != sumOf(s) {
			t.Errorf("%q: normal form %q", s, Normal(s))
		}
	}
	part := rapid.OneOf(rapid.StringOf(rapid.RuneFrom([]rune("aB1# .,'_-+\t"))), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		title, s := part.Draw(t, "title"), part.Draw(t, "text")
		if NormalSum(s) != sumOf(s) {
			t.Errorf("%q: normal form %q", s, Normal(s))
		}
		both := title + " " + s
		if title == "" {
			both = s
		}
		if TitledSum(title, s) != sumOf(both) {
			t.Errorf("%q and %q: normal form %q", title, s, Normal(both))
		}
	})
}

func TestSumsTellTextsApart(t *testing.T) {
	if NormalSum("a b") != NormalSum("A, b!") || NormalSum("a b") == NormalSum("a c") || NormalSum("?") == NormalSum("!") {
		t.Error("texts are the same where their normal forms are")
	}
}
