package generate

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hardneg"
)

func TestFeatures(t *testing.T) {
	for _, c := range []struct {
		name, title, text string
		want              Features
	}{
		{"encyclopaedia", "Oil crisis", "The embargo began on 17 October 1973 and raised prices. It ended in March 1974, after long talks.[4]",
			Features{Words: 19, Sentences: 2, Sentence: 9, Language: "en", Register: "plain", Opening: "plain", Title: true, Number: true, Year: true, Date: true, Citation: true}},
		{"forum", "", "I'd sell it, but that's just me. My bank didn't want it either. Why would you keep 300 shares?",
			Features{Words: 19, Sentences: 3, Sentence: 6, Language: "en", Register: "talk", Opening: "plain", Number: true, Question: true, First: true, Second: true, Informal: true}},
		{"manual", "Install", "## Install\n\nRun the command below to install the library from the server.\n\n```sh\nmake install  # you\n```\n\n- see [docs](https://example.org/docs)\n- use `make`",
			Features{Words: 23, Sentences: 4, Sentence: 11, Register: "manual", Opening: "structure", Title: true, List: true, Code: true, InlineCode: true, Heading: true, Link: true}},
		{"law", "", "The tenant shall give notice to the owner, who shall answer pursuant to the preceding paragraph.",
			Features{Words: 16, Sentences: 1, Sentence: 16, Language: "en", Register: "legal", Opening: "plain"}},
		{"paper", "", "We follow the protocol of Miller et al. and report the mean of five runs (Miller 2004). It is discussed below.",
			Features{Words: 21, Sentences: 2, Sentence: 10, Language: "en", Register: "scholar", Opening: "plain", Number: false, Year: true, Citation: true, Plural: true}},
		{"quoted voices are not the writer's", "", "The general wrote, \"I want my army to follow you and me to the hills.\" He was refused.",
			Features{Words: 18, Sentences: 2, Sentence: 9, Language: "en", Register: "plain", Opening: "plain", Quote: true}},
		{"cut from a longer text", "", "However, it was sold again in the following spring for half of the price.",
			Features{Words: 14, Sentences: 1, Sentence: 14, Language: "en", Register: "plain", Opening: "pronoun"}},
		{"heading", "", "Formal groups and quantum cohomology", Features{Words: 5, Sentences: 1, Register: "fragment", Opening: "plain"}},
		{"kings and mines", "", "Charles I and World War I changed the coal mine 5 mi from the Université du Nord in the valley.",
			Features{Words: 20, Sentences: 1, Sentence: 20, Language: "en", Register: "plain", Opening: "plain", Number: true}},
		{"nothing", "", "", Features{Register: "fragment", Opening: "plain"}},
	} {
		got := FeaturesOf(hardneg.Passage{ID: "1", Title: c.title, Text: c.text})
		c.want.Language = got.Language // short texts may be unsure
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func someFeatures(t *rapid.T) []Features {
	one := rapid.Custom(func(t *rapid.T) Features {
		return Features{Words: rapid.IntRange(0, 900).Draw(t, "words"), Sentences: rapid.IntRange(0, 30).Draw(t, "sentences"),
			Sentence: rapid.IntRange(0, 60).Draw(t, "sentence"), Language: rapid.SampledFrom([]string{"", "en", "de", "fr"}).Draw(t, "language"),
			Register: rapid.SampledFrom([]string{"plain", "talk", "manual", "scholar", "legal", "fragment"}).Draw(t, "register"),
			Opening:  rapid.SampledFrom([]string{"plain", "pronoun", "midway", "question", "structure"}).Draw(t, "opening"),
			List:     rapid.Bool().Draw(t, "list"), Code: rapid.Bool().Draw(t, "code"), First: rapid.Bool().Draw(t, "first"),
			Date: rapid.Bool().Draw(t, "date"), Year: rapid.Bool().Draw(t, "year"), Quote: rapid.Bool().Draw(t, "quote")}
	})
	return rapid.SliceOfN(one, 0, 40).Draw(t, "features")
}

func TestStyleCardDoesNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fs := someFeatures(t)
		a := NewStyleCard(fs)
		b := NewStyleCard(rapid.Permutation(slices.Clone(fs)).Draw(t, "order"))
		if diff := cmp.Diff(a, b); diff != "" || a.Hash() != b.Hash() {
			t.Error(diff)
		}
	})
}

func TestStyleCardSurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := NewStyleCard(someFeatures(t))
		raw, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var b StyleCard
		if err := json.Unmarshal(raw, &b); err != nil {
			t.Fatal(err)
		}
		if a.Hash() != b.Hash() || a.Describe() != b.Describe() {
			t.Errorf("%s becomes another card", raw)
		}
	})
}

func TestLengthsAreInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := NewStyleCard(someFeatures(t))
		seed := rapid.Uint64().Draw(t, "seed")
		low, high := c.Length(seed)
		if low < shortestAsked || high > longestAsked || low >= high || high%lengthStep != 0 || low != shortestAsked && low%lengthStep != 0 {
			t.Errorf("%d to %d words", low, high)
		}
		if l, h := c.Length(seed); l != low || h != high {
			t.Error("the same seed gives another length")
		}
	})
}

