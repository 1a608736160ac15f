package llm

import "strings"

// fact is something that a sentence states, cut so that it can be asked for. Its answer is not in it.
type fact struct {
	wh      string // when, who, how many bees, …; "" for a fact that only gives keywords
	aux     string // was, did, …
	subject string
	pred    string
	finite  string // pred with its verb in its own form, for the indirect question where aux is did or does
	loose   bool   // only a guess of what the sentence is about
}

// yesNo marks a question without a question word.
const yesNo = "\u200b"

// question is the direct form: "when was the spring first measured".
func (f fact) question() string {
	return spaced(strings.TrimPrefix(f.wh, yesNo), f.aux, f.subject, f.pred)
}

// indirect is the form inside a sentence: "when the spring was first measured".
func (f fact) indirect() string {
	if f.wh == yesNo {
		return spaced("whether", f.subject, f.aux, f.pred)
	}
	if f.finite != "" {
		return spaced(f.wh, f.subject, f.finite)
	}
	return spaced(f.wh, f.subject, f.aux, f.pred)
}

// keys are the words that remain in a search without grammar.
func (f fact) keys() []offlineWord {
	wh := strings.TrimPrefix(strings.TrimPrefix(f.wh, yesNo), "how ")
	return contentOf(splitWords(spaced(wh, f.subject, f.pred)))
}

// hint is the word that tells a search without grammar what is asked for.
func (f fact) hint() string {
	switch f.wh {
	case "when", "in what year":
		return "year"
	case "why":
		return "reason"
	case "where":
		return "location"
	case "what is":
		return "meaning"
	}
	return ""
}

func spaced(parts ...string) string {
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

// facts collects what the sentences state. Several rules may find something in one sentence.
func (w *queryWriter) facts() []fact {
	var all []fact
	for _, s := range w.sents {
		if len(s) < 5 || len(s) > 60 {
			continue
		}
		for i := range s {
			for _, rule := range factRules {
				if f, ok := rule(w, s, i); ok {
					all = append(all, f)
				}
			}
		}
		if f, ok := w.relationFact(s); ok {
			all = append(all, f)
		}
		if f, ok := bareFact(s); ok {
			all = append(all, f)
		}
	}
	return all
}

// factRules look at word i of a sentence and may find one fact there.
var factRules = []func(*queryWriter, []offlineWord, int) (fact, bool){
	passiveFact, activeFact, definitionFact, countFact, measureFact, reasonFact, purposeFact, commandFact,
	doerFact, doesFact, yesNoFact,
}

// passiveFact reads "S was VERBed …" and asks when, by whom, where or how, depending on what follows.
func passiveFact(w *queryWriter, s []offlineWord, i int) (fact, bool) {
	if !oneOf(s[i].low, "was", "were", "is", "are") || i+1 >= len(s) || s[i].ends {
		return fact{}, false
	}
	v := i + 1
	for v < len(s)-1 && (strings.HasSuffix(s[v].low, "ly") || oneOf(s[v].low, "first", "also", "then", "later", "not", "only")) {
		if s[v].low == "not" || s[v].ends {
			return fact{}, false
		}
		v++
	}
	subject := w.subject(s, i)
	if subject == "" || !isParticiple(s[v].low) {
		return fact{}, false
	}
	f := fact{aux: s[i].low, subject: subject}
	verb := s[v].text
	if v > i+1 && s[v-1].low == "first" {
		verb = "first " + verb
	}
	rest := clauseAfter(s, v)
	when := dateAt(rest)
	switch {
	case len(rest) > 1 && rest[0].low == "by" && (rest[1].upper || determiners[rest[1].low]):
		return fact{wh: "who", pred: spaced(verb, subject)}, true
	case when >= 0 && oneOf(s[i].low, "was", "were"):
		f.wh, f.pred = "when", spaced(verb, phrase(rest[:when], 4))
	case leadsWithDate(s) && oneOf(s[i].low, "was", "were"):
		f.wh, f.pred = "when", spaced(verb, phrase(rest, 4))
	case len(rest) > 1 && oneOf(rest[0].low, "in", "at", "near") && (rest[1].upper || determiners[rest[1].low]):
		f.wh, f.pred = "where", verb
	case len(rest) > 2 && oneOf(rest[0].low, "to", "for") && s[v].low == "used":
		f.wh, f.pred = "what", "used for"
	case len(rest) > 1 && rest[0].low == "from":
		f.wh, f.pred = "what", verb+" from"
	case len(rest) > 2 && oneOf(rest[0].low, "with", "into", "as"):
		f.wh, f.pred = "what", verb+" "+rest[0].low
	case len(rest) > 2 && oneOf(rest[0].low, "using", "through"):
		f.wh, f.pred = "how", verb
	default:
		return fact{}, false
	}
	return f, true
}

// activeFact reads "S VERBed … in YEAR".
func activeFact(w *queryWriter, s []offlineWord, i int) (fact, bool) {
	if i == 0 || !isPastVerb(s, i) {
		return fact{}, false
	}
	base := baseForm(s[i].low)
	rest := clauseAfter(s, i)
	when := dateAt(rest)
	subject := w.subject(s, i)
	if subject == "" || when < 0 && !leadsWithDate(s) {
		return fact{}, false
	}
	if when < 0 {
		when = len(rest)
	}
	if len(rest) > 0 && (subjectStops[rest[0].low] || oneOf(rest[0].low, "with", "by", "as")) {
		return fact{}, false // "the pot associated with …" is no sentence yet
	}
	object := phrase(rest[:when], 5)
	if when > 0 && object == "" {
		return fact{}, false
	}
	return fact{wh: w.one([]string{"when", "in what year"}), aux: "did", subject: subject, pred: spaced(base, object),
		finite: spaced(s[i].text, object)}, true
}

// definitionFact reads "S is a …" at the start of a sentence.
func definitionFact(w *queryWriter, s []offlineWord, i int) (fact, bool) {
	if i == 0 || i > 5 || i+3 >= len(s) || s[i].ends || !oneOf(s[i].low, "is", "was", "are") || !oneOf(s[i+1].low, "a", "an") {
		return fact{}, false
	}
	subject := w.subject(s, i)
	if subject == "" || pronouns[s[0].low] {
		return fact{}, false
	}
	wh := "what"
	for _, x := range s[i:min(i+9, len(s))] {
		if roles[x.low] && s[i-1].upper {
			wh = "who"
		}
	}
	return fact{wh: wh, aux: s[i].low, subject: subject}, true
}

// bareFact is the content of a clause, good for keywords only.
func bareFact(s []offlineWord) (fact, bool) {
	best := s[:clauseEnd(s, 0)]
	for i := range s {
		if s[i].ends && i+1 < len(s) {
			if c := s[i+1 : clauseEnd(s, i+1)]; len(contentOf(c)) > len(contentOf(best)) {
				best = c
			}
		}
	}
	var kept []string
	for _, x := range contentOf(best) {
		if !x.digit && len(kept) < 6 {
			kept = append(kept, x.text)
		}
	}
	return fact{pred: strings.Join(kept, " ")}, len(kept) >= 3
}
