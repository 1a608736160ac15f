package text

import (
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"
	"pgregory.net/rapid"
)

// openingOf is the opening by the normal form of the whole.
func openingOf(title, s string) uint64 {
	if title != "" {
		s = title + " " + s
	}
	n := strings.NewReplacer(" ", "", "#", "").Replace(Normal(s))
	return xxhash.Sum64String(n[:min(len(n), openingSize)])
}

func TestOpeningsAreTheBeginningsOfNormalForms(t *testing.T) {
	runes := []rune("aB1# .,'_-+\t\n=éÉßﬁ\u0301\u0338\u3099かがカ漢字ＡＢ１’“—\u00ad\u200b\u2060²½Å\u212b한글\u1100\u1161\u0000\ufffd")
	part := rapid.OneOf(rapid.StringOf(rapid.RuneFrom(runes)), rapid.String(), rapid.StringOfN(rapid.RuneFrom(runes), 100, 700, -1),
		rapid.Map(rapid.StringOfN(rapid.RuneFrom([]rune("ab \u0301漢")), 20, 300, -1), func(s string) string { return s + "\xff\xc3" + s }))
	rapid.Check(t, func(t *rapid.T) {
		title, s := part.Draw(t, "title"), part.Draw(t, "text")
		if opening(title, s) != openingOf(title, s) {
			t.Fatalf("%q and %q: normal form %q", title, s, Normal(title+" "+s))
		}
	})
}

func TestFormsAreTheSameWhereSumsAre(t *testing.T) {
	word := rapid.SampledFrom([]string{"The", "the", "Tower", "tower,", "of", "Ｐisa", "pisa", "é", "e\u0301", "C#", "-", "塔"})
	some := rapid.Map(rapid.SliceOfN(word, 0, 5), func(ws []string) string { return strings.Join(ws, " ") })
	rapid.Check(t, func(t *rapid.T) {
		long := strings.Repeat("The same beginning of both. ", rapid.IntRange(0, 2).Draw(t, "long"))
		a := NewForm(some.Draw(t, "title"), long+some.Draw(t, "text"))
		b := NewForm(some.Draw(t, "other title"), long+some.Draw(t, "other text"))
		x, y := a.Sums(), b.Sums()
		want := x[0] == y[0] || x[1] == y[0] || x[0] == y[1] || x[1] == y[1]
		if a.Same(&b) != want || b.Same(&a) != want || (Forms{&b}).Has(&a) != want {
			t.Fatalf("%q %q and %q %q: want %v", a.Title, a.Text, b.Title, b.Text, want)
		}
		if want && a.openings != b.openings && a.Title == "" && b.Title == "" {
			t.Fatalf("%q and %q have other openings", a.Text, b.Text)
		}
	})
}

func TestTheSameTextInOtherClothes(t *testing.T) {
	titled := NewForm("Pisa", "The tower leans.")
	for s, want := range map[string]bool{"Pisa: the tower leans": true, "the TOWER — leans!": true, "The tower leant.": false, "": false} {
		if f := NewForm("", s); titled.Same(&f) != want {
			t.Errorf("%q: want %v", s, want)
		}
	}
}
