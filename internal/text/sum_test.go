package text

import (
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"
	"pgregory.net/rapid"
)

// sumOf is NormalSum by the normal form itself, which is made without what is for ASCII.
func sumOf(s string) uint64 {
	if n := normalRunes(fold(s)); n != "" {
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

// TestSumsAreThoseOfEightBytes has every two bytes, at every place of the eight that are done at a time.
func TestSumsAreThoseOfEightBytes(t *testing.T) {
	for at := range 8 {
		b := []byte("abcdefghijklmnopqrstuvwx")
		for first := range 0x81 {
			for second := range 0x81 {
				b[at], b[at+1] = byte(first), byte(second)
				if s := string(b); NormalSum(s) != sumOf(s) {
					t.Fatalf("%q: normal form %q", s, Normal(s))
				}
			}
		}
	}
}

// TestSumsOfTextsOfAllSizes has texts around the sizes for which there is another room.
func TestSumsOfTextsOfAllSizes(t *testing.T) {
	long := strings.Repeat("Some words, of ASCII. ", 200)
	for n := range 4200 {
		if n > 300 && n < 950 || n > 1100 && n < 4000 {
			continue
		}
		if TitledSum("A title", long[:n]) != sumOf("A title "+long[:n]) || NormalSum(long[:n]) != sumOf(long[:n]) {
			t.Fatalf("%d bytes", n)
		}
	}
}

func TestSumsTellTextsApart(t *testing.T) {
	if NormalSum("a b") != NormalSum("A, b!") || NormalSum("a b") == NormalSum("a c") || NormalSum("?") == NormalSum("!") {
		t.Error("texts are the same where their normal forms are")
	}
}
