package generate

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"hardneg"
	"hardneg/internal/text"
)

// Features are what the style card needs to know of one passage: lengths, traits of a closed list, and the language. It is
// small, is stored for each sampled passage, and holds no text.
type Features struct {
	Words     int    `json:"words"`
	Sentences int    `json:"sentences"`
	Sentence  int    `json:"sentence"`           // mean length of its sentences in words, code and tables left out
	Language  string `json:"language,omitempty"` // "" if not sure
	Register  string `json:"register"`           // of Registers
	Opening   string `json:"opening"`            // of Openings

	Title      bool `json:"title,omitempty"`      // kept apart from the text
	List       bool `json:"list,omitempty"`       // two items or more
	Table      bool `json:"table,omitempty"`      // Markdown, two rows or more
	Code       bool `json:"code,omitempty"`       // a block
	InlineCode bool `json:"inlineCode,omitempty"` // in backquotes
	Heading    bool `json:"heading,omitempty"`    // a line of its own
	Link       bool `json:"link,omitempty"`       // an address
	Number     bool `json:"number,omitempty"`     // figures other than years
	Year       bool `json:"year,omitempty"`       //
	Date       bool `json:"date,omitempty"`       // to the month or day
	Citation   bool `json:"citation,omitempty"`   // [1], (Name 1999), et al.
	Quote      bool `json:"quote,omitempty"`      // of four words or more
	Question   bool `json:"question,omitempty"`   // asked outside of quotes
	First      bool `json:"first,omitempty"`      // I, outside of quotes; English, German, French and Spanish
	Plural     bool `json:"plural,omitempty"`     // we
	Second     bool `json:"second,omitempty"`     // you; in long texts more than once
	Informal   bool `json:"informal,omitempty"`   // contractions, exclamations, shorthand
}

// The registers and openings, as far as words and signs give them away.
const (
	registerPlain    = "plain"    // third person, full sentences
	registerTalk     = "talk"     // somebody speaks of himself or to the reader, informally
	registerManual   = "manual"   // tells the reader what to do, or documents software
	registerScholar  = "scholar"  // cites, or reports as "we"
	registerLegal    = "legal"    // shall, pursuant, section
	registerFragment = "fragment" // no sentence at all

	openingPlain    = "plain"
	openingPronoun  = "pronoun"   // It, He, This, However: cut from a longer text
	openingMidway   = "midway"    // in lower case
	openingQuestion = "question"  //
	openingMarkup   = "structure" // heading, list, table or code
)

var (
	fenced      = text.Compile("(?s)```.*?(?:```|$)")
	quotation   = text.Compile(`["“„«][^"“”„«»\n]{2,600}["”“»]`)
	listItem    = text.Compile(`(?m)^\s{0,6}(?:[-*+•·]|\(?\d{1,2}[.)])\s+\S`)
	tableRow    = text.Compile(`(?m)^\s*\|.*\|.*$|^[^|\n]+\|[^|\n]+\|[^|\n]+$`)
	heading     = text.Compile(`(?m)^(?:#{1,6}\s+\S|={2,}\s*\S.*={2,}$)`)
	address     = text.Compile(`https?://|www\.\w|\]\([^)\s]+\)`)
	codeSpan    = text.Compile("`[^`\n]+`")
	figure      = text.Compile(`\d+`)
	year        = text.Compile(`\b(?:1[0-9]|20)\d{2}s?\b`)
	markupStart = text.Compile("^(?:#{1,6}\\s|```|[|<{\\[!]|[-*+•]\\s|\\d{1,2}[.)]\\s|={2,})")

	month = `(?:jan(?:uary|uar|vier|uari)?|enero|gennaio|janeiro|feb(?:ruary|ruar|ruari)?|février|febrero|febbraio|fevereiro|mar(?:ch|s|zo|ço)?|märz|maart|apr(?:il|ile)?|avril|abril|` +
		`may|mai|mayo|maggio|maio|mei|jun[ei]?|juin|junio|giugno|junho|jul[yi]?|juillet|julio|luglio|julho|aug(?:ust|ustus)?|août|agosto|sep(?:t|tember|tembre|tiembre)?|settembre|setembro|` +
		`o[ck]t(?:ober|obre)?|octubre|ottobre|outubro|nov(?:ember|embre|iembre)?|novembro|de[cz](?:ember)?|décembre|diciembre|dicembre|dezembro)`
	date = text.Compile(`(?i)\b(?:\d{1,2}(?:st|nd|rd|th|er|\.|º)?(?: (?:of|de))? ` + month + `\b|` + month + `\.? (?:de |of )?\d{1,4}\b|\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})|\d{4}年\d{1,2}月`)

	citation = text.Compile(`\[\d{1,3}(?:[,–-]\s?\d{1,3})*\]|\bet al\.?|\([A-Z][\p{L}’'-]+(?: (?:and|&|et) [A-Z][\p{L}-]+)?,? (?:1[89]|20)\d{2}[a-z]?\)|[.!?”"]:\d{1,4}\b|\[citation needed\]`)

	firstPerson = text.Compile(`(?:^|[.!?,;:] |\b[a-z]+ )I(?:'[mvdl]\w*| [a-z])|\b(?:[Mm]y|me|myself)\b|\b(?:ich|[Mm]ein(?:e[nrms]?)?|[Jj]e|j'|moi)\b`)
	we          = text.Compile(`\b(?:[Ww]e|our|Our|us|ourselves|wir|uns(?:er\w*)?|nous|notre|nosotros|nuestr[oa]s?)\b`)
	you         = text.Compile(`\b(?:[Yy]ou|[Yy]our|yours|yourself|dein\w*|vous|votre|usted(?:es)?|tú)\b`)
	contraction = text.Compile(`(?i)\b(?:\w+n't|i'm|i'd|i've|i'll|you're|you've|you'll|we're|we've|they're|that's|it's|there's|here's|let's|gonna|wanna|lol|btw|imo|imho|afaik|yeah|thanks)\b|!`)
	shall       = text.Compile(`(?i)\b(?:shall|pursuant to|hereby|herein|thereof|notwithstanding|subsection|paragraph \(\w\))\b`)
	imperative  = text.Compile(`(?m)^(?:\s*(?:\d{1,2}[.)]|[-*+]) )?(?:Use|Click|Select|Open|Run|Create|Set|Install|Add|Enter|Press|Choose|Make sure|Go to|Check|See|Note that|To \w+[^.]{0,60}, (?:use|click|run|open|select|set|create|go|you))\b`)
	pronounHead = text.Compile(`^(?:It|He|She|They|This|These|That|Those|Such|His|Her|Its|Their|However|Moreover|Furthermore|Also|Another|Other|Both|Thus|Therefore|In addition|As a result|Er|Sie|Es|Dies\w*|Il|Elle|Ils|Ce|Cette|Este|Esta)\b`)
	functions   = text.Compile(`\b(?:function|parameters?|arguments?|API|endpoint|command|config(?:uration)?|file|server|install|library|repository|dataset|token|default|option|JSON|HTTP)s?\b`)
)

