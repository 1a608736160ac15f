package text

import (
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/abadojack/whatlanggo"
)

const (
	sureLetters = 25   // letters that a text must have
	sureDense   = 8    // characters that Japanese and Korean, which have a script of their own, must have
	languageCap = 4000 // bytes that are read for scripts
	detectorCap = 1000 // bytes that the detector reads; more does not make it surer
	englishCap  = 600  // bytes in which English words are counted

	plainlyEnglish = 0.2   // share of words that only English has: no doubt
	perhapsEnglish = 0.125 // no other language is sure
	proseEnglish   = 0.08  // with proseKinds different ones: half of ordinary prose must be English to have so many
	proseKinds     = 4
)

// Language is the language of a text as ISO 639-1 code, "" if it can't be told. It is sure only when the detector calls
// itself reliable, the text has at least 25 letters, and no second script has a tenth of them. Chinese, Japanese and Korean
// are told by script; the latter two need 8 characters to be sure, Chinese 25, for a Japanese heading may have no kana.
func Language(s string) (code string, sure bool) {
	s = prefix(s, languageCap)
	t := Read(prefix(s, englishCap))
	defer t.Free()
	return languageBut(s, "", countScripts(s), t)
}

// languageBut is Language where no language is wanted. Where one is, the detector, which is slow, is asked only if it may be
// sure of another one. n are the scripts of the text, which is no longer than languageCap; t begins as it does.
func languageBut(s, want string, n scripts, t *Text) (code string, sure bool) {
	if p := prose(s); len(p) != len(s) {
		s, n, t = p, countScripts(p), Read(prefix(p, englishCap))
		defer t.Free()
	}
	if dense := n.han + n.kana + n.hangul; dense*3 > n.all-dense {
		code = denseLanguage(n)
		return code, dense >= sureLetters || dense >= sureDense && code != "zh"
	}
	enough := n.all >= sureLetters && float64(n.most) >= 0.9*float64(n.all)
	english, kinds := englishShare(t)
	if english >= plainlyEnglish || english >= proseEnglish && kinds >= proseKinds { // this spares the detector, too
		return "en", enough
	}
	if want != "" && (!enough || want == "en" && english >= perhapsEnglish) {
		return "", false
	}
	info := whatlanggo.DetectWithOptions(prefix(s, detectorCap), whatlanggo.Options{Blacklist: rare})
	if info.Lang < 0 || info.Confidence == 0 { // equal candidates come in no fixed order
		return "", false
	}
	if code = iso(info.Lang); code != "en" && english >= perhapsEnglish {
		return code, false
	}
	return code, enough && info.IsReliable()
}

// prose leaves out what is in no language: fenced code, addresses, paths, markup, identifiers.
func prose(s string) string {
	if !strings.ContainsAny(s, notProse) {
		return s
	}
	var fields []string
	for i, part := range strings.Split(s, "```") {
		if i%2 == 0 {
			fields = append(fields, strings.Fields(part)...)
		}
	}
	return strings.Join(slices.DeleteFunc(fields, func(f string) bool { return strings.ContainsAny(f, notProse) }), " ")
}

const notProse = "`/\\_=@{}<>|$"

// englishShare is the share of words that only English has, 0 if they are not of two kinds. It is asked because names make
// the detector sure that "What did Newton's mechanics affect" is German, and long English questions leave it in doubt.
func englishShare(t *Text) (share float64, different int) {
	kinds := uint64(0)
	n, all, bytes := 0, 0, 0
	for _, w := range t.Words() {
		if bytes += len(w) + 1; bytes > englishCap {
			break
		}
		all++
		if len(w) > longestEnglish {
			continue
		}
		if kind := onlyEnglish[w]; kind != 0 {
			n++
			kinds |= kind
		}
	}
	if different = bits.OnesCount64(kinds); different < 2 {
		return 0, different
	}
	return float64(n) / float64(all), different
}

// onlyEnglish has a bit for each word.
var onlyEnglish = func() map[string]uint64 {
	m := map[string]uint64{}
	for i, w := range strings.Fields(`what did do how often are year century when does which who whose why where the and with have many were from that this is by been their`) {
		m[w] = 1 << i
	}
	return m
}()

const longestEnglish = len("century")

// prefix cuts at a character boundary.
func prefix(s string, bytes int) string {
	if len(s) <= bytes {
		return s
	}
	return strings.ToValidUTF8(s[:bytes], "")
}

func iso(l whatlanggo.Lang) string {
	switch l {
	case whatlanggo.Pes:
		return "fa"
	case whatlanggo.Ydd:
		return "yi"
	}
	return l.Iso6391()
}

