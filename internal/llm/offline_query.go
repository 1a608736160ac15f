package llm

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// queryReply is the reply of schema "query".
type queryReply struct {
	Query string `json:"query"`
}

// queryWriter writes one query for one passage.
type queryWriter struct {
	dice
	topic topic
	sents [][]offlineWord
	kind  string // one of kindSigns, or ""
	small bool   // lower case is asked for
	min   int    // words asked for, 0 if the prompt does not say
	max   int
}

// Shares of the ways in which the query writer fails on purpose: one in 36 is refused by a rule that looks at the text,
// one in 33 asks for what the passage does not have.
const (
	badQueries   = 0.028
	driftQueries = 0.055
)

// writeQuery finds facts in the passage, and asks for one of them in the form that the prompt wants.
func writeQuery(d dice, blocks []fencedBlock, prompt string, schema offlineSchema) queryReply {
	passage := blockNamed(blocks, "passage", prompt)
	title, body := splitTitle(passage)
	w := queryWriter{dice: d, sents: sentences(body)}
	w.topic = findTopic(title, w.sents)
	w.readKind(prompt, passage)
	text := ""
	switch roll := d.Float64(); {
	case !isEnglish(splitWords(undress(body))):
		text = w.foreignKeywords()
		if w.small {
			text = strings.ToLower(text)
		}
	case roll < badQueries:
		text = w.badQuery()
	case roll < badQueries+driftQueries:
		text = w.driftQuery(passage)
	default:
		text = w.goodQuery()
	}
	text = clipTo(text, schema.property("query").MaxLength)
	if text = strings.TrimSpace(text); text == "" { // nothing that could be asked for; the text rules refuse this
		text = "info"
	}
	return queryReply{text}
}

// splitTitle takes the title line off a passage as prompts show it.
func splitTitle(passage string) (title, body string) {
	rest, ok := strings.CutPrefix(passage, "Title: ")
	if !ok {
		return "", passage
	}
	title, body, _ = strings.Cut(rest, "\n")
	return title, body
}

var (
	kindLine  = regexp.MustCompile(`(?is)Kind: (.*)`)
	kindRange = regexp.MustCompile(`(\d+)\s*(?:-|–|to)\s*(\d+)`)
)

// kindSigns are the words of the prompt that tell the kind of query; the first that fits decides.
var kindSigns = []struct {
	kind string
	sign *regexp.Regexp
}{
	{"keyword", regexp.MustCompile(`\bkeywords?\b`)},
	{"situation", regexp.MustCompile(`\bsituation|\bneeds?\b|\bproblem\b|not as a question`)},
	{"how", regexp.MustCompile(`\b(how|why)\b`)},
	{"fact", regexp.MustCompile(`\b(numbers?|dates?|amounts?)\b`)},
	{"question", regexp.MustCompile(`\bquestions?\b`)},
}

// readKind reads which query is wanted. Only the text outside the passage counts.
func (w *queryWriter) readKind(prompt, passage string) {
	asked := strings.Replace(prompt, passage, "", 1)
	if m := kindLine.FindStringSubmatch(asked); m != nil {
		asked = m[1]
	}
	low := strings.ToLower(asked)
	w.small = strings.Contains(low, "lower case")
	for _, k := range kindSigns {
		if k.sign.MatchString(low) {
			w.kind = k.kind
			break
		}
	}
	if m := kindRange.FindStringSubmatch(asked); m != nil {
		w.min, _ = strconv.Atoi(m[1])
		w.max, _ = strconv.Atoi(m[2])
	}
}

// goodQuery tries the facts of the passage in a drawn order, those of the wanted kind first, until one gives a query
// that could have been typed.
func (w *queryWriter) goodQuery() string {
	facts := w.facts()
	w.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
	blur := make(map[string]int, len(facts)) // now and then a plainer question goes before a better one
	for _, f := range facts {
		blur[f.question()] = w.rank(f) - w.IntN(2)*w.IntN(2)
	}
	slices.SortStableFunc(facts, func(a, b fact) int { return blur[a.question()] - blur[b.question()] })
	for _, f := range facts {
		if q := w.render(f); w.fits(q) || w.kind == "keyword" && len(strings.Fields(q)) > 1 && q != joinWords(w.topic.words) {
			return w.dress(q, f)
		}
	}
	return w.keywordsOf(nil)
}

