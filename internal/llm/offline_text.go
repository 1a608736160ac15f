package llm

import (
	"regexp"
	"strings"
	"unicode"
)

// offlineWord is one word of a text as the rules see it.
type offlineWord struct {
	text  string // as written
	low   string // in lower case, without possessive
	stem  string // lightly stemmed; equal for forms of one word
	upper bool   // begins with a capital
	digit bool   // contains a digit
	first bool   // begins a sentence
	ends  bool   // punctuation follows: a clause ends here
	stop  bool   // function word
	glued bool   // a hyphen joins it to the next word
}

// content reports whether the word says what a text is about.
func (w offlineWord) content() bool { return !w.stop && w.low != "" }

// sentences splits a text into sentences of words. Markdown is undressed first; a line break ends a sentence, too.
func sentences(text string) [][]offlineWord {
	var all [][]offlineWord
	for _, line := range strings.Split(undress(text), "\n") {
		words := splitWords(line)
		start := 0
		for i := 1; i < len(words); i++ {
			if words[i].first {
				all = append(all, words[start:i])
				start = i
			}
		}
		if len(words) > 0 {
			all = append(all, words[start:])
		}
	}
	return all
}

var (
	codeBlock = regexp.MustCompile("(?s)```.*?(```|$)")
	mdLink    = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	mdTag     = regexp.MustCompile(`<[^<>\n]{1,200}>`)
	mdLead    = regexp.MustCompile(`(?m)^\s*(#+|[-*+>]|\d+[.)])\s+`)
	mdWrap    = regexp.MustCompile(`\n([a-z])`) // a line that goes on in small letters was broken for width
	mdRule    = regexp.MustCompile(`(?m)^[\s|:=-]+$`)
	mdMarks   = strings.NewReplacer("**", "", "__", "", "`", "", "|", "; ")
)

// undress takes the markup off a text and keeps its words.
func undress(s string) string {
	if !strings.ContainsAny(s, "`[<#*|->+_0123456789") {
		return s
	}
	if strings.Contains(s, "```") {
		s = codeBlock.ReplaceAllString(s, "")
	}
	if strings.Contains(s, "](") {
		s = mdLink.ReplaceAllString(s, "$1")
	}
	if strings.Contains(s, "<") {
		s = mdTag.ReplaceAllString(s, " ")
	}
	if strings.Contains(s, "\n") {
		s = mdWrap.ReplaceAllString(s, " $1")
		s = mdRule.ReplaceAllString(s, "")
		s = mdLead.ReplaceAllString(s, "")
	}
	return mdMarks.Replace(s)
}

// splitWords finds the words of one line. Scripts without spaces give one word per run of equal script.
func splitWords(line string) []offlineWord {
	runes := []rune(line)
	var words []offlineWord
	for i := 0; i < len(runes); {
		n := wordLength(runes[i:])
		if n == 0 {
			i++
			continue
		}
		w := newWord(string(runes[i : i+n]))
		i += n
		gap := i
		for gap < len(runes) && wordLength(runes[gap:]) == 0 {
			gap++
		}
		w.first = len(words) == 0 || sentenceEnds(words[len(words)-1], string(runes[gapBefore(runes, i-n):i-n]), w)
		between := string(runes[i:gap])
		w.ends = gap == len(runes) || strings.ContainsAny(between, ",;:()[]—–.!?/→=…。、，！？；：「」“”\"")
		w.glued = between == "-"
		words = append(words, w)
		i = gap
	}
	return words
}

// gapBefore is where the run of non-words that ends at i begins.
func gapBefore(runes []rune, i int) int {
	for i > 0 && !isWordRune(runes[i-1]) {
		i--
	}
	return i
}

// sentenceEnds decides whether the gap between two words is the end of a sentence.
func sentenceEnds(before offlineWord, gap string, after offlineWord) bool {
	if strings.ContainsAny(gap, "。！？") {
		return true
	}
	mark := strings.IndexAny(gap, ".!?;")
	if mark < 0 || !strings.ContainsRune(gap[mark:], ' ') {
		return false
	}
	if !after.upper && !after.digit && gap[mark] != ';' {
		return false
	}
	short := len(before.text) == 1 && before.upper // an initial
	return gap[mark] != '.' || !short && !abbreviations[before.low]
}

