package llm

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// negativesReply is the reply of schema "negatives".
type negativesReply struct {
	Need         string         `json:"need"`
	Requirements []string       `json:"requirements"`
	Negatives    []negativeText `json:"negatives"`
}

type negativeText struct {
	Breaks string `json:"breaks"`
	Text   string `json:"text"`
}

// negativeWriter writes texts around the words of one query. It has nothing else to go by.
type negativeWriter struct {
	dice
	need    need
	content []offlineWord  // the query's content words, in order, each once
	place   map[string]int // of each stem: the position of the word in the query
	used    map[string]bool
}

// Shares of the texts that are not good negatives, cumulated: what the judges and the text rules are there for.
const (
	answerShare   = 0.080                 // answers the query: a false negative
	partialShare  = answerShare + 0.045   // states part of it
	disputedShare = partialShare + 0.020  // answers it twice, with contradiction
	badShare      = disputedShare + 0.030 // no passage at all
	offShare      = badShare + 0.030      // about something else
	farShare      = offShare + 0.070      // hardly on the topic: too easy
)

// maxKept is the largest share of the query, by the weight of its words, that a good negative keeps.
const maxKept = 0.52

var twoDigits = regexp.MustCompile(`\b\d\d\b`)

var lengthLine = regexp.MustCompile(`(?m)^\s*(\d+)\.\D*?(\d+)\s*(?:to|-|–)\s*(\d+) words`)

// writeNegatives writes as many texts as the schema demands, with the lengths that the prompt gives.
func writeNegatives(d dice, blocks []fencedBlock, prompt string, schema offlineSchema) negativesReply {
	query := strings.TrimSpace(blockNamed(blocks, "query", prompt))
	w := newNegativeWriter(d, query)
	lengths := lengthLine.FindAllStringSubmatch(prompt, -1)
	count := schema.property("negatives").MinItems
	if count == 0 {
		count = max(1, len(lengths))
	}
	reply := negativesReply{Need: clipTo("What the person wants to know: "+query, schema.property("need").MaxLength),
		Requirements: w.requirements()}
	var item offlineSchema
	if items := schema.property("negatives").Items; items != nil {
		item = *items
	}
	for i := range count {
		lo, hi := 90, 120
		if len(lengths) > 0 {
			m := lengths[min(i, len(lengths)-1)]
			lo, _ = strconv.Atoi(m[2])
			hi, _ = strconv.Atoi(m[3])
		}
		n := w.write(i, lo, hi, reply.Negatives)
		n.Text = clipTo(n.Text, item.property("text").MaxLength)
		n.Breaks = clipTo(n.Breaks, item.property("breaks").MaxLength)
		reply.Negatives = append(reply.Negatives, n)
	}
	return reply
}

func newNegativeWriter(d dice, query string) *negativeWriter {
	w := &negativeWriter{dice: d, need: readNeed(query), used: map[string]bool{}, place: map[string]int{}}
	seen := map[string]bool{}
	for i, x := range splitWords(query) {
		if x.content() && !seen[x.stem] {
			seen[x.stem] = true
			w.place[x.stem] = i
			w.content = append(w.content, x)
		}
	}
	if len(w.content) == 0 { // the writer takes any subject rather than none
		w.content = []offlineWord{newWord(d.one(otherAspects))}
	}
	return w
}

// requirements name what an answer to the query would have to hold.
func (w *negativeWriter) requirements() []string {
	half := (len(w.content) + 1) / 2
	list := []string{"about " + clipTo(joinLoose(w.content[:half]), 250)}
	if rest := w.content[half:]; len(rest) > 0 {
		list = append(list, "on the point of "+clipTo(joinLoose(rest), 250))
	}
	switch w.need.kind {
	case dateAnswer:
		list = append(list, "gives the date")
	case numberAnswer:
		list = append(list, "gives the number")
	case nameAnswer:
		list = append(list, "gives the name or place")
	case reasonAnswer:
		list = append(list, "gives the reason")
	}
	return list
}

