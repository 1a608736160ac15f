package text

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// Control reports a C0 or C1 control character other than line feed and tab, or bytes that are no UTF-8.
func Control(s string) bool {
	if !utf8.ValidString(s) {
		return true
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == utf8.RuneError { // U+FFFD stands for what somebody could not read
			return true
		}
	}
	return false
}

// invisible reports format characters and selectors that show nothing of themselves. The Arabic, Syriac and Kaithi number
// signs are of that category too and are seen.
func invisible(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF, r == 0x034F:
		return true
	case r >= 0x0600 && r <= 0x0605, r == 0x06DD, r == 0x070F, r == 0x0890, r == 0x0891, r == 0x08E2, r == 0x110BD, r == 0x110CD:
		return false
	}
	return unicode.Is(unicode.Cf, r)
}

// Hidden reports characters that carry text past a reader: zero-width, bidirectional and tag characters, and selectors in
// places where they select nothing. What writing needs is allowed: joiners in emoji and between letters of scripts that
// join, direction marks in a text with right-to-left letters, the tags of a flag, soft hyphens.
func Hidden(s string) bool {
	if isASCII(s) || !strings.ContainsFunc(s, mayHide) {
		return false
	}
	rs := []rune(s)
	rightToLeft := strings.ContainsFunc(s, isRightToLeft)
	inFlag := false
	for i, r := range rs {
		inFlag = r == 0x1F3F4 || inFlag && isTag(r)
		switch {
		case !mayHide(r), r == 0xAD, r == 0xFE0F, r == 0xFE0E:
		case isTag(r) && inFlag:
		case (r == 0x200E || r == 0x200F || r == 0x061C) && rightToLeft:
		case (r == 0x200C || r == 0x200D) && joins(rs, i):
		case (r >= 0xFE00 && r <= 0xFE0D || r >= 0xE0100 && r <= 0xE01EF) && i > 0 && selects(rs[i-1]):
		default:
			return true
		}
	}
	return false
}

// mayHide reports invisible characters and the fillers of Hangul.
func mayHide(r rune) bool { return invisible(r) || r == 0x3164 || r == 0xFFA0 }

func isTag(r rune) bool { return r >= 0xE0020 && r <= 0xE007F }

func isRightToLeft(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko)
}

// selects reports characters of which variants are chosen by a selector.
func selects(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Mongolian, unicode.Myanmar, unicode.So, unicode.Sm)
}

// joins reports whether the (non-)joiner at i stands where writing needs one: after a letter or mark of a joining script,
// or between two parts of an emoji.
func joins(rs []rune, i int) bool {
	if i == 0 || i+1 == len(rs) {
		return false
	}
	before, after := rs[i-1], rs[i+1]
	emoji := unicode.Is(unicode.So, before) || before == 0xFE0F || before >= 0x1F3FB && before <= 0x1F3FF
	if rs[i] == 0x200D && emoji {
		return unicode.Is(unicode.So, after)
	}
	return isRightToLeft(before) || unicode.In(before, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
		unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Myanmar,
		unicode.Khmer, unicode.Mongolian)
}

// specialTokens are the marks of chat templates, tokenisers and our own fences. Letters in any case.
var specialTokens = regexp.MustCompile(`(?i)<[|｜][\w▁ ./-]{1,40}[|｜]>|\[/?(?:INST|SYS|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]|<</?SYS>>|` +
	`</s>|^\s*<s>|</?(?:think|thinking|reasoning|tool_call|tool_response|start_of_turn|end_of_turn|bos|eos|pad|unk|eot|im_end|im_start|` +
	`end_of_text)>|<0x[0-9a-f]{2}>|<<<(?:end )?(?:passage|query|text)\b`)

// SpecialToken returns the first token of a chat template, tokeniser or fence that leaked into a text, "" if there is none.
// A token in quotation marks or backquotes is written about, not leaked; so is a pair of <s> and </s>, which is HTML.
func SpecialToken(s string) string {
	if !strings.ContainsAny(s, "<[") { // every token has one of them, few texts have
		return ""
	}
	for _, at := range specialTokens.FindAllStringIndex(s, -1) {
		token := s[at[0]:at[1]]
		if quoted(s, at[0], at[1]) || token == "</s>" && strings.Contains(s[:at[0]], "<s>") {
			continue
		}
		if strings.HasSuffix(token, "<s>") && strings.Contains(s[at[1]:], "</s>") {
			continue
		}
		return strings.TrimSpace(token)
	}
	return ""
}

func quoted(s string, from, to int) bool {
	if from == 0 || to == len(s) {
		return false
	}
	return strings.IndexByte("`\"'", s[from-1]) >= 0 && s[from-1] == s[to]
}

