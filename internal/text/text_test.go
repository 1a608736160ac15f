package text

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestNormal(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"case, punctuation and blanks", "  What, is\tthe  CAPITAL of France?! ", "what is the capital of france"},
		{"width and ligatures", "Ｆｕｌｌ ﬁne ①", "full fine 1"},
		{"composition", "Cafe\u0301 CAFÉ", "café café"},
		{"sharp s and final sigma", "STRASSE straße ΣΊΣΥΦΟΣ σίσυφος", "strasse strasse σίσυφοσ σίσυφοσ"},
		{"quotes", "don’t don't “so”", "don t don t so"},
		{"invisible characters", "in\u200bvis\u00adible\u2060 \ufeffmark", "invisible mark"},
		{"markup", "**bold** `code` | a | ~~no~~ <b>", "bold code a no b"},
		{"names with signs", "C# and C++ on .NET", "c# and c++ on net"},
		{"a heading's sharp is markup", "# Title", "title"},
		{"currency stays", "5 € is not 5 $", "5 € is not 5 $"},
		{"nothing to read", "?!…", ""},
		{"broken bytes", "a\xffb", "a\ufffdb"},
	} {
		if got := Normal(c.in); got != c.want {
			t.Errorf("%s: Normal(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"plain", "The cat's 3.5 kg, isn’t it?", []string{"the", "cat's", "3.5", "kg", "isn't", "it"}},
		{"hyphens part", "well-known", []string{"well", "known"}},
		{"Chinese by character", "机器学习 2 号", []string{"机", "器", "学", "习", "2", "号"}},
		{"kana by character", "データの", []string{"デ", "ー", "タ", "の"}},
		{"spaced Hangul by word", "한국의 수도", []string{"한국의", "수도"}},
		{"unspaced Hangul by syllable", "대한민국헌법제일조", []string{"대", "한", "민", "국", "헌", "법", "제", "일", "조"}},
		{"none", " … — ", nil},
	} {
		if diff := cmp.Diff(c.want, Words(c.in)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestCountWords(t *testing.T) {
	for _, c := range []struct {
		in   string
		want int
	}{
		{"", 0}, {"?", 0}, {"one", 1}, {"Two words.", 2}, {"the cat isn't 3.5 kg", 5},
		{"机器学习", 3},       // 4 characters at 1.6 a word
		{"我", 1},          // never 0 where something stands
		{"光合作用的过程是什么", 6}, // 10 characters
		{"한국의 수도는 어디", 3},
		{"ภาษาไทยเขียนติดกัน", 5}, // 18 code points at 4 a word
	} {
		if got := CountWords(c.in); got != c.want {
			t.Errorf("CountWords(%q) = %d, want %d", c.in, got, c.want)
		}
	}
}

func TestCountWordsIsTheNumberOfWordsWhereWordsAreSpaced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOf(rapid.StringMatching(`[A-Za-zäöüéñ0-9'.,;:()-]{0,12}`)).Draw(t, "words"), " ")
		if got, want := CountWords(s), len(Words(s)); got != want {
			t.Errorf("CountWords(%q) = %d, Words gives %d", s, got, want)
		}
	})
}

func TestSentences(t *testing.T) {
	in := "Dr. Smith met J. R. Doe in the U.S. in 1974. They spoke, e.g. of oil! Why?\n\nA hard-wrapped\nline goes on.\n- item one\n- item two"
	want := []string{"Dr. Smith met J. R. Doe in the U.S. in 1974.", "They spoke, e.g. of oil!", "Why?", "A hard-wrapped line goes on.",
		"- item one", "- item two"}
	if diff := cmp.Diff(want, Sentences(in)); diff != "" {
		t.Error(diff)
	}
}

func FuzzNormal(f *testing.F) {
	for _, s := range []string{"a\xffb", "ΐ ΐ İ ŉ", "C#", "\u200d\u0301", "ﬃ①", "한국", "\u0345\u0301a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := Normal(s)
		if !utf8.ValidString(n) || strings.TrimSpace(n) != n {
			t.Errorf("Normal(%q) = %q is not clean", s, n)
		}
		if again := Normal(n); again != n {
			t.Errorf("Normal(%q) = %q, and of that %q", s, n, again)
		}
		if slices.Contains(Words(s), "") || CountWords(s) < 0 {
			t.Errorf("empty word in %q", s)
		}
		Sentences(s)
	})
}

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"\n  when  did\tit begin \n\n": "when did it begin", "one\r\n\n two": "one\ntwo", " \n": "", "a\xff b": "a\xff b",
	} {
		if got := Line(in); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
}

// The fast way for ASCII must be the slow way.
func FuzzNormalASCII(f *testing.F) {
	for _, s := range []string{"C# and C++", "#1 Hit", "a  b\tc", "don't", "U.S.A.", "x#y##", "`code` <b> ^~|="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !isASCII(s) {
			return
		}
		got, _ := normalASCII(s)
		if want := Normal(s + "\u00e9"); got != strings.TrimSuffix(strings.TrimSuffix(want, "\u00e9"), " ") {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	})
}
