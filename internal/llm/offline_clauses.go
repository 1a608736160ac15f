package llm

import (
	"slices"
	"strings"
)

// subject is the noun phrase before the verb at i, fit to stand alone, or "" if the rules do not see one.
func (w *queryWriter) subject(s []offlineWord, i int) string {
	start := clauseStart(s, i)
	words := s[start:i]
	for len(words) > 0 && openers[words[0].low] {
		words = words[1:]
	}
	if len(words) > 3 && prepositions[words[0].low] { // "In 1974 the old bridge": the phrase after the year
		for k := 1; k < min(4, len(words)); k++ {
			if isYear(words[k]) {
				words = words[k+1:]
				break
			}
		}
	}
	if len(words) == 0 || len(words) > 7 || prepositions[words[0].low] || words[0].digit && len(words) < 3 {
		return ""
	}
	if len(words) == 1 && oneOf(words[0].low, "it", "he", "she", "they") {
		return w.topic.name
	}
	if oneOf(words[0].low, "its", "their", "his", "her", "this", "these", "our", "my", "such") && len(words) > 1 {
		return w.ofTopic(words[1:])
	}
	if pronouns[words[0].low] || slices.ContainsFunc(words, func(x offlineWord) bool { return subjectStops[x.low] }) {
		return ""
	}
	last := words[len(words)-1]
	if len(contentOf(words)) == 0 || last.stop || strings.HasSuffix(last.low, "ly") || prepositions[last.low] {
		return ""
	}
	if words[0].first && words[0].upper && determiners[words[0].low] {
		return strings.ToLower(words[0].text) + " " + joinWords(words[1:])
	}
	return joinWords(words)
}

// ofTopic resolves "its walls" with the topic: "the walls of X", or "the walls" where there is no name.
func (w *queryWriter) ofTopic(words []offlineWord) string {
	if len(contentOf(words)) == 0 || len(words) > 4 ||
		slices.ContainsFunc(words, func(x offlineWord) bool { return subjectStops[x.low] || pronouns[x.low] }) {
		return ""
	}
	if w.topic.name == "" || w.topic.namedIn(joinWords(words)) {
		return "the " + joinWords(words)
	}
	return "the " + joinWords(words) + " of " + w.topic.name
}

// nearSubject names what a measure belongs to: the subject of the first verb.
func (w *queryWriter) nearSubject(s []offlineWord) string {
	for i := 1; i < min(len(s), 8); i++ {
		if oneOf(s[i].low, "is", "was", "has", "had", "are", "were", "have", "measures", "reaches", "weighs") {
			return w.subject(s, i)
		}
	}
	return ""
}

// nounPhrases are the short phrases after articles and prepositions, in order, with "the" where they have it.
func nounPhrases(s []offlineWord) []string {
	var found []string
	for i := 0; i+1 < len(s); i++ {
		if s[i].ends || !determiners[s[i].low] && !prepositions[s[i].low] || determiners[s[i+1].low] || s[i].low == "to" {
			continue
		}
		n := i + 1
		for n < len(s) && n < i+4 && s[n].content() && !s[n].digit && !isParticiple(s[n].low) && !(n > i+1 && s[n-1].ends) {
			n++
		}
		last := s[n-1]
		tooShort := n == i+1 || n == i+2 && len(last.low) < 4
		if tooShort || strings.HasSuffix(last.low, "ly") || strings.HasSuffix(last.low, "ing") || units[last.low] || months[last.low] ||
			n < len(s) && n == i+4 && !last.ends && s[n].content() {
			continue
		}
		name := joinWords(s[i+1 : n])
		if s[i].low == "the" {
			name = "the " + name
		}
		found = append(found, name)
		i = n - 1
	}
	return found
}

// clauseStart is the first word of the clause that holds word i.
func clauseStart(s []offlineWord, i int) int {
	k := i
	for k > 0 && !s[k-1].ends {
		k--
	}
	return k
}

// clauseEnd is one past the last word of the clause that holds word i.
func clauseEnd(s []offlineWord, i int) int {
	for i < len(s) && !s[i].ends {
		i++
	}
	return min(i+1, len(s))
}

// clauseAfter is what follows word i in its clause.
func clauseAfter(s []offlineWord, i int) []offlineWord {
	if s[i].ends {
		return nil
	}
	return s[i+1 : clauseEnd(s, i+1)]
}

// dateAt is where a date begins in the words ("in 1974", "on 5 May"), -1 if there is none.
func dateAt(words []offlineWord) int {
	for i, w := range words {
		if !oneOf(w.low, "in", "on", "by", "during", "until", "since", "around", "from") || i+1 >= len(words) {
			continue
		}
		for k := i + 1; k < min(i+5, len(words)); k++ {
			if isYear(words[k]) || months[words[k].low] && words[k].upper && w.low != "by" {
				return i
			}
			if !months[words[k].low] && !words[k].digit && !oneOf(words[k].low, "the", "early", "late", "mid", "year", "about", "of",
				"summer", "winter", "spring", "autumn") {
				break
			}
		}
	}
	return -1
}

