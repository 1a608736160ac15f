package llm

import (
	"regexp"
	"slices"
)

// countFact reads "NUMBER things" and asks how many.
func countFact(w *queryWriter, s []offlineWord, i int) (fact, bool) {
	if !plainNumber.MatchString(s[i].text) || isYear(s[i]) || i+1 >= len(s) || s[i].ends || s[i].glued || units[s[i+1].low] {
		return fact{}, false
	}
	if s[i+1].low == "percent" && i+3 < len(s) && s[i+2].low == "of" && !s[i+1].ends {
		if of := phrase(s[i+2:clauseEnd(s, i+2)], 5); of != "" {
			return fact{wh: "what percentage", pred: of}, true
		}
	}
	n := i + 1
	for n < min(i+3, len(s)-1) && !s[n].ends && !isPlural(s[n]) {
		n++
	}
	if s[i+1].stop || !isPlural(s[n]) || s[n].upper || units[s[n].low] || n > i+1 && (s[n-1].upper || isParticiple(s[n-1].low)) {
		return fact{}, false
	}
	f := fact{wh: "how many " + joinWords(s[i+1:n+1])}
	if w.owned(s, i, &f) {
		return f, true
	}
	if rest := clauseAfter(s, n); len(rest) > 1 && (oneOf(rest[0].low, "had", "were", "are", "have") || isParticiple(rest[0].low)) {
		f.pred = phrase(rest, 5)
	}
	if f.pred == "" {
		f.pred = tail(s, n)
	}
	if f.pred == "" { // "after the cleaning let it rest for 30 minutes": the words before the number
		before := slices.DeleteFunc(contentOf(s[clauseStart(s, i):i]), func(x offlineWord) bool { return x.digit || units[x.low] })
		f.pred = joinWords(before[max(0, len(before)-3):])
	}
	return f, f.pred != ""
}

// owned reads who has what is counted: "S has about 40 churches".
func (w *queryWriter) owned(s []offlineWord, i int, f *fact) bool {
	for v := i - 1; v > 0 && v >= i-6; v-- {
		base := haveVerbs[s[v].low]
		if base == "" && v < i-3 && !s[v].digit && !s[v].stop { // only "holds perhaps 150 to" may stand between
			return false
		}
		if base == "" || s[v].ends {
			continue
		}
		subject := w.subject(s, v)
		if subject == "" {
			return false
		}
		f.subject, f.aux, f.pred, f.finite = subject, "does", base, s[v].low
		if isPlural(lastWord(f.subject)) || base == s[v].low {
			f.aux = "do"
		}
		if s[v].low == "had" {
			f.aux = "did"
		}
		return true
	}
	return false
}

// measureFact reads "a NOUN of NUMBER" and "NUMBER unit long".
func measureFact(w *queryWriter, s []offlineWord, i int) (fact, bool) {
	if !s[i].digit || i == 0 {
		return fact{}, false
	}
	k := i - 1
	for k > 0 && oneOf(s[k].low, "about", "around", "roughly", "some", "nearly", "approximately", "only", "over", "up", "to") {
		k--
	}
	if k >= 1 && s[k].low == "of" && quantities[s[k-1].low] && !s[k-1].ends {
		name := w.nearSubject(s)
		if name == "" {
			name = w.topic.name
		}
		return fact{wh: "what", aux: "is", subject: "the " + joinWords(withAdjective(s, k-1)) + " of " + name}, name != ""
	}
	for n := i + 1; n < min(i+4, len(s)); n++ {
		if oneOf(s[n].low, "long", "high", "wide", "deep", "tall", "thick", "old", "heavy") && (units[s[n-1].low] || s[n].low == "old") {
			if name := w.nearSubject(s); name != "" {
				return fact{wh: "how " + s[n].low, aux: "is", subject: name}, true
			}
		}
	}
	return fact{}, false
}

var plainNumber = regexp.MustCompile(`^\d[\d.,]*$`)

var yearLike = regexp.MustCompile(`^(1[0-9]|20)\d\ds?$`)

func isYear(w offlineWord) bool { return yearLike.MatchString(w.low) }

// lastWord of a phrase.
func lastWord(s string) offlineWord {
	words := splitWords(s)
	if len(words) == 0 {
		return offlineWord{}
	}
	return words[len(words)-1]
}
