package llm

import (
	"hash/fnv"
	"slices"
	"strings"
	"unicode/utf8"
)

// Thresholds of the judge: the share of the query that a passage covers, from which on it gets a grade. Between
// unsureFrom and partialFrom it cannot tell.
const (
	relatedFrom = 0.17
	unsureFrom  = 0.593
	partialFrom = 0.612
	answersFrom = 0.80
)

// closeSlate is the largest slate whose texts the judge reads closely. In larger ones it skims, as models do with long
// prompts: it sees single sentences and no synonyms, and takes any value in the text for the one that was asked for.
const closeSlate = 2

// gradeSlate grades each passage of a slate by itself. What it says of one depends on the query, on that passage and on
// the size of the slate; not on labels, order or the fence.
func gradeSlate(blocks []fencedBlock, schema offlineSchema) map[string]string {
	s := readSlate(blocks)
	return s.say(schema, func(text string) string { return s.need.grade(text, s.closely()) })
}

// slate is what a judge is shown.
type slate struct {
	need  need
	texts map[string]string // by label
	known []string          // texts that are taken to answer
}

func readSlate(blocks []fencedBlock) slate {
	s := slate{texts: map[string]string{}}
	for _, b := range blocks {
		if label, ok := strings.CutPrefix(b.name, "passage "); ok {
			s.texts[label] = b.text
		} else if strings.HasPrefix(b.name, "known answer ") {
			s.known = append(s.known, b.text)
		} else if b.name == "query" {
			s.need = readNeed(b.text)
		}
	}
	return s
}

func (s slate) closely() bool { return len(s.texts) <= closeSlate }

// say gives every label of the schema a word. Of what was not shown, and of what a query of no words asks for, it is unsure.
func (s slate) say(schema offlineSchema, of func(text string) string) map[string]string {
	out := make(map[string]string, len(schema.Properties))
	for label := range schema.Properties {
		out[label] = "unsure"
		if text, ok := s.texts[label]; ok && len(s.need.terms) > 0 {
			out[label] = of(text)
		}
	}
	return out
}

// need is what a query asks for, as far as words tell.
type need struct {
	query string
	terms []term
	kind  answerKind
}

// term is a content word of the query. The rarer it is likely to be, the more it weighs.
type term struct {
	stem   string
	weight float64
}

// answerKind is the sort of thing that an answer must contain.
type answerKind uint8

const (
	anyAnswer answerKind = iota
	dateAnswer
	numberAnswer
	nameAnswer
	reasonAnswer
)

func readNeed(query string) need {
	n := need{query: query, kind: kindOf(query)}
	seen := map[string]bool{}
	for _, w := range splitWords(query) {
		for _, stem := range termsOf(w) {
			if !seen[stem] {
				seen[stem] = true
				n.terms = append(n.terms, term{stem, weightOf(w)})
			}
		}
	}
	return n
}

// termsOf is the stem of a content word; a run without spaces counts by its pairs of characters.
func termsOf(w offlineWord) []string {
	if !w.content() {
		return nil
	}
	r := []rune(w.low)
	if scriptOf(r[0]) == 0 || len(r) < 3 {
		return []string{w.stem}
	}
	var pairs []string
	for i := 0; i+1 < len(r); i++ {
		pairs = append(pairs, string(r[i:i+2]))
	}
	return pairs
}

func weightOf(w offlineWord) float64 {
	weight := 1.0
	switch n := utf8.RuneCountInString(w.low); {
	case w.digit:
		weight = 1.3
	case n <= 3 && scriptOf([]rune(w.low)[0]) == 0:
		weight = 0.6
	case n >= 7:
		weight = 1.2
	}
	return weight
}

// kindOf reads the kind of answer from the words with which one asks.
func kindOf(query string) answerKind {
	low := " " + strings.Join(strings.Fields(strings.ToLower(query)), " ") + " "
	for _, k := range []struct {
		kind  answerKind
		signs []string
	}{
		{numberAnswer, []string{" how many ", " how long ", " how high ", " how wide ", " how deep ", " how much ", " how old ", " percentage "}},
		{dateAnswer, []string{" when ", " in what year ", " what year ", " year ", " date "}},
		{nameAnswer, []string{" who ", " where ", " whose ", " location "}},
		{reasonAnswer, []string{" why ", " reason ", " reasons "}},
	} {
		if slices.ContainsFunc(k.signs, func(s string) bool { return strings.Contains(low, s) }) {
			return k.kind
		}
	}
	return anyAnswer
}

