package text

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/clipperhouse/uax29/v2/words"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// latinRunes are all characters of the table.
func latinRunes() []rune {
	var all []rune
	for r := rune(0x80); r < signsEnd; r++ {
		if latins().of(r).known {
			all = append(all, r)
		}
	}
	return all
}

// A text is folded character by character only if none of the characters, in no step of the folding, goes together with what
// stands before it.
func TestLatinRunesStandAlone(t *testing.T) {
	alone := func(r rune, s string) {
		if s != "" && !norm.NFKC.PropertiesString(s).BoundaryBefore() {
			t.Errorf("%U is %q on the way", r, s)
		}
	}
	for _, r := range latinRunes() {
		s := strings.Map(foldRune, string(r))
		for range 2 {
			alone(r, s)
			s = norm.NFKC.String(s)
			alone(r, s)
			s = strings.Map(foldRune, cases.Fold().String(s))
		}
		alone(r, s)
	}
}

// someLatin is a random text of the table and of what has a say in the segmentation of words.
func someLatin(r *rand.Rand, all []rune) string {
	var b strings.Builder
	for range 1 + r.IntN(12) {
		if r.IntN(3) == 0 {
			b.WriteRune(all[r.IntN(len(all))])
			continue
		}
		b.WriteByte("aZk09 \n.,:;'\"_-#"[r.IntN(16)])
	}
	return b.String()
}

// The fast ways must be the slow ones, for each character among all its neighbours and for many rows of them.
func TestLatinIsTheSlowWay(t *testing.T) {
	all := latinRunes()
	r := rand.New(rand.NewPCG(1, 2))
	var texts []string
	for _, x := range all {
		for _, around := range []string{"a%a", "1%1", "1%a", "a%.a", "'%'", "_%_", "% ", "%%", "a%'1"} {
			texts = append(texts, strings.ReplaceAll(around, "%", string(x)))
		}
	}
	for range 50000 {
		texts = append(texts, someLatin(r, all))
	}
	for _, s := range texts {
		if got, ok := foldLatin(s); !ok || got != foldAny(s) {
			t.Fatalf("%q is folded to %q, not %q", s, got, foldAny(s))
		}
		sameWords(t, s)
		sameWords(t, foldAny(s))
	}
}

func sameWords(t *testing.T, s string) {
	t.Helper()
	var want []string
	for it := words.FromString(s); it.Next(); {
		if units(it.Value()) > 0 {
			want = append(want, it.Value())
		}
	}
	if plain, ok := standIn(s, true); ok && !slices.Equal(wordsASCII(nil, s, plain), want) {
		t.Fatalf("%q has the words %q, not %q", s, wordsASCII(nil, s, plain), want)
	}
	if plain, ok := standIn(s, false); ok && countASCII(plain) != len(want) {
		t.Fatalf("%q has %d words, not %d", s, countASCII(plain), len(want))
	}
}

func TestReadIsTheSameAsEach(t *testing.T) {
	for _, s := range []string{"", "–", "C# is “C++”, isn’t it?", "中国のこと", "a\u0308b", "\xff x"} {
		read := Read(s)
		if read.String() != s || read.Is(s) == Blank(s) || !slices.Equal(read.Words(), Words(s)) || read.Looping() != Looping(s) {
			t.Errorf("%q", s)
		}
	}
}
