package text

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const plague = "Other forms of plague have been implicated by modern scientists. The modern bubonic plague has a mortality rate of 30–75% and " +
	"symptoms including fever of 38–41 °C (100–106 °F), headaches, painful aching joints, nausea and vomiting, and a general feeling of malaise."

func TestNearDuplicate(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		want       bool
	}{
		{"itself", plague, plague, true},
		{"case, quotes and blanks", plague, "  " + strings.ToUpper(plague) + "\n", true},
		{"two words changed", plague, strings.Replace(strings.Replace(plague, "modern scientists", "recent researchers", 1), "nausea", "sickness", 1), true},
		{"half of it", plague, plague[:len(plague)/2], true},
		{"with a preamble", plague, "Medical history. " + plague, true},
		{"rewritten", plague, "Scientists today suggest that further kinds of plague were at work. Of those who catch bubonic plague 30 to 75 " +
			"percent die; they suffer from fever between 38 and 41 degrees, pain in head and joints, sickness and a sense of being ill.", false},
		{"same frame, other facts", "The river Elbe is 1094 kilometres long and flows into the North Sea near Cuxhaven",
			"The river Oder is 866 kilometres long and flows into the Baltic Sea near Szczecin", false},
		{"short and equal", "Women walk along a beach.", "women walk along a beach", true},
		{"short and nearly equal", "Five women walk along a beach.", "Four women walk along a beach.", false},
		{"short inside long", "aching joints, nausea and vomiting", plague, false},
		{"Chinese with a changed ending", "光合作用是植物利用光能将二氧化碳和水转化为有机物并释放氧气的过程对生态很重要", "光合作用是植物利用光能将二氧化碳和水转化为有机物并释放氧气的过程对生态重要", true},
		{"Chinese, another fact", "光合作用是植物利用光能将二氧化碳和水转化为有机物的过程", "呼吸作用是细胞分解葡萄糖释放能量并产生二氧化碳的过程", false},
		{"both empty", "", " ?", true},
		{"one empty", "", plague, false},
	} {
		if NearDuplicate(c.a, c.b) != c.want || NearDuplicate(c.b, c.a) != c.want {
			t.Errorf("%s: want %v", c.name, c.want)
		}
	}
}

func TestCopied(t *testing.T) {
	for _, c := range []struct {
		name, query string
		want        bool
	}{
		{"eight words in a row", "why does modern bubonic plague has a mortality rate of 30 matter", true},
		{"seven in a long query", "what is the reason that bubonic plague has a mortality rate of some kind in towns", false},
		{"most of a query of seven", "symptoms including fever of 38–41 °C list", true},
		{"five words are a name", "a general feeling of malaise", false},
		{"own words", "how deadly is bubonic plague without treatment today", false},
		{"case and punctuation do not hide it", "MODERN bubonic plague has, a mortality rate of 30", true},
	} {
		if got := Copied(c.query, plague); got != c.want {
			t.Errorf("%s: Copied(%q) = %v", c.name, c.query, got)
		}
	}
	if !Copied("植物利用光能将二氧化碳和水转化为有机物", "光合作用是植物利用光能将二氧化碳和水转化为有机物的过程") {
		t.Error("a copied Chinese query is not seen")
	}
	if Copied("植物怎样把光能变成有机物和氧气", "光合作用是植物利用光能将二氧化碳和水转化为有机物的过程") {
		t.Error("a Chinese query in own words is taken for a copy")
	}
}

func TestContains(t *testing.T) {
	if !Contains("Asked: who, wrote FAUST?", "who wrote Faust") || Contains("who then wrote Faust", "who wrote faust") || Contains("a", "?") {
		t.Error("Contains")
	}
}

func TestNearIsSymmetricAndReflexive(t *testing.T) {
	word := rapid.SampledFrom(strings.Fields("the a river plague of in is long short 光 合 작용 1974"))
	rapid.Check(t, func(t *rapid.T) {
		a := strings.Join(rapid.SliceOf(word).Draw(t, "a"), " ")
		b := strings.Join(rapid.SliceOf(word).Draw(t, "b"), " ")
		if !NearDuplicate(a, a) || NearDuplicate(a, b) != NearDuplicate(b, a) {
			t.Errorf("%q, %q", a, b)
		}
		if Copied(b, "") {
			t.Error("copied from nothing")
		}
	})
}

func FuzzNearDuplicate(f *testing.F) {
	f.Add(plague, plague[:40])
	f.Add("a\xff", "光合")
	f.Fuzz(func(t *testing.T, a, b string) {
		if !NearDuplicate(a, a) || NearDuplicate(a, b) != NearDuplicate(b, a) {
			t.Errorf("%q, %q", a, b)
		}
		Copied(a, b)
		Contains(a, b)
	})
}

func BenchmarkSketch(b *testing.B) {
	b.SetBytes(int64(len(plague)))
	for b.Loop() {
		NewSketch(plague)
	}
}

func TestRunsOfASCIIAreThoseOfItsWords(t *testing.T) {
	part := rapid.StringOf(rapid.RuneFrom([]rune("aBzZ01_'.,:; \t#-")))
	rapid.Check(t, func(t *rapid.T) {
		s := part.Draw(t, "text")
		ws := Words(s)
		var want []uint64
		if len(ws) >= shortWords {
			want = runs(ws, shingleWords*wordUnits)
		}
		if got := new(scratch).runsASCII(s); !slices.Equal(got, want) {
			t.Fatalf("%q: %d runs, want %d", s, len(got), len(want))
		}
	})
}

func TestWordHashesTellWordsApart(t *testing.T) {
	seen := map[uint64]string{}
	for _, w := range []string{"a", "b", "ab", "ba", "aab", "aba", "abc", "abcd", "abcde", "abcdefgh", "abcdefghi", "_", "0", "漢", "漠", "一", "丠", "é", "è"} {
		h := wordHash(w)
		if seen[h] != "" {
			t.Errorf("%q and %q have one hash", w, seen[h])
		}
		seen[h] = w
	}
	if wordHash("Straße'S") != wordHash("straße's") || wordHash("ABCDEFGHI") != wordHash("abcdefghi") {
		t.Error("capital letters count")
	}
}
