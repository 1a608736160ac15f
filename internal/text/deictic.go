package text

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Deictic reports a query that does not stand alone: it speaks of the text that it was made from ("according to the
// passage", "what does the author say"), or of something only named there ("when was it founded", "how did this affect
// prices"). Pronouns are judged in English only; texts and authors in English, German, French, Spanish, Italian,
// Portuguese and Dutch, and by a few fixed phrases in Chinese, Japanese, Korean and Russian.
//
// It is conservative: a text of something ("the text of the declaration") or with a number ("article 50") is named well
// enough, and so are "what is it like to", "how do they make" and the titles of works that begin like a pronoun.
func Deictic(query string) bool {
	if deicticRaw.MatchString(query) {
		return true
	}
	q := titles.ReplaceAllString(plain(query), " * ")
	if deicticWords.in(q) && slices.ContainsFunc(deictic, func(p phrase) bool { return p.in(q) }) {
		return true
	}
	return !howTo.MatchString(q) && dangling.in(q)
}

// plain is the words of a text in lower case, without accents and apostrophes, each between single spaces.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == '\'':
			return ' '
		}
		return r
	}, norm.NFD.String(fold(s)))
	return " " + strings.Join(Words(s), " ") + " "
}

// phrase is a pattern in a plain text that counts unless one of some words comes next.
type phrase struct {
	pattern *Pattern
	unless  map[string]bool
}

func (p phrase) in(plain string) bool {
	for _, at := range p.pattern.FindAllStringIndex(plain, -1) {
		next, _, _ := strings.Cut(strings.TrimLeft(plain[at[1]:], " "), " ")
		numbered := next != "" && unicode.IsDigit(rune(next[0]))
		if !p.unless[next] && !(p.unless["#"] && numbered) {
			return true
		}
	}
	return false
}

// phrases compiles patterns of whole words; an upper-case name in one stands for a list of words, "#" in unless for any
// number.
func phrases(unless string, patterns ...string) []phrase {
	var out []phrase
	for _, p := range patterns {
		for name, words := range wordLists {
			p = strings.ReplaceAll(p, name, "(?:"+words+")")
		}
		start, rest := " ", p
		if after, ok := strings.CutPrefix(p, "^"); ok {
			start, rest = "^ ", after
		}
		out = append(out, phrase{Compile(start + "(?:" + rest + ")(?: |$)"), set(unless)})
	}
	return out
}

// deicticWords are those of all phrases: a text has to have one of them.
var deicticWords = func() *finder {
	var words []word
	for _, p := range deictic {
		words = append(words, p.pattern.words.all...) // each has some
	}
	return joinFinder(words)
}()

func joined(lists ...[]phrase) []phrase {
	var all []phrase
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// titles are works and set phrases that only look as if they pointed somewhere.
var titles = Compile(` (?:this (?:is (?:us|spinal tap|england|40|me)|american life|old house|boy s life|week|year|month|morning)|` +
	`his (?:dark materials|girl friday)|their eyes were watching(?: god)?|her (?:about|movie|film|rated|2013)|` +
	`it (?:s )?a wonderful life|what (?:time|day|date|year) is it|that time i got|he who must not be named|the two (?:popes|towers)) `)

// howTo opens questions about doing, in which "the text" and "the document" are the asker's own.
var howTo = Compile(`^ (?:how (?:to|do (?:i|you|we)|can (?:i|you|we)|should (?:i|you|we))|can (?:i|you)|is it possible to|ways? to) `)

// dangling is "in the text" where a clause ends or begins behind it.
var dangling = phrases("", `(?:in|from|by|of|about|does|did) the (?:passage|text|article|paragraph|excerpt|extract|snippet)`+
	` (?:what|who|whom|whose|which|where|when|why|how|is|are|was|were|do|does|did|has|have|had|as|and|that|be|$)`)[0]

// wordLists are the words that patterns name.
var wordLists = map[string]string{
	"NOUN":   `(?:passage|text|article|document|paragraph|excerpt|extract|snippet|abstract|section|table|figure|chapter|study|author|writer|narrator|report|essay|speaker|paper)s?`,
	"SPEAKS": `say|says|said|mention|mentions|mentioned|describe|describes|described|state|states|stated|argue|argues|argued|suggest|suggests|suggested|claim|claims|claimed|believe|believes|believed|think|thinks|thought|discuss|discusses|discussed|explain|explains|explained|refer|refers|mean|means|conclude|concludes|concluded|find|found|propose|proposes|proposed|recommend|recommends|recommended|imply|implies|compare|compares|cite|cites|attribute|attributes|define|defines|list|lists|note|notes|indicate|indicates|provide|provides|consider|considers|emphasize|emphasizes|view|views|show|shows`,
	"SAID":   `mentioned|described|discussed|stated|listed|shown|given|cited|noted|presented|referenced|referred to|named|depicted|outlined|reported|provided|covered|explained|quoted|used|studied|examined|introduced|defined`,
	"ASKS":   `(?:(?:in|on|at|to|from|for|by|with|of|during|until|since|under|about|into|as) )?(?:what|which|when|where|why|how|who|whom|whose)`,
	"AUX":    `is|was|are|were|did|does|do|has|had|have|can|could|will|would|should`,
	"DONE":   `founded|built|established|created|published|released|made|opened|invented|written|discovered|introduced|completed|demolished|formed|started|located|situated|used|known|called|named|based|signed|destroyed|launched|developed|designed|adopted|abolished|performed|measured|defined|held|produced|celebrated|found|fought|caused|treated|diagnosed|recorded|composed|painted|closed`,
	"DOES":   `end|start|begin|happen|occur|open|close|do|work|contain|include|consist|cover|mean|matter|belong|take|cost|last|weigh|come|originate|differ|grow|live|produce|affect`,
	"WHERE":  `for|by|from|of|in|after|to|at|on|up|with|about|as`,
	"HOWBIG": `how (?:big|long|old|tall|large|high|deep|wide|far|heavy|fast|many|much|often|common|small)`,
	"THING":  `process|event|method|technique|procedure|phenomenon|movement|battle|treaty|organism|organi[sz]ation|institution|theory|theorem|conflict|invention|species|disease|disorder|approach|concept|region|area|city|country|town|island|river|building|structure|company|group|person|scientist|period|era|policy|effect|change|discovery|agreement|decision|experiment|reaction|compound|material|machine|topic|position|feature|function|term|situation|problem|issue|crisis|dynasty|empire|king|emperor|amendment|principle|result|finding|artist|team|war`,
}
