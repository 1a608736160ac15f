package generate

import (
	"regexp"
	"slices"
	"strings"

	"hardneg/internal/text"
)

// The rules of negatives, besides those of all texts.
const (
	Missing                 Rule = "missing"       // the reply has no text at this position; decided by the reader of the reply
	MetaText                Rule = "meta_text"     // speaks of the query, the answer or itself as what they are here
	CopyOfQuery             Rule = "copy_of_query" // is the query, or holds it verbatim
	NearDuplicateOfPositive Rule = "near_duplicate_of_positive"
	NearDuplicate           Rule = "near_duplicate" // of another text of the query
	NotInPassage            Rule = "not_in_passage" // an edit of words that the passage does not have, or that changes nothing
)

const (
	minNegativeWords = 8
	shortestShare    = 3   // less than a third of the words asked for
	longestTimes     = 2.5 // more than so many times the words asked for
	queryInsideWords = 6   // a shorter query may well stand in a text by chance
	littleMore       = 8   // words
)

// NegativeText is a generated negative and what it is checked against.
type NegativeText struct {
	Query, Text string
	Positive    string   // the source passage, "" if unknown
	Others      []string // texts already standing in this query, lowest key first
	Known       *Known   // in place of Positive and Others, where several texts are checked; takes those that pass
	Min, Max    int      // words asked for; Max 0 is no bound
	Language    string   // ISO 639-1, "" for any
}

// Known are the texts of one query that a further one must differ from. Each is read once, however many come.
type Known struct {
	positive    text.Sketch
	hasPositive bool
	others      []text.Sketch
}

// NewKnown reads the positive ("" for none) and the texts that stand.
func NewKnown(positive string, others ...string) *Known {
	k := &Known{positive: text.NewSketch(positive), hasPositive: positive != ""}
	for _, o := range others {
		k.others = append(k.others, text.NewSketch(o))
	}
	return k
}

// admit names the rule that a text breaks; one that breaks none stands from now on.
func (k *Known) admit(s text.Sketch) Rule {
	rule := k.near(s)
	if rule == "" {
		k.others = append(k.others, s)
	}
	return rule
}

// admitEdit is admit for a text that is near the positive on purpose: it must only be another one than all that are known.
func (k *Known) admitEdit(s text.Sketch) Rule {
	if k.hasPositive && s.Same(k.positive) {
		return NearDuplicateOfPositive
	}
	if slices.ContainsFunc(k.others, s.Same) {
		return NearDuplicate
	}
	k.others = append(k.others, s)
	return ""
}

// near names the rule by which a text is too near to what is known.
func (k *Known) near(s text.Sketch) Rule {
	if k.hasPositive && s.Near(k.positive) {
		return NearDuplicateOfPositive
	}
	for _, o := range k.others {
		if s.Near(o) {
			return NearDuplicate
		}
	}
	return ""
}

// CheckNegative names the first rule that a generated negative breaks, "" if none. Whether it answers the query is for the
// judges to say.
func CheckNegative(n NegativeText) Rule {
	t := strings.TrimSpace(n.Text)
	read := text.Read(t)
	defer read.Free()
	switch {
	case read.Blank():
		return Empty
	case text.Refusal(t):
		return Refusal
	case metaText(read.Lower()):
		return MetaText
	case text.Control(t) || text.Hidden(t):
		return ControlCharacters
	case text.SpecialToken(t) != "":
		return SpecialTokens
	case read.Looping():
		return Looping
	}
	return checkNegativeContent(n, read)
}

// checkNegativeContent judges a text that is sound as a string.
func checkNegativeContent(n NegativeText, t *text.Text) Rule {
	words := t.Count()
	switch {
	case words < max(minNegativeWords, n.Min/shortestShare):
		return TooShort
	case n.Max > 0 && float64(words) > longestTimes*float64(n.Max):
		return TooLong
	case copyOfQuery(n.Query, t, words):
		return CopyOfQuery
	case t.Foreign(n.Language):
		return WrongLanguage
	}
	return n.duplicates(t.Sketch())
}

// duplicates compares a text with the positive and the texts that stand.
func (n NegativeText) duplicates(sketch text.Sketch) Rule {
	if n.Known != nil {
		return n.Known.admit(sketch)
	}
	k := NewKnown(n.Positive, n.Others...)
	return k.admit(sketch)
}

// copyOfQuery reports a text that is the query, begins with it and has little more to say, or holds a longer one verbatim.
// A retriever trained on such a text learns that the query's own words are no sign of relevance.
func copyOfQuery(query string, t *text.Text, words int) bool {
	q := QueryKey(query)
	if q == "" {
		return false
	}
	asked := text.CountWords(query)
	if asked >= queryInsideWords && t.Contains(query) {
		return true
	}
	if len(t.String()) > 8*len(query)+400 { // too much more than the query, whatever it begins with
		return false
	}
	return t.Is(query) || words-asked <= max(littleMore, asked) && QueryKey(firstSentence(t.String())) == q
}

// firstSentence is that of the first line, the line where there is none.
func firstSentence(t string) string {
	line, _, _ := strings.Cut(t, "\n")
	if s := text.Sentences(line); len(s) > 0 {
		return s[0]
	}
	return line
}

// metaText reports a text, in lower case, that speaks of its own making. It begins or ends with words around the text, or says anywhere
// what a passage does to a query. A question of slavery, the passage of a bill and an answering machine are subjects.
func metaText(lower string) bool {
	plain := straight(lower)
	return metaOpening.MatchString(plain) || metaEnding.MatchString(plain) || metaAnywhere.MatchString(plain)
}

// straight replaces curly apostrophes.
func straight(t string) string {
	return strings.ReplaceAll(strings.ReplaceAll(t, "’", "'"), "‘", "'")
}

