package text

import (
	"slices"
	"strings"
	"testing"

	"github.com/clipperhouse/uax29/v2/words"
)

// FuzzASCIIWords compares the segmentation of ASCII with that of all texts.
func FuzzASCIIWords(f *testing.F) {
	for _, s := range []string{"", "It's 3.5, or 1,000; u.s.a. a_b __ _1_ a:b 1:2 a.1 1.a x'", "a..b a.'b 1;;2 __.a\r\n\tq -- 9_,_9 don't'", "C++ #1 a\x00b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.Map(func(r rune) rune { return r & 0x7f }, s)
		var want []string
		for it := words.FromString(s); it.Next(); {
			if units(it.Value()) > 0 {
				want = append(want, it.Value())
			}
		}
		if got := wordsASCII(nil, s, s); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
		if got := CountWords(s); got != len(want) {
			t.Errorf("%q: %d words, want %d", s, got, len(want))
		}
	})
}

// TestASCIIWords tries all short texts of the characters that matter.
func TestASCIIWords(t *testing.T) {
	const alphabet = "aB1_.:,;' "
	var try func(s string)
	try = func(s string) {
		var want []string
		for it := words.FromString(s); it.Next(); {
			if units(it.Value()) > 0 {
				want = append(want, it.Value())
			}
		}
		if got := wordsASCII(nil, s, s); !slices.Equal(got, want) {
			t.Fatalf("%q: %q, want %q", s, got, want)
		}
		if len(s) < 5 {
			for i := range alphabet {
				try(s + alphabet[i:i+1])
			}
		}
	}
	try("")
}

func TestOneForeignByteIsFoundWhereverItStands(t *testing.T) {
	for n := range 100 {
		plain := strings.Repeat("x", n)
		if !isASCII(plain) {
			t.Errorf("%d letters are not ASCII", n)
		}
		for at := range n {
			for _, c := range []byte{0x80, 0xff} {
				if isASCII(plain[:at] + string([]byte{c}) + plain[at+1:]) {
					t.Errorf("byte %#x at %d of %d is ASCII", c, at, n)
				}
			}
		}
	}
}
