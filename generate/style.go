package generate

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"

	"hardneg/internal/text"
)

// StyleSample is the number of passages that a style card is made from: those of lowest key hash.
const StyleSample = 500

// quantiles of a card: 0, 5, …, 100 %.
const quantiles = 21

// The bounds of [StyleCard.Length], in words.
const (
	shortestAsked = 12
	longestAsked  = 260 // long texts in one reply grow thin and are cut
	lengthSpread  = 0.12
	lengthStep    = 5
)

// StyleCard says how the texts of a corpus are written, in numbers and closed categories: no word of the corpus is in it, so
// none can leak into a negative. It is a function of the set of its features, in whatever order they come.
type StyleCard struct {
	N         int                `json:"n"`         // passages
	Words     []int              `json:"words"`     // 21 quantiles of the length in words, from the shortest to the longest
	Sentence  int                `json:"sentence"`  // median of the mean sentence length, in words; 0 where there is no prose
	Sentences int                `json:"sentences"` // median number
	Shares    map[string]float64 `json:"shares"`    // of passages that have a trait, two digits; traits that none has are absent
	Languages []LanguageShare    `json:"languages"` // of the passages whose language is sure, most frequent first
}

// LanguageShare is the share of a language, two digits.
type LanguageShare struct {
	Code  string  `json:"code"`
	Share float64 `json:"share"`
}

// NewStyleCard sums up the features of a sample; none give the card of an unknown corpus.
func NewStyleCard(fs []Features) StyleCard {
	c := StyleCard{N: len(fs), Words: []int{}, Shares: map[string]float64{}, Languages: []LanguageShare{}}
	if len(fs) == 0 {
		return c
	}
	var words, sentences, means []int
	traits, languages := map[string]int{}, map[string]int{}
	for _, f := range fs {
		words, sentences = append(words, f.Words), append(sentences, f.Sentences)
		if f.Sentence > 0 {
			means = append(means, f.Sentence)
		}
		for _, trait := range f.traits() {
			traits[trait]++
		}
		if f.Language != "" {
			languages[f.Language]++
		}
	}
	slices.Sort(words)
	for i := range quantiles {
		c.Words = append(c.Words, words[i*(len(words)-1)/(quantiles-1)])
	}
	c.Sentence, c.Sentences = median(means), median(sentences)
	for trait, n := range traits {
		if s := share(n, len(fs)); s > 0 {
			c.Shares[trait] = s
		}
	}
	c.Languages = languageShares(languages)
	return c
}

func languageShares(count map[string]int) []LanguageShare {
	total := 0
	for _, n := range count {
		total += n
	}
	out := []LanguageShare{}
	for code, n := range count {
		if s := share(n, total); s > 0 {
			out = append(out, LanguageShare{code, s})
		}
	}
	slices.SortFunc(out, func(a, b LanguageShare) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Code, b.Code))
	})
	return out
}

// share rounds to two digits.
func share(n, of int) float64 { return math.Round(100*float64(n)/float64(of)) / 100 }

// median is the lower one; 0 of none. It sorts.
func median(ns []int) int {
	if len(ns) == 0 {
		return 0
	}
	slices.Sort(ns)
	return ns[(len(ns)-1)/2]
}

// Length draws a range of words for one text, such that the texts of many seeds are as long as those of the corpus: between
// two of its quantiles, 12 % less to 12 % more, in steps of 5, from 12 to 260 words.
func (c StyleCard) Length(seed uint64) (low, high int) {
	words := c.Words
	if len(words) == 0 {
		words = []int{60, 140} // an ordinary paragraph
	}
	at := float64(scramble(seed)>>11) / (1 << 53) * float64(len(words)-1)
	i := min(int(at), max(0, len(words)-2))
	w := float64(words[i])
	if i+1 < len(words) {
		w += (at - float64(i)) * float64(words[i+1]-words[i])
	}
	w = min(w, longestAsked/(1+lengthSpread))
	low = max(shortestAsked, step(w*(1-lengthSpread)))
	high = min(longestAsked, max(step(w*(1+lengthSpread)), step(float64(low)+lengthStep)))
	return low, high
}

func step(w float64) int { return lengthStep * int(math.Round(w/lengthStep)) }

// scramble (SplitMix64) makes neighbouring seeds independent.
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// mostlyOne is the share from which on a corpus has one language.
const mostlyOne = 0.9

// Language is the language of the corpus (ISO 639-1), "" if it is unknown or there are several.
func (c StyleCard) Language() string {
	if len(c.Languages) > 0 && c.Languages[0].Share >= mostlyOne {
		return c.Languages[0].Code
	}
	return ""
}

// Hash names the card by its content.
func (c StyleCard) Hash() string {
	b, err := json.Marshal(c) // maps are written in the order of their keys
	if err != nil {
		panic("generate: style card: " + err.Error()) // numbers and strings only
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}

// languageNames lists the languages of a mixed corpus for the prompt.
func (c StyleCard) languageNames() []string {
	var names []string
	for _, l := range c.Languages {
		if name := text.LanguageName(l.Code); name != "" && l.Share >= 0.05 {
			names = append(names, name)
		}
	}
	return names
}