// leadsWithDate reports a sentence that begins with its date: "In 1974, …".
func leadsWithDate(s []offlineWord) bool {
	n := clauseEnd(s, 0)
	return s[0].low == "in" && n <= 4 && n < len(s) && dateAt(s[:n]) == 0
}

// phrase cuts words down to a phrase of at most n words that does not end in the middle of something.
func phrase(words []offlineWord, n int) string {
	for i, x := range words {
		if i > 0 && (subjectStops[x.low] || x.digit || oneOf(x.low, "and", "or", "by") && i > 1) {
			words = words[:i]
			break
		}
	}
	if len(words) > n {
		cut := n
		for i := n; i > 1; i-- { // better at a preposition than in the middle of a noun phrase
			if prepositions[words[i].low] {
				cut = i
				break
			}
		}
		for cut == n && cut < min(n+2, len(words)) && words[cut].content() && !words[cut-1].ends {
			cut++
		}
		words = words[:cut]
	}
	return trimEnds(words)
}

// trimEnds drops function words, numbers and adverbs from the end, which would be left hanging.
func trimEnds(words []offlineWord) string {
	for len(words) > 0 {
		x := words[len(words)-1]
		if !x.stop && !x.digit && len(x.low) > 1 && !prepositions[x.low] && !determiners[x.low] && !(strings.HasSuffix(x.low, "ly") && len(words) > 1) {
			break
		}
		words = words[:len(words)-1]
	}
	return joinWords(words)
}

// tail is the short phrase after word n, as in "40 churches in the old town".
func tail(s []offlineWord, n int) string {
	rest := clauseAfter(s, n)
	if len(rest) < 2 || !oneOf(rest[0].low, "in", "of", "on", "at", "per", "from", "for", "with") {
		return ""
	}
	return phrase(rest, 5)
}

// withAdjective is the noun at i with the plain adjective before it: "average depth".
func withAdjective(s []offlineWord, i int) []offlineWord {
	if i > 0 && s[i-1].content() && !s[i-1].ends && !s[i-1].digit && !s[i-1].upper && !isParticiple(s[i-1].low) {
		return s[i-1 : i+1]
	}
	return s[i : i+1]
}

// isParticiple reports a form like "measured" or "built".
func isParticiple(low string) bool {
	return strings.HasSuffix(low, "ed") && len(low) > 4 && !notParticiples[low] || irregular[low] != ""
}

// baseForm undoes a past form: "measured" → "measure"; "" if the word is none.
func baseForm(low string) string {
	if base := irregular[low]; base != "" {
		return base
	}
	if !strings.HasSuffix(low, "ed") || len(low) < 5 || notParticiples[low] {
		return ""
	}
	stem := low[:len(low)-2]
	switch {
	case strings.HasSuffix(stem, "i"):
		return stem[:len(stem)-1] + "y"
	case undouble(stem) != stem:
		return undouble(stem)
	}
	if hasSuffix(stem, keepsNoE) || !hasSuffix(stem, losesE) {
		return stem
	}
	return stem + "e"
}

// isPastVerb reports a past form at i that does not look like a participle.
func isPastVerb(s []offlineWord, i int) bool {
	if i == 0 || hasSuffix(s[i-1].text, []string{"'s", "’s"}) {
		return false
	}
	return baseForm(s[i].low) != "" && !s[i].ends && !s[i].upper && !oneOf(s[i-1].low, "was", "were", "is", "are", "be",
		"been", "had", "has", "have", "to", "and", "or", "not", "being", "the", "a", "an", "of", "by", "with", "in")
}

// thirdPerson undoes "carries", "passes" and "holds".
func thirdPerson(low string) string {
	switch {
	case strings.HasSuffix(low, "ies") && len(low) > 4:
		return low[:len(low)-3] + "y"
	case hasSuffix(low, []string{"sses", "shes", "ches", "xes", "zzes"}):
		return low[:len(low)-2]
	}
	return strings.TrimSuffix(low, "s")
}

// losesE are the ends of stems that take an e back ("mov" → "move"), keepsNoE those among them that do not ("gain").
var (
	losesE = strings.Fields(`ad ag ak al ap ar at as av ac bl c cl dl fl gl ib id ik il in ir is iv iz kl lv nam ng nor ns ok ot os
		ov pl plor rac rg rs rv stor tl u ul ur us ut uc v yp yz z ram plet zl`)
	keepsNoE = strings.Fields(`oad ead eak eal eap ear eat oat ail aid oid ain oin our air cus ong ook oot out aul ool elop oil
		ival`)
)

func hasSuffix(s string, of []string) bool {
	return slices.ContainsFunc(of, func(end string) bool { return strings.HasSuffix(s, end) })
}

func isPlural(w offlineWord) bool {
	return len(w.low) > 3 && strings.HasSuffix(w.low, "s") && !strings.HasSuffix(w.low, "ss") && !strings.HasSuffix(w.low, "us") &&
		!w.stop && !w.digit || oneOf(w.low, "people", "men", "women", "children")
}

func oneOf(s string, of ...string) bool { return slices.Contains(of, s) }