// rare are languages without a two-letter code; short English and Spanish texts are taken for them.
var rare = map[whatlanggo.Lang]bool{whatlanggo.Ceb: true, whatlanggo.Ilo: true, whatlanggo.Mai: true, whatlanggo.Skr: true}

// scripts counts letters by script.
type scripts struct {
	han, kana, hangul int
	all               int // letters
	most              int // of the most frequent of alphabets
	name              string
}

// alphabets are the scripts in which a language is looked for, and that tell one from another.
var alphabets = []struct {
	name  string
	table *unicode.RangeTable
}{
	{"Latin", unicode.Latin}, {"Cyrillic", unicode.Cyrillic}, {"Arabic", unicode.Arabic}, {"Greek", unicode.Greek},
	{"Hebrew", unicode.Hebrew}, {"Devanagari", unicode.Devanagari}, {"Bengali", unicode.Bengali}, {"Thai", unicode.Thai},
	{"Tamil", unicode.Tamil}, {"Telugu", unicode.Telugu}, {"Gujarati", unicode.Gujarati}, {"Kannada", unicode.Kannada},
	{"Malayalam", unicode.Malayalam}, {"Gurmukhi", unicode.Gurmukhi}, {"Georgian", unicode.Georgian},
	{"Armenian", unicode.Armenian}, {"Ethiopic", unicode.Ethiopic}, {"Khmer", unicode.Khmer}, {"Myanmar", unicode.Myanmar},
	{"Sinhala", unicode.Sinhala}, {"Lao", unicode.Lao},
}

func countScripts(s string) scripts {
	var n scripts
	if isASCII(s) { // as most texts are
		for i := range len(s) {
			if isLetterASCII(s[i]) {
				n.all++
			}
		}
		if n.most = n.all; n.most > 0 {
			n.name = alphabets[0].name
		}
		return n
	}
	by := make([]int, len(alphabets))
	for _, r := range s {
		if r < utf8.RuneSelf { // most of most texts
			if l := r | 0x20; 'a' <= l && l <= 'z' {
				n.all++
				by[0]++
			}
			continue
		}
		if !unicode.IsLetter(r) {
			continue
		}
		n.all++
		switch {
		case unicode.Is(unicode.Han, r):
			n.han++
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			n.kana++
		case unicode.Is(unicode.Hangul, r):
			n.hangul++
		default:
			countAlphabet(by, r)
		}
	}
	for i, c := range by {
		if c > n.most {
			n.most, n.name = c, alphabets[i].name
		}
	}
	return n
}

func countAlphabet(by []int, r rune) {
	for i := range alphabets {
		if unicode.Is(alphabets[i].table, r) {
			by[i]++
			return
		}
	}
}

// denseLanguage tells Japanese from Chinese by kana: a single の in a Chinese name does not make a text Japanese.
func denseLanguage(n scripts) string {
	switch {
	case n.hangul > n.han+n.kana:
		return "ko"
	case n.kana*20 >= n.han && n.kana > 0:
		return "ja"
	}
	return "zh"
}

// Foreign reports that a text is certainly not in the wanted language (a code such as "en" or "pt-BR"; "" and "auto" want
// none): its script is another one, unless that is Latin, in which names are written everywhere; or its language is sure
// and is another one that is not commonly mistaken for the wanted one.
func Foreign(s, want string) bool {
	t := Read(prefix(s, languageCap))
	defer t.Free()
	return t.Foreign(want)
}

// Foreign is [Foreign] of the text.
func (t *Text) Foreign(want string) bool {
	want = base(want)
	if LanguageName(want) == "" {
		return false
	}
	s := prefix(t.s, languageCap)
	n := countScripts(s)
	if otherScript(n, want) {
		return true
	}
	if !detected[want] {
		return false
	}
	code, sure := languageBut(s, want, n, t)
	return sure && code != "" && code != want && kin(code) != kin(want)
}

// otherScript reports a text of which nearly all letters, six or more, are in a script that the language does not use.
func otherScript(n scripts, want string) bool {
	dense, wantsDense := n.han+n.kana+n.hangul, want == "zh" || want == "ja" || want == "ko"
	if dense >= 6 && dense*5 >= n.all*4 {
		return !wantsDense || want == "ko" && n.hangul*5 < dense || want != "ko" && n.hangul*5 > dense*4
	}
	if n.most < 6 || n.most*5 < n.all*4 || n.name == "Latin" {
		return false
	}
	for script, langs := range scriptOf {
		if langs[want] {
			return script != n.name
		}
	}
	return !twoScripts[want]
}

// base is the language of a code with a region: "pt" of "pt-BR".
func base(code string) string {
	code, _, _ = strings.Cut(strings.ToLower(strings.ReplaceAll(code, "_", "-")), "-")
	if code == "no" {
		return "nb"
	}
	return code
}