// rank orders facts: what fits the wanted kind, then full questions, then what only gives keywords.
func (w *queryWriter) rank(f fact) int {
	wh := strings.Fields(f.wh + " ")
	short := 0
	if w.min > 8 && len(strings.Fields(f.question())) < w.min-4 {
		short = 1
	}
	switch {
	case w.kind == "keyword":
		return 0
	case f.wh == "" || f.loose:
		return 6
	case w.kind == "how" && (f.wh == "how" || f.wh == "how to" || f.wh == "why"):
		return 0
	case w.kind == "fact" && (oneOf(wh[0], "when", "in", "who", "where") || len(wh) > 1 && wh[0] == "how" && wh[1] != "to"):
		return 0
	case f.wh == "what" || f.wh == yesNo:
		return 2 + short
	}
	return 1 + short
}

// render puts a fact into the wanted form.
func (w *queryWriter) render(f fact) string {
	switch {
	case w.kind == "keyword" || f.wh == "":
		return w.keywordsOf(&f)
	case w.kind == "situation":
		return w.withTopic(strings.Replace(w.one(situations), "%", f.indirect(), 1))
	case w.kind == "" && w.chance(0.3):
		return w.keywordsOf(&f)
	}
	return w.withTopic(f.question())
}

// situations are the forms of a need that is not put as a question.
var situations = []string{
	"I need to know %", "trying to find out %", "I would like to know %", "want to understand %", "need to find out %",
	"I am wondering %", "can't find out %", "someone should tell me %", "looking for information on %",
}

// withTopic makes a question stand alone: one that names nothing of the topic gets its words behind it.
func (w *queryWriter) withTopic(q string) string {
	if w.topic.namedIn(q) {
		return q
	}
	return q + " " + w.topic.short()
}

// keywordsOf lists what a person in a hurry types: the topic and the words of the fact, without grammar.
func (w *queryWriter) keywordsOf(f *fact) string {
	var list []string
	seen := map[string]bool{}
	limit := 4 + w.IntN(3)
	if w.kind == "keyword" && w.max > 0 {
		limit = max(3, w.max-w.IntN(2))
	}
	add := func(words []offlineWord, limit int) {
		for _, x := range words {
			inName := x.digit && len(list) < len(w.topic.words) // "Apollo 13"; any other number may be the answer
			if x.content() && !seen[x.stem] && len(list) < limit && (inName || !x.digit && len(x.text) > 1) {
				seen[x.stem] = true
				list = append(list, x.text)
			}
		}
	}
	add(w.topic.words, max(2, min(3, limit-2)))
	if f != nil {
		add(f.keys(), limit)
		if hint := f.hint(); hint != "" && len(list) > 2 && (w.max == 0 || len(list) < w.max) {
			list = append(list, hint)
		}
	} else if len(w.sents) > 0 {
		add(w.sents[w.IntN(len(w.sents))], limit)
	}
	if len(list) > 3 && w.chance(0.25) { // people do not always begin with the topic
		n := 2 + w.IntN(len(list)-3)
		list = append(list[n:], list[:n]...)
	}
	return strings.Join(list, " ")
}

// fits refuses what a rule has misread.
func (w *queryWriter) fits(q string) bool {
	words := splitWords(q)
	content := 0
	for _, x := range words {
		if x.content() {
			content++
		}
	}
	most := 18
	if w.max > 0 {
		most = max(w.max+2, 10)
	}
	return content >= 2 && len(words) >= 3 && len(words) <= most && !w.copied(words)
}

// copied reports a run of seven words of the passage, which is no longer a query in anybody's own words.
func (w *queryWriter) copied(q []offlineWord) bool {
	const run = 7
	for _, s := range w.sents {
		for i := 0; i+run <= len(s); i++ {
			for j := 0; j+run <= len(q); j++ {
				if slices.EqualFunc(s[i:i+run], q[j:j+run], func(a, b offlineWord) bool { return a.low == b.low }) {
					return true
				}
			}
		}
	}
	return false
}

// dress gives the query a typist: some write small, some with a question mark, some use another word.
func (w *queryWriter) dress(q string, f fact) string {
	words := strings.Fields(q)
	swapped := false
	for i, x := range words {
		if to := synonyms[strings.ToLower(x)]; to != "" && !swapped && w.chance(0.5) {
			words[i], swapped = to, true
		}
	}
	q = strings.Join(words, " ")
	if w.small || w.chance(0.55) {
		return strings.ToLower(q)
	}
	if f.wh != "" && strings.HasPrefix(q, strings.Fields(f.question())[0]) && w.chance(0.7) {
		q = strings.ToUpper(q[:1]) + q[1:]
		if f.wh != "how to" || w.chance(0.5) {
			q += "?"
		}
	}
	return q
}