// write draws what the text at position i is to be.
func (w *negativeWriter) write(i, lo, hi int, before []negativeText) negativeText {
	if !isEnglish(splitWords(w.need.query)) {
		return negativeText{"another subject in the same terms", w.foreignText(lo, hi)}
	}
	roll := w.Float64()
	switch {
	case roll < answerShare:
		return negativeText{"another detail of the subject", w.answering(lo, hi)}
	case roll < partialShare:
		return negativeText{"only a part of it", w.partial(lo, hi)}
	case roll < disputedShare:
		return negativeText{"the value is not certain", w.disputed(lo, hi)}
	case roll < badShare:
		return negativeText{"another subject", w.badText(before)}
	case roll < offShare:
		p := w.newPassage(w.invented(), w.one(otherTopics))
		return negativeText{"the subject: it is about something else", p.fill(lo, hi)}
	case roll < farShare:
		kept := w.keep(w.content, 0.2)
		p := w.newPassage(spaced(w.invented(), joinLoose(kept)), w.one(otherAspects))
		return negativeText{"the entity and the aspect", p.fill(lo, hi)}
	}
	return w.honest(i, lo, hi)
}

// honest writes a hard negative: even positions tell of a sibling of the entity, odd ones of another aspect.
func (w *negativeWriter) honest(i, lo, hi int) negativeText {
	entity, rest := w.split()
	if i%2 == 0 {
		name := w.invented()
		subject, aspect := name, joinLoose(w.keep(rest, maxKept))
		if head := entity[len(entity)-1:]; len(rest) > 0 && plainNoun(head[0]) && len(w.keep(slices.Concat(head, rest), maxKept)) > 1 {
			subject, aspect = name+" "+head[0].low, joinLoose(w.keep(slices.Concat(head, rest), maxKept)[1:])
		}
		if aspect == "" {
			aspect = joinLoose(w.keep(w.content, maxKept))
		}
		return negativeText{"the right entity: it is about " + subject, w.newPassage(subject, aspect).fill(lo, hi)}
	}
	aspect := w.one(otherAspects)
	p := w.newPassage(joinLoose(w.keep(entity, maxKept)), aspect)
	return negativeText{"the right aspect: it tells of the " + aspect, p.fill(lo, hi)}
}

// split parts the query into the words that name the entity and the others: by capitals, else by position, since a
// query without capitals does not tell.
func (w *negativeWriter) split() (entity, rest []offlineWord) {
	for _, x := range w.content {
		if x.upper && !x.first {
			entity = append(entity, x)
		} else {
			rest = append(rest, x)
		}
	}
	if len(entity) > 0 && len(rest) > 0 {
		return entity, rest
	}
	half := (len(w.content) + 1) / 2
	for cut := half; cut > 0; cut-- { // better between phrases than inside one
		if cut < len(w.content) && !w.adjacent(w.content[cut-1], w.content[cut]) {
			half = cut
			break
		}
	}
	return w.content[:half], w.content[half:]
}

// adjacent reports words that stood next to each other in the query.
func (w *negativeWriter) adjacent(a, b offlineWord) bool { return w.place[b.stem] == w.place[a.stem]+1 }

// keep takes words from the front until they make up the given share of the query's weight; at least one. Verbs are left
// out where there are nouns: templates want nouns.
func (w *negativeWriter) keep(words []offlineWord, share float64) []offlineWord {
	total, sum := 0.0, 0.0
	for _, t := range w.need.terms {
		total += t.weight
	}
	nouns := slices.DeleteFunc(slices.Clone(words), func(x offlineWord) bool {
		return isParticiple(x.low) || commandVerbs[x.low] && !x.upper || strings.HasSuffix(x.low, "ly") || len(x.low) < 2
	})
	if len(nouns) == 0 {
		nouns = words
	}
	var kept []offlineWord
	for _, x := range nouns {
		if n := len(kept); n > 0 && (sum+weightOf(x) > share*total || n == 3 || !w.adjacent(kept[n-1], x)) {
			break
		}
		kept = append(kept, x)
		sum += weightOf(x)
	}
	return kept
}

