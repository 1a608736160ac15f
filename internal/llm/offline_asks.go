package llm

import "strings"

// reasonFact reads "S VERB … because …".
func reasonFact(w *queryWriter, s []offlineWord, i int) (fact, bool) {
	if !(s[i].low == "because" || s[i].low == "due" && i+1 < len(s) && s[i+1].low == "to") || i < 3 {
		return fact{}, false
	}
	start := clauseStart(s, i)
	if s[i-1].ends { // "…, because …": the clause before the comma
		start = clauseStart(s, i-1)
	}
	clause := s[start:i]
	for v := 1; v < len(clause); v++ {
		if !oneOf(clause[v].low, "is", "are", "was", "were", "can", "cannot", "will") {
			continue
		}
		if subject := w.subject(s, start+v); subject != "" && len(clause)-v <= 7 {
			return fact{wh: "why", aux: clause[v].low, subject: subject, pred: trimEnds(clause[v+1:])}, v+1 < len(clause)
		}
	}
	return fact{}, false
}

// purposeFact reads "To VERB X, …", "you can VERB X by …" and "how to VERB X".
func purposeFact(w *queryWriter, s []offlineWord, i int) (fact, bool) {
	if i+2 >= len(s) || !commandVerbs[s[i+1].low] || s[i].ends || s[i+1].ends {
		return fact{}, false
	}
	if !(i == 0 && s[0].low == "to" || oneOf(s[i].low, "can", "to") && i > 0 && oneOf(s[i-1].low, "you", "how", "want", "wish")) {
		return fact{}, false
	}
	object := phrase(s[i+2:clauseEnd(s, i+1)], 5)
	return fact{wh: "how to", pred: spaced(s[i+1].low, object)}, object != ""
}

// commandFact reads an instruction: "Dissolve one sachet in 1 litre of water".
func commandFact(w *queryWriter, s []offlineWord, i int) (fact, bool) {
	if i != 0 || !commandVerbs[s[0].low] || s[0].ends || len(s) < 6 || pronouns[s[1].low] && s[1].low != "one" {
		return fact{}, false
	}
	if !determiners[s[1].low] && s[1].low != "one" { // "Water is heated" begins with a noun
		return fact{}, false
	}
	object := phrase(s[1:clauseEnd(s, 0)], 4)
	return fact{wh: "how to", pred: spaced(s[0].low, object)}, object != ""
}

// doerFact reads "Some Name VERBed the …" and asks who did it.
func doerFact(w *queryWriter, s []offlineWord, i int) (fact, bool) {
	if i == 0 || i+2 >= len(s) || !isPastVerb(s, i) || !determiners[s[i+1].low] {
		return fact{}, false
	}
	start := clauseStart(s, i)
	for _, x := range s[start:i] {
		if !x.upper || pronouns[x.low] || prepositions[x.low] || months[x.low] || determiners[x.low] {
			return fact{}, false
		}
	}
	object := phrase(clauseAfter(s, i), 5)
	return fact{wh: "who", pred: spaced(s[i].text, object)}, i-start <= 4 && i > start && len(contentOf(s[start:i])) > 0 && object != ""
}

// doesFact reads "the S VERBs the …" and "the S VERBed the …" and asks for the object.
func doesFact(w *queryWriter, s []offlineWord, i int) (fact, bool) {
	if i < 1 || i+1 >= len(s) || s[i].ends || !determiners[s[i+1].low] {
		return fact{}, false
	}
	aux, base := "did", ""
	switch {
	case isPastVerb(s, i):
		base = baseForm(s[i].low)
	case isPlural(s[i]) && determiners[s[clauseStart(s, i)].low] && !s[i].upper:
		aux, base = "does", thirdPerson(s[i].low)
	}
	subject := w.subject(s, i)
	if base == "" || subject == "" || aux == "does" && isPlural(lastWord(subject)) {
		return fact{}, false
	}
	rest := clauseAfter(s, i)
	after := ""
	for k := 2; k < len(rest)-1 && after == ""; k++ { // "what did the club buy for the hall"
		if oneOf(rest[k].low, "for", "at", "from", "into", "during", "between") {
			after = phrase(rest[k:], 5)
		}
	}
	return fact{wh: "what", aux: aux, subject: subject, pred: spaced(base, after), finite: spaced(s[i].text, after)}, true
}

// yesNoFact turns "S can …" and "S is …" round.
func yesNoFact(w *queryWriter, s []offlineWord, i int) (fact, bool) {
	if i == 0 || s[i].ends || !oneOf(s[i].low, "can", "may", "must", "should", "is", "are", "was", "were", "will") {
		return fact{}, false
	}
	rest := clauseAfter(s, i)
	if len(rest) < 2 || oneOf(rest[0].low, "not", "a", "an", "the", "that", "one", "also", "only") || rest[0].digit {
		return fact{}, false
	}
	subject, pred := w.subject(s, i), phrase(rest, 6)
	if subject == "" || pred == "" || strings.HasSuffix(subject, pred) || len(rest) > 9 || len(contentOf(splitWords(pred))) == 0 {
		return fact{}, false
	}
	return fact{wh: yesNo, aux: s[i].low, subject: subject, pred: pred}, true
}

// relationFact asks how two noun phrases of a sentence belong together: a guess, for sentences that no rule can read.
func (w *queryWriter) relationFact(s []offlineWord) (fact, bool) {
	nouns := nounPhrases(s)
	if len(nouns) < 2 || w.chance(0.5) {
		return fact{}, false
	}
	k := w.IntN(len(nouns) - 1)
	a, b := nouns[k], nouns[k+1]
	if w.chance(0.5) {
		return fact{wh: "how", aux: "are", subject: a + " and " + b, pred: "related", loose: true}, true
	}
	return fact{wh: "what", aux: "is", subject: "the connection between " + a + " and " + b, loose: true}, true
}