// wordLength is the number of runes of the word at the start of s, 0 if there is none.
func wordLength(s []rune) int {
	n := 0
	if strings.ContainsRune("$€£", s[0]) && len(s) > 1 && unicode.IsDigit(s[1]) {
		n = 1
	}
	if s[0] == '%' {
		return 1
	}
	for n < len(s) {
		r := s[n]
		inside := n > 0 && n+1 < len(s) && isWordRune(s[n+1]) && isWordRune(s[n-1])
		switch {
		case n > 0 && noSpaces(r) && scriptOf(r) != scriptOf(s[n-1]):
			return n
		case n > 0 && !noSpaces(r) && noSpaces(s[n-1]):
			return n
		case isWordRune(r):
		case inside && (r == '\'' || r == '’') && unicode.IsLetter(s[n+1]):
		case inside && (r == '.' || r == ',') && unicode.IsDigit(s[n-1]) && unicode.IsDigit(s[n+1]):
		default:
			if n == 1 && strings.ContainsRune("$€£", s[0]) {
				return 0
			}
			return n
		}
		n++
	}
	return n
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("°µ_½¼¾", r)
}

// noSpaces reports scripts that do not put spaces between words.
func noSpaces(r rune) bool { return scriptOf(r) != 0 }

func scriptOf(r rune) int {
	switch {
	case r < 0x0e00:
		return 0
	case unicode.Is(unicode.Han, r):
		return 1
	case unicode.Is(unicode.Hiragana, r):
		return 2
	case unicode.Is(unicode.Katakana, r) || r == 'ー':
		return 3
	case unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer):
		return 4
	}
	return 0
}

func newWord(text string) offlineWord {
	low := strings.ToLower(text)
	if text == "%" {
		low = "percent"
	}
	low = strings.ReplaceAll(low, "’", "'")
	low = strings.TrimSuffix(low, "'s")
	r := []rune(text)[0]
	w := offlineWord{text: text, low: low, upper: unicode.IsUpper(r), digit: strings.ContainsAny(low, "0123456789½¼¾")}
	w.stop = offlineStop[low] || scriptOf(r) == 2 && len([]rune(text)) < 4
	w.stem = stemOf(low)
	return w
}

// stemOf takes off the commonest English endings, so that "measured" and "measures" are one word. It need not give a word.
func stemOf(low string) string {
	s := low
	if len(s) < 4 || s[0] >= '0' && s[0] <= '9' {
		return s
	}
	switch {
	case strings.HasSuffix(s, "ies") && len(s) > 4:
		s = s[:len(s)-3] + "y"
	case strings.HasSuffix(s, "sses") || strings.HasSuffix(s, "xes") || strings.HasSuffix(s, "ches") || strings.HasSuffix(s, "shes"):
		s = s[:len(s)-2]
	case strings.HasSuffix(s, "s") && !strings.HasSuffix(s, "ss") && !strings.HasSuffix(s, "us") && !strings.HasSuffix(s, "is"):
		s = s[:len(s)-1]
	}
	switch {
	case strings.HasSuffix(s, "ied") && len(s) > 4:
		s = s[:len(s)-3] + "y"
	case strings.HasSuffix(s, "ing") && len(s) > 5:
		s = undouble(s[:len(s)-3])
	case strings.HasSuffix(s, "ed") && len(s) > 4:
		s = undouble(s[:len(s)-2])
	case strings.HasSuffix(s, "ly") && len(s) > 5:
		s = s[:len(s)-2]
	}
	return strings.TrimSuffix(s, "e")
}

// undouble turns "stopp" into "stop", and leaves "fill" and "pass".
func undouble(s string) string {
	n := len(s)
	if n > 3 && s[n-1] == s[n-2] && !strings.ContainsRune("lsz", rune(s[n-1])) {
		return s[:n-1]
	}
	return s
}

// isEnglish guesses from the share of English function words. Short texts without any are taken for English, as search
// terms are, if they are plain ASCII.
func isEnglish(words []offlineWord) bool {
	hits, plain := 0, 0
	for _, w := range words {
		if englishOnly[w.low] {
			hits++
		}
		if strings.IndexFunc(w.text, func(r rune) bool { return r > 0x7f && unicode.IsLetter(r) }) < 0 {
			plain++
		}
	}
	if len(words) < 25 {
		return plain == len(words) || hits*6 > len(words) || hits > 0 && plain*10 >= len(words)*7
	}
	return hits*7 > len(words)
}

// wordSet makes a set from words between spaces.
func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// wordMap makes a map from "a:b" between spaces.
func wordMap(list string) map[string]string {
	m := map[string]string{}
	for _, pair := range strings.Fields(list) {
		from, to, _ := strings.Cut(pair, ":")
		m[from] = to
	}
	return m
}