// answering is a text that does answer, in one sentence or, harder to see, over two.
func (w *negativeWriter) answering(lo, hi int) string {
	p := w.newPassage(joinLoose(w.content[:min(2, len(w.content))]), w.one(otherAspects))
	words := w.turned()
	if half := len(words) / 2; half > 1 && w.chance(0.4) {
		return p.fill(lo, hi, p.say("The account by {H} turns next to "+joinLoose(words[:half])+"."),
			p.say(valueSentence(w.dice, w.need.kind, joinLoose(words[half:]))))
	}
	return p.fill(lo, hi, p.say(valueSentence(w.dice, w.need.kind, joinLoose(words))))
}

// partial leaves out about a third of what was asked.
func (w *negativeWriter) partial(lo, hi int) string {
	words := w.turned()
	words = words[:max(1, (len(words)*3+2)/4)]
	p := w.newPassage(joinLoose(words[:min(2, len(words))]), w.one(otherAspects))
	return p.fill(lo, hi, p.say(valueSentence(w.dice, w.need.kind, joinLoose(words))))
}

// disputed gives two answers and calls both in doubt.
func (w *negativeWriter) disputed(lo, hi int) string {
	words := w.turned()
	words = words[:max(1, len(words)*5/6)]
	p := w.newPassage(joinLoose(words[:min(2, len(words))]), w.one(otherAspects))
	return p.fill(lo, hi, p.say("Sources on "+joinLoose(words)+" contradict each other: {H} gives {Y} and {n}, a later hand {Z} and {k}."))
}

// turned are the query's words with the second half in front, so that a query without grammar is not simply repeated.
func (w *negativeWriter) turned() []offlineWord {
	n := len(w.content)
	if n < 3 {
		return w.content
	}
	return slices.Concat(w.content[n/2:], w.content[:n/2])
}

// badText is what the text rules are for.
func (w *negativeWriter) badText(before []negativeText) string {
	subject := joinLoose(w.keep(w.content, maxKept))
	if len(before) > 0 && w.chance(0.4) { // the text before once more, with another number
		return twoDigits.ReplaceAllString(before[len(before)-1].Text, strconv.Itoa(w.between(10, 99)))
	}
	return w.one([]string{
		"This passage is about " + subject + " but does not answer the query, so it is a good hard negative.",
		"N/A",
		"I'm sorry, but I can't help with writing a passage about " + subject + ".",
		w.need.query,
		upperFirst(subject) + ".",
	})
}

// foreignText serves languages without templates: a list of invented places with some of the query's words and numbers.
func (w *negativeWriter) foreignText(lo, hi int) string {
	var b strings.Builder
	kept := w.content[:(len(w.content)+1)/2]
	for words := 0; words < lo; {
		line := []string{w.invented() + " (" + strconv.Itoa(w.between(1820, 2019)) + "):"}
		for range w.between(1, 3) {
			if len(kept) > 0 {
				line = append(line, kept[w.IntN(len(kept))].text)
			}
			line = append(line, strconv.Itoa(w.between(3, 980))+",")
		}
		line = line[:min(len(line), max(1, hi-words))]
		words += len(line) + 1
		b.WriteString(strings.TrimRight(strings.Join(line, " "), ",:") + ". ")
	}
	return strings.TrimSpace(b.String())
}

// plainNoun reports a word that can stand behind an invented name: "Kelmere bridge".
func plainNoun(w offlineWord) bool {
	return !w.upper && !w.digit && len(w.low) > 3 && !isParticiple(w.low) && !commandVerbs[w.low] && !strings.HasSuffix(w.low, "ly")
}

// joinLoose writes words that need not have stood together.
func joinLoose(words []offlineWord) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.text
	}
	return strings.Join(texts, " ")
}

func upperFirst(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	return strings.ToUpper(string(r[0])) + string(r[1:])
}