// grade reads one passage.
func (n need) grade(passage string, closely bool) string {
	score, disputed := n.read(passage, closely)
	switch {
	case disputed && score >= relatedFrom+0.2 && score < answersFrom+0.15:
		return "unsure"
	case score >= answersFrom:
		return "3"
	case score >= partialFrom:
		return "2"
	case score >= unsureFrom:
		return "unsure"
	case score >= relatedFrom:
		return "1"
	}
	return "0"
}

// read says how much of the need a passage covers, and whether the place which covers it takes itself back.
func (n need) read(passage string, closely bool) (score float64, disputed bool) {
	title, body := splitTitle(passage)
	windows := sentences(body)
	known := stemsIn(splitWords(title), closely)
	whole := slices.Concat(windows...)
	somewhere := !closely && n.kind.foundIn(whole, title != "")
	for i := range windows {
		window := windows[i]
		if closely && i+1 < len(windows) {
			window = slices.Concat(window, windows[i+1])
		}
		s := n.coverage(stemsIn(window, closely), known)
		if !somewhere && !n.kind.foundIn(window, title != "") {
			s *= 0.75
		}
		if s > score {
			score, disputed = s, isDisputed(window)
		}
	}
	if closely { // what stands elsewhere in the passage helps to read the best place
		score += 0.3 * max(0, n.coverage(stemsIn(whole, true), known)-score)
	}
	return score + noise(n.query, body), disputed
}

// coverage is the weighted share of the query's terms in a window. Terms that the title covers count half on both
// sides: they say that the passage is on the topic, and not that it answers.
func (n need) coverage(window, title map[string]bool) float64 {
	got, all := 0.0, 0.0
	for _, t := range n.terms {
		weight := t.weight
		if t.in(title) {
			weight /= 2
			got += weight
		} else if t.in(window) {
			got += weight
		}
		all += weight
	}
	return got / all
}

// in reports whether words have the term or a synonym of it.
func (t term) in(stems map[string]bool) bool {
	return stems[t.stem] || slices.ContainsFunc(kin[t.stem], func(k string) bool { return stems[k] })
}

// stemsIn are the stems of words, and those of their synonyms where the judge reads closely.
func stemsIn(words []offlineWord, closely bool) map[string]bool {
	in := make(map[string]bool, len(words))
	for _, w := range words {
		for _, stem := range termsOf(w) {
			in[stem] = true
			if !closely {
				continue
			}
			for _, k := range kin[stem] {
				in[k] = true
			}
		}
	}
	return in
}

// foundIn reports whether words hold something of the kind that was asked for.
func (k answerKind) foundIn(words []offlineWord, titled bool) bool {
	if k == anyAnswer {
		return true
	}
	for i, w := range words {
		switch k {
		case dateAnswer:
			if isYear(w) || months[w.low] || w.low == "century" {
				return true
			}
		case numberAnswer:
			if w.digit || numberWords[w.low] {
				return true
			}
		case nameAnswer:
			if w.upper && (i > 0 && !w.first || titled && !w.stop) || prepositions[w.low] && i > 0 && !titled {
				return true
			}
		case reasonAnswer:
			if reasonWords[w.low] {
				return true
			}
		}
	}
	return false
}

// isDisputed reports that the place which answers takes itself back.
func isDisputed(words []offlineWord) bool {
	return slices.ContainsFunc(words, func(w offlineWord) bool { return disputeWords[w.low] })
}

var (
	numberWords = wordSet(`one two three four five six seven eight nine ten eleven twelve dozen dozens hundred hundreds thousand
		thousands million half twice third quarter`)
	reasonWords = wordSet(`because since due so as therefore hence reason reasons cause caused causes prevent prevents avoid leads
		led result results to otherwise for thus makes made allow allows`)
	disputeWords = wordSet(`disputed contradict contradictory conflicting disagree irreconcilable`)
)

// noise makes the judge uneven, and always in the same way: ±0.025 by query and text.
func noise(query, text string) float64 {
	h := fnv.New64a()
	h.Write([]byte(query))
	h.Write([]byte{0})
	h.Write([]byte(text))
	return (float64(h.Sum64()>>40)/float64(1<<24) - 0.5) * 0.05
}