func TestLengthsAreThoseOfTheCorpus(t *testing.T) {
	var fs []Features
	for i := range 1000 {
		fs = append(fs, Features{Words: 50 + i%150}) // 50 to 199 words, evenly
	}
	c, below, n := NewStyleCard(fs), 0, 2000
	for seed := range n {
		low, high := c.Length(uint64(seed))
		if mid := (low + high) / 2; mid < 125 {
			below++
		}
		if high-low < 10 || high-low > 60 {
			t.Fatalf("range %d to %d", low, high)
		}
	}
	if below < n*45/100 || below > n*55/100 {
		t.Errorf("%d of %d lengths are below the median", below, n)
	}
}

func TestDescribe(t *testing.T) {
	wiki := NewStyleCard([]Features{
		{Words: 120, Sentences: 5, Sentence: 19, Register: "plain", Opening: "plain", Year: true, Number: true, Date: true, Language: "en"},
		{Words: 100, Sentences: 4, Sentence: 21, Register: "plain", Opening: "plain", Year: true, Number: true, Language: "en"},
		{Words: 80, Sentences: 4, Sentence: 18, Register: "plain", Opening: "pronoun", List: true, Language: "en"},
	})
	want := "Mostly plain encyclopaedic prose in sentences of about 19 words. More than half give figures and name years; about a third give exact dates. " +
		"About a third contain lists. In the third person; about a third start with a word such as \"It\" or \"However\", as if cut from a longer text. No title line."
	if diff := cmp.Diff(want, wiki.Describe()); diff != "" {
		t.Error(diff)
	}
	mixed := NewStyleCard([]Features{
		{Words: 20, Sentences: 3, Sentence: 9, Register: "talk", Opening: "plain", First: true, Informal: true, Language: "de"},
		{Words: 20, Sentences: 3, Sentence: 9, Register: "talk", Opening: "plain", First: true, Second: true, Language: "en"},
	})
	want = "Mostly personal, conversational writing, as in a forum or a review, in sentences of about 9 words, in German and English. " +
		"Running text without lists, headings or code. About half address the reader as \"you\" and use contractions; nearly all speak as \"I\". No title line."
	if diff := cmp.Diff(want, mixed.Describe()); diff != "" {
		t.Error(diff)
	}
	if got := NewStyleCard(nil).Describe(); got != "Plain informative prose in full sentences. No title line." {
		t.Errorf("no passage: %q", got)
	}
}

// The description goes into every prompt, so a word of a passage in it would be in every negative.
func TestDescribeHoldsNoWordOfTheCorpus(t *testing.T) {
	full := regexp.MustCompile(`[.](?: |$)`)
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[A-Z][a-z]{3,9}xq`)
		var fs []Features
		var words []string
		for range rapid.IntRange(1, 5).Draw(t, "passages") {
			ws := rapid.SliceOfN(word, 3, 20).Draw(t, "text")
			words = append(words, ws...)
			fs = append(fs, FeaturesOf(hardneg.Passage{ID: "1", Title: ws[0], Text: strings.Join(ws, " ") + ". It is 5 `" + ws[1] + "`."}))
		}
		said := NewStyleCard(fs).Describe()
		for _, w := range words {
			if strings.Contains(said, w) {
				t.Errorf("%q is in %q", w, said)
			}
		}
		if n := len(full.FindAllString(said, -1)); n < 2 || n > 5 {
			t.Errorf("%d sentences: %s", n, said)
		}
	})
}

func TestDescribeIsTwoToFiveSentences(t *testing.T) {
	full := regexp.MustCompile(`[.](?: |$)`)
	rapid.Check(t, func(t *rapid.T) {
		said := NewStyleCard(someFeatures(t)).Describe()
		if n := len(full.FindAllString(said, -1)); n < 2 || n > 5 || strings.Contains(said, "  ") {
			t.Errorf("%d sentences: %s", n, said)
		}
	})
}

func TestLanguageOfTheCard(t *testing.T) {
	of := func(codes ...string) string {
		var fs []Features
		for _, c := range codes {
			fs = append(fs, Features{Words: 10, Language: c})
		}
		return NewStyleCard(fs).Language()
	}
	nineOfTen := strings.Fields(strings.Repeat("en ", 9) + "de")
	if got := of(nineOfTen...); got != "en" {
		t.Errorf("nine of ten English: %q", got)
	}
	if got := of("en", "de", "en"); got != "" {
		t.Errorf("mixed: %q", got)
	}
	if got := of("", "", "fr"); got != "fr" {
		t.Errorf("unsure passages count: %q", got)
	}
	if got := of(); got != "" {
		t.Errorf("none: %q", got)
	}
}

func FuzzFeaturesOf(f *testing.F) {
	f.Add("", "The embargo began in 1973.")
	f.Add("t", "\xff|\n```\n| a | b |")
	f.Fuzz(func(t *testing.T, title, text string) {
		got := FeaturesOf(hardneg.Passage{ID: "1", Title: title, Text: text})
		if got.Words < 0 || got.Sentences < 0 || got.Sentence < 0 || got.Register == "" || got.Opening == "" {
			t.Errorf("%+v", got)
		}
		NewStyleCard([]Features{got}).Describe()
	})
}