// The bounds of a repetition loop. They are far above what prose, poems, tables and code do.
const (
	loopPeriod   = 60  // longest repeated unit, in words
	loopTimes    = 4   // so often in a row,
	loopWords    = 20  // and together at least so many words
	loopLine     = 5   // a sentence or line of at least so many words …
	loopLines    = 5   // … that stands there so often and is …
	loopShare    = 0.3 // … this share of all words
	loopScan     = 5000
	loopRunes    = 120 // characters in cycles of up to 8
	loopRuneSpan = 8
)

// Looping reports a text that fell into a repetition loop: a unit of up to 60 words at least four times in a row (20 words
// or more), one sentence or line that makes up much of the text, or the same few characters over and over.
func Looping(s string) bool {
	t := Read(s)
	defer t.Free()
	return t.Looping()
}

// Looping is [Looping] of the text.
func (t *Text) Looping() bool {
	s := t.String()
	if len(s) < loopSpan && !repeats(s) {
		return false
	}
	ws := t.Words()
	if len(ws) > loopScan { // a loop that does not end is at the end
		ws = ws[len(ws)-loopScan:]
	}
	return t.room().cyclesWords(ws) || cyclesRunes(s) || repeatsLines(s, len(ws))
}

// loopSpan is the length in bytes up to which a look at every stretch of text is cheaper than the full search.
const loopSpan = 20000

// loopStretch is shorter, in bytes, than what stands in every loop twice: twenty words, four words of a line, a hundred characters.
const loopStretch = 16

// repeats reports whether some stretch of a text stands in it three times. A loop has such a stretch; of ordinary texts few have.
func repeats(s string) bool {
	const prime = 1099511628211
	var pow, h uint64 = 1, 0
	for range loopStretch {
		pow *= prime
	}
	seen := stretches.Get().(*[1 << 16]uint8) // a table of counts: two stretches in one cell only cost the full search
	defer stretches.Put(seen)
	clear(seen[:])
	for i := range len(s) {
		h = h*prime + uint64(s[i]) + 1
		if i >= loopStretch {
			h -= pow * (uint64(s[i-loopStretch]) + 1)
		}
		if i+1 < loopStretch {
			continue
		}
		cell := h * 0x9e3779b97f4a7c15 >> 48
		if seen[cell]++; seen[cell] >= 3 {
			return true
		}
	}
	return false
}

var stretches = sync.Pool{New: func() any { return new([1 << 16]uint8) }}

func (k *scratch) cyclesWords(ws []string) bool {
	hs := k.hashes[:0]
	for _, w := range ws {
		hs = append(hs, xxhash.Sum64String(w))
	}
	k.hashes = hs
	for period := 1; period <= loopPeriod; period++ {
		need := max(loopTimes*period, loopWords)
		if !mayCycle(hs, period, need) {
			continue
		}
		for i, run := period, period; i < len(hs); i++ {
			if hs[i] != hs[i-period] {
				run = period
				continue
			}
			if run++; run >= need && !numeric(ws[i+1-run:i+1]) {
				return true
			}
		}
	}
	return false
}

// numeric reports a row of numbers, which tables and vectors repeat without being a loop.
func numeric(ws []string) bool {
	for _, w := range ws {
		if r, _ := utf8.DecodeRuneInString(w); !unicode.IsNumber(r) {
			return false
		}
	}
	return len(ws) < 20*loopWords
}

// cyclesRunes looks for the same few characters over and over in one word. Rules of signs and blanks, as in tables, may
// be four times as long.
func cyclesRunes(s string) bool {
	if isASCII(s) {
		return cyclesIn([]byte(s))
	}
	return cyclesIn([]rune(s))
}

func cyclesIn[E byte | rune](row []E) bool {
	if len(row) > 8*loopScan {
		row = row[len(row)-8*loopScan:]
	}
	for period := 1; period <= loopRuneSpan; period++ {
		if !mayCycle(row, period, loopRunes) {
			continue
		}
		for i, run := period, period; i < len(row); i++ {
			if row[i] != row[i-period] {
				run = period
				continue
			}
			if run++; run >= 4*loopRunes || run >= loopRunes && hasLetter(row[i+1-period:i+1]) {
				return true
			}
		}
	}
	return false
}

func hasLetter[E byte | rune](row []E) bool {
	return slices.ContainsFunc(row, func(c E) bool { return unicode.IsLetter(rune(c)) })
}

func repeatsLines(s string, total int) bool {
	if isASCII(s) && !mayRepeatLines(s) {
		return false
	}
	count, words := map[string]int{}, map[string]int{}
	for _, line := range Sentences(s) {
		n := Normal(line)
		if _, seen := words[n]; !seen {
			words[n] = CountWords(n)
		}
		count[n]++
	}
	for n, c := range count {
		if words[n] >= loopLine && c >= loopLines && float64(c*words[n]) >= loopShare*float64(total) {
			return true
		}
	}
	return false
}