// The parts of which the patterns are made.
const (
	ownText  = `(?:passage|text|excerpt|snippet|paragraph)`
	lacks    = `(?:does not|doesn't|do not|don't|did not|didn't|cannot|can't|will not|won't|fails? to|never|without|not)`
	theQuery = `(?:the|this|that|your|our|my) (?:original |given |user |user's )?(?:search )?query`
	metaNoun = `\b(?:query|question|passage|excerpt|answer|negative|fictional|fictitious|generated|requirement)\b`
)

var metaOpening = regexp.MustCompile(`^[\s"'*_#>(\[-]*(?:` +
	// introductions
	`(?:sure|certainly|of course|okay|absolutely)\s*[,!.]\s*(?:here|i\b|this is|below)|` +
	`(?:here(?:'s| is| are)|below (?:is|are)|the following is) (?:a|an|the|one|my|your|some|\d+|two|three|four|five) (?:[\w-]+ ){0,4}(?:` + ownText + `s?|negatives?)\b.{0,80}[:.]|` +
	`i(?:'ll| will|'ve| have)? (?:now )?(?:write|written|wrote|created?|generated?) (?:a|an|the|this|\d+|two|three) (?:[\w-]+ ){0,3}(?:` + ownText + `s?|negatives?)\b|` +
	// labels
	`(?:hard )?negatives?(?: (?:passage|example|text|sample))?\s*(?:#?\s*\d+|[a-e])?[)\]*_]*\s*[:：]|` +
	`(?:hard negative|negative passage|negative example)s? ?#?\d*\s*(?:[–—\n-]|$)|` +
	`(?:passage|text|document|paragraph|query|search query)\s*(?:#?\s*\d+|[a-e])?[)\]*_]*\s*[:：]|` +
	`(?:breaks|(?:broken )?requirements?(?: \d+)?(?: broken)?)\s*[:：]|` +
	`note\s*:.{0,200}` + metaNoun + `|` +
	// what it is
	`(?:this|the following) ` + ownText + ` (?:is (?:a|an|not|about|on|related|relevant|intended|meant)|was (?:written|generated)|would|discusses|describes|explains|focuses|covers|` +
	`talks|provides|deals|mentions|addresses|concerns)\b|` +
	// the JSON that it should have been in
	`(?:\x60\x60\x60(?:json)?\s*)?[\[{]\s*(?:\{\s*)?"(?:text|negatives?|need|requirements|breaks|query|passages?)"\s*:)`)

var metaEnding = text.Compile(`(?:[(\[]|\n)[\s*_]*(?:note|explanation|rationale|reason|breaks)[*_]*\s*:[^\n]{0,300}` + metaNoun + `[^\n]{0,300}$|` +
	`[(\[](?:approx\w*\.? |about |word count: ?)?\d+ words[)\]]\s*$|\nword count\s*:\s*\d+\s*$`)

// metaAnywhere says what a passage does to a query, or what the query wants.
var metaAnywhere = text.CompileAll(
	`\b(?:this|the|each) `+ownText+` `+lacks+` (?:\w+ly )?(?:answer|mention|specify|state|discuss|address|explain|tell|reveal|say)\b`,
	`\b(?:this|the) `+ownText+` `+lacks+` (?:provide|contain|include|give|offer|have) (?:\w+ ){0,3}(?:answers?|information|details?|value)\b`,
	`\b(?:this|the) `+ownText+` (?:directly |partly |only )?(?:answers|would answer|is (?:not )?(?:relevant|irrelevant|related|unrelated)(?: to)?) (?:the |this |that )?(?:query|question|topic)\b`,
	`\b`+lacks+` (?:\w+ly )?(?:answer(?:ing|s|ed)?|address(?:ing|es)?|satisf(?:y|ies|ying)) `+theQuery+`\b`,
	`\b(?:not|without) (?:giving|revealing|stating|mentioning|providing|containing) (?:the|an) answer\b|\bthe answer to `+theQuery+`\b`,
	`\bthe (?:search |user |user's |original )?query (?:asks (?:about|who|what|when|where|why|how|which|whether)|is asking|is looking for|seeks|wants)\b`,
	`\b(?:irrelevant|unrelated|not relevant|not related) to `+theQuery+`\b|\b(?:the|this|your) query's (?:requirements?|asked|subject|need)`,
	`\b(?:as|is|be|being|makes (?:it|this)) an? (?:good |strong |plausible )?hard[ -]negative\b|\bhard[ -]negatives? (?:for|of|to) (?:the|this|your) query\b|`+
		`\bbreak(?:s|ing) (?:the |a |this )?requirement\b|\basked-for (?:value|entity|information|thing|answer)\b`,
	// the same in other languages
	`(?:diese passage|dieser text|dieser abschnitt) (?:beantwortet|enthält keine antwort|geht nicht|nennt nicht)|(?:die|der) (?:suchanfrage|anfrage) (?:fragt|sucht nach)|`+
		`(?:ce passage|ce texte|cet extrait) ne (?:répond|mentionne|précise|contient)|la requête (?:demande|cherche)|`+
		`(?:este pasaje|este texto) no (?:responde|menciona|contesta|contiene)|la consulta (?:pregunta|busca|pide)|`+
		`(?:questo brano|questo testo|questo passaggio) non (?:risponde|menziona|contiene)|(?:este trecho|esta passagem) não (?:responde|menciona|contém)|`+
		`(?:deze passage|deze tekst) (?:beantwoordt|geeft geen antwoord|noemt niet)|(?:这段|本段|该段|此段)(?:文字|文章|文本|话|内容)?(?:没有|并未|未|不)(?:回答|提到|提及|涉及)|硬负(?:样本|例)|该查询(?:询问|要求)`,
)
