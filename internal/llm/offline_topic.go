package llm

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// topic is what a passage is about, as far as its title or its frequent words tell.
type topic struct {
	words []offlineWord // its content words, in order
	name  string        // a noun phrase that can stand as a subject, "" if there is none
}

// short is the topic in at most three words.
func (t topic) short() string {
	if t.name != "" && len(strings.Fields(t.name)) <= 4 {
		return t.name
	}
	return joinWords(t.words[:min(3, len(t.words))])
}

// namedIn reports whether a query names the topic: half of its words at least.
func (t topic) namedIn(q string) bool {
	if short := t.short(); short != "" && strings.Contains(strings.ToLower(q), strings.ToLower(short)) {
		return true
	}
	in := map[string]bool{}
	for _, w := range splitWords(q) {
		in[w.stem] = true
	}
	hits := 0
	for _, w := range t.words {
		if in[w.stem] {
			hits++
		}
	}
	return 2*hits >= len(t.words)
}

// findTopic takes the title, or without one the words that the text repeats.
func findTopic(title string, sents [][]offlineWord) topic {
	title = strings.TrimSpace(title)
	if i := strings.IndexByte(title, '('); i > 0 {
		title = title[:i]
	}
	var parts [][]offlineWord
	for _, part := range strings.FieldsFunc(title, func(r rune) bool { return strings.ContainsRune("—–:,?;", r) }) {
		if words := splitWords(part); len(contentOf(words)) > 0 {
			parts = append(parts, words)
		}
	}
	if len(parts) == 0 {
		return frequentTopic(sents)
	}
	t := topic{words: contentOf(slices.Concat(parts...))}
	t.words = slices.DeleteFunc(t.words, func(w offlineWord) bool { return titleNoise[w.low] && len(t.words) > 2 })
	for _, part := range parts {
		if name := nameOf(part); name != "" {
			t.name = name
			break
		}
	}
	if len(t.words) > 5 {
		t.words = t.words[:5]
	}
	return t
}

// nameOf is the part of a title if it reads like a thing and not like a sentence.
func nameOf(part []offlineWord) string {
	part = slices.DeleteFunc(slices.Clone(part), func(w offlineWord) bool { return determiners[w.low] && w.first })
	if len(part) == 0 || len(part) > 4 || len(part) == 1 && titleNoise[part[0].low] {
		return ""
	}
	for i, w := range part {
		if w.low == "of" && i > 0 || w.low == "and" && i > 0 && part[i-1].upper {
			continue
		}
		if w.stop && (i == 0 || !w.upper) || commandVerbs[w.low] || isParticiple(w.low) && i == 0 || strings.HasSuffix(w.low, "ing") && i == 0 && len(part) > 1 {
			return ""
		}
	}
	return joinWords(part)
}

// frequentTopic takes the two stems that occur most; capitals inside a sentence count double.
func frequentTopic(sents [][]offlineWord) topic {
	score := map[string]int{}
	var order []offlineWord
	for _, s := range sents {
		for _, w := range s {
			if !w.content() || w.digit || utf8.RuneCountInString(w.low) < 3 {
				continue
			}
			if score[w.stem] == 0 {
				order = append(order, w)
			}
			score[w.stem] += 2
			if w.upper && !w.first {
				score[w.stem] += 2
			}
		}
	}
	slices.SortStableFunc(order, func(a, b offlineWord) int { return score[b.stem] - score[a.stem] })
	return topic{words: order[:min(2, len(order))]}
}

// foreignKeywords serves languages without rules: the topic and a few long or capitalised words of one sentence.
func (w *queryWriter) foreignKeywords() string {
	list := longWords(w.topic.words, 3)
	if len(w.sents) > 0 {
		list = append(list, longWords(w.sents[w.IntN(len(w.sents))], 3+w.IntN(2))...)
	}
	seen := map[string]bool{}
	list = slices.DeleteFunc(list, func(x string) bool {
		low := strings.ToLower(x)
		twice := seen[low]
		seen[low] = true
		return twice
	})
	if len(list) == 0 {
		return w.keywordsOf(nil)
	}
	return strings.Join(list, " ")
}

// longWords picks at most n words that are likely to carry a subject in a language that the rules do not know.
func longWords(words []offlineWord, n int) []string {
	var list []string
	for _, x := range words {
		long := utf8.RuneCountInString(x.text) >= 6 || x.upper && !x.first && utf8.RuneCountInString(x.text) > 3
		if scriptOf([]rune(x.text)[0]) > 0 {
			long = !x.stop && utf8.RuneCountInString(x.text) > 1
		}
		if long && !x.digit && len(list) < n {
			list = append(list, x.text)
		}
	}
	return list
}

// badQuery is a query as weak models write them: too short, copied, or speaking of the text.
func (w *queryWriter) badQuery() string {
	switch w.IntN(3) {
	case 0:
		if len(w.topic.words) > 0 {
			return strings.ToLower(w.topic.words[0].text)
		}
		return "info"
	case 1:
		for _, s := range w.sents {
			if len(s) >= 9 {
				return joinWords(s[:min(len(s), 16)])
			}
		}
	}
	return w.one([]string{
		"what does this passage say about " + strings.ToLower(w.topic.short()),
		"According to the text, what is mentioned about " + w.topic.short() + "?",
		"what is the main topic of the passage",
	})
}

// drifts ask for what a passage about something seldom has; %t is the topic.
var drifts = []string{
	"%t exam questions with solutions pdf", "ticket prices for school groups %t museum", "insurance rules for %t owners in Canada",
	"accident statistics %t per decade", "%t scholarship application deadline", "who sponsored the %t conference in Lisbon",
	"second hand %t spare parts dealers", "%t mobile app subscription refund", "criticism of %t by trade unions in Brazil",
	"famous paintings inspired by %t", "%t tax exemption form for charities", "podcast episodes on %t for beginners",
	"salary of an apprentice in the %t business", "%t trademark dispute settlement", "postage stamps showing %t collectors guide",
}

// driftQuery asks for an attribute that the passage does not have.
func (w *queryWriter) driftQuery(passage string) string {
	in := map[string]bool{}
	for _, x := range splitWords(passage) {
		in[x.stem] = true
	}
	name := strings.ToLower(joinWords(w.topic.words[:min(2, len(w.topic.words))]))
	for range drifts {
		q := w.one(drifts)
		if !slices.ContainsFunc(splitWords(q), func(x offlineWord) bool { return x.content() && x.low != "%t" && in[x.stem] }) {
			return strings.ReplaceAll(q, "%t", name)
		}
	}
	return "cost of " + name + " per household"
}

func contentOf(words []offlineWord) []offlineWord {
	var list []offlineWord
	for _, w := range words {
		if w.content() {
			list = append(list, w)
		}
	}
	return list
}

// joinWords writes words as they stood, with their hyphens and without other punctuation.
func joinWords(words []offlineWord) string {
	var b strings.Builder
	for i, w := range words {
		b.WriteString(w.text)
		if i == len(words)-1 {
			break
		}
		if w.glued {
			b.WriteByte('-')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}