// FeaturesOf reads a passage.
func FeaturesOf(p hardneg.Passage) Features {
	t := strings.TrimSpace(p.Text)
	plain := straight(fenced.ReplaceAllString(t, "\n"))
	own := quotation.ReplaceAllString(plain, " ") // what the writer says himself
	f := Features{
		Words: text.CountWords(t), Title: strings.TrimSpace(p.Title) != "",
		List: atLeast(listItem, plain, 2), Table: atLeast(tableRow, plain, 2), Heading: heading.MatchString(plain),
		Code: strings.Contains(t, "```"), InlineCode: codeSpan.MatchString(plain), Link: address.MatchString(plain),
		Citation: citation.MatchString(plain), Quote: quotesWords(plain), Question: strings.ContainsAny(own, "?？"),
		First: atLeast(firstPerson, own, 2), Plural: we.MatchString(own), Second: atLeast(you, own, 1+len(own)/500), Informal: atLeast(contraction, own, 2),
	}
	if strings.ContainsAny(plain, "0123456789") {
		f.Year = year.MatchString(plain)
		f.Date = date.MatchString(plain)
		rest := year.ReplaceAllString(plain, "")
		if f.Date {
			rest = date.ReplaceAllString(rest, "")
		}
		f.Number = figure.MatchString(rest)
	}
	f.Sentences, f.Sentence = sentenceLength(plain)
	if code, sure := text.Language(t); sure {
		f.Language = code
	}
	f.Opening = opening(t, own)
	f.Register = register(f, own)
	return f
}

// quotesWords reports a quotation of four words or more; shorter ones are titles and names.
func quotesWords(s string) bool {
	for _, q := range quotation.FindAllString(s, -1) {
		if strings.Count(q, " ") >= 3 {
			return true
		}
	}
	return false
}

func atLeast(re *text.Pattern, s string, n int) bool { return len(re.FindAllStringIndex(s, n)) == n }

// sentenceLength counts the sentences, and the mean of their words over those that are prose: what has no full stop is a
// heading, an item or a cell.
func sentenceLength(s string) (count, mean int) {
	words, prose := 0, 0
	for _, sentence := range text.Sentences(citation.ReplaceAllStringFunc(s, keepStop)) {
		n := text.CountWords(sentence)
		if n == 0 || tableRow.MatchString(sentence) {
			continue
		}
		count++
		end, _ := utf8.DecodeLastRuneInString(strings.TrimRight(sentence, "\"'”’»)]*_` "))
		if strings.ContainsRune(".!?:…。！？।", end) {
			words, prose = words+n, prose+1
		}
	}
	if prose == 0 {
		return count, 0
	}
	return count, (words + prose/2) / prose
}

// keepStop is what of a citation mark belongs to the sentence: nothing of one in brackets, the full stop before a page.
func keepStop(mark string) string {
	switch mark[0] {
	case '[', '(':
		return ""
	case 'e':
		return mark
	}
	stop, _, _ := strings.Cut(mark, ":")
	return stop
}

func register(f Features, own string) string {
	switch {
	case f.Sentence == 0 && f.Words < 40:
		return registerFragment
	case f.Code || f.Table && f.InlineCode || f.InlineCode && functions.MatchString(own) || f.Second && imperative.MatchString(own) && !f.First:
		return registerManual
	case atLeast(shall, own, 2):
		return registerLegal
	case f.First && (f.Informal || f.Second || f.Question) || f.Second && f.Informal || f.First && !f.Citation:
		return registerTalk
	case f.Plural && f.Citation || strings.Contains(own, "et al"):
		return registerScholar
	case f.Second:
		return registerManual
	}
	return registerPlain
}

func opening(t, own string) string {
	own = strings.TrimLeft(own, " \n\t\"'*_")
	first := text.Sentences(own)
	switch {
	case markupStart.MatchString(t):
		return openingMarkup
	case len(first) > 0 && strings.HasSuffix(first[0], "?"):
		return openingQuestion
	case pronounHead.MatchString(own):
		return openingPronoun
	case strings.IndexFunc(own, unicode.IsLower) == 0:
		return openingMidway
	}
	return openingPlain
}
