package config

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The bounds of examples, which are a part of every request: more than eight, or whole documents, cost more than they show. Promptagator
// takes eight at most.
const (
	mostShots    = 8
	longestShot  = 4000 // characters of a passage
	longestQuery = 300
)

// mostQueries is how many queries of one passage may be asked for. With 0, those alone are worked on that are imported.
const mostQueries = 20

func (k *checker) queries() {
	q := k.Generate.Queries
	k.role("generate.queries.model", q.Model)
	k.needed("generate.queries.prompt", q.Prompt, `the built-in ones are query, query-keyword, query-persona, query-few-shot, query-good-bad, query-triplet and query-task`)
	whole(k, "generate.queries.per_passage", q.PerPassage, 0, mostQueries)
	if q.PerPassage == 0 && q.RoundTrip.By != "" {
		k.bad("generate.queries.round_trip.by", "no query is written that could be looked for: per_passage is 0"+k.origin("generate.queries.per_passage"),
			`write by: "", or per_passage: 1`)
	}
	k.oneOf("generate.queries.round_trip.by", q.RoundTrip.By, "", "bm25", "dense")
	switch e := q.RoundTrip.Encoder; {
	case q.RoundTrip.By == "dense":
		k.vectorsBy("generate.queries.round_trip", e)
	case e != "":
		k.bad("generate.queries.round_trip.encoder", "only a round trip by vectors takes it", "leave it out, or write by: dense")
	}
	whole(k, "generate.queries.round_trip.top", q.RoundTrip.Top, 1, mostRank)
	if k.sources.Queries == nil {
		return
	}
	kind := k.sources.queries(q.Prompt)
	k.examples(q, kind)
	k.composed(kind)
	const personas = "generate.queries.personas_file"
	switch {
	case q.PersonasFile == "":
	case !kind.Personas:
		k.bad(personas, "prompt "+quoted(q.Prompt)+" shows no characters", "leave it out, or write prompt: query-persona")
	case k.sources.Personas != nil:
		k.listed(personas, k.sources.Personas(q.PersonasFile))
	}
}

// examples checks that there are examples where the prompt shows some, and nowhere else.
func (k *checker) examples(q Queries, kind QueryKind) {
	const list, file = "generate.queries.examples", "generate.queries.examples_file"
	switch n := len(q.Examples); {
	case n > 0 && q.ExamplesFile != "":
		k.bad(file, "examples are given too"+k.origin(list), "leave one of the two out")
	case !kind.Examples && n > 0:
		k.bad(list, "prompt "+quoted(q.Prompt)+" shows no examples", "leave them out, or write prompt: query-few-shot")
	case !kind.Examples && q.ExamplesFile != "":
		k.bad(file, "prompt "+quoted(q.Prompt)+" shows no examples", "leave it out, or write prompt: query-few-shot")
	case kind.Examples && n == 0 && q.ExamplesFile == "":
		k.bad(list, "prompt "+quoted(q.Prompt)+" shows examples, and there are none", "add {passage: …, query: …}, one to eight of them, or examples_file: FILE")
	case n > mostShots:
		k.bad(list, fmt.Sprintf("%d examples", n), fmt.Sprintf("keep the %d best: all of them are a part of every request", mostShots))
	}
	if k.sources.Examples != nil && kind.Examples && q.ExamplesFile != "" {
		k.listed(file, k.sources.Examples(q.ExamplesFile, kind.Bad))
	}
	for i, s := range q.Examples {
		if err := s.Check(kind.Bad); err != nil && kind.Examples {
			k.bad(list+"."+strconv.Itoa(i), err.Error(), "an example is {passage: …, query: …}, and bad_query: … where the prompt shows a query that is not wanted")
		}
	}
}

// Check says what is wrong with an example; bad says whether the prompt shows a query that is not wanted too.
func (s Shot) Check(bad bool) error {
	for _, f := range []struct {
		name, text string
		most       int
		wanted     bool
	}{{"passage", s.Passage, longestShot, true}, {"query", s.Query, longestQuery, true}, {"bad_query", s.Bad, longestQuery, bad}} {
		switch n := utf8.RuneCountInString(f.text); {
		case f.wanted && strings.TrimSpace(f.text) == "":
			return fmt.Errorf("%s is missing", f.name)
		case !f.wanted && f.text != "":
			return fmt.Errorf("%s is given, and the prompt does not show it", f.name)
		case n > f.most:
			return fmt.Errorf("%s has %d characters; at most %d", f.name, n, f.most)
		}
	}
	return nil
}

// CheckShots says what is wrong with the number of examples of a file.
func CheckShots(n int) error {
	if n < 1 || n > mostShots {
		return fmt.Errorf("%d examples; use 1 to %d", n, mostShots)
	}
	return nil
}

// listed reports what is wrong with a file, line by line.
func (k *checker) listed(key string, err error) {
	if err == nil || k.has(key) {
		return
	}
	for line := range strings.Lines(err.Error()) {
		k.add(k.place(key), key, strings.TrimSpace(line), "mend it, or name another file")
	}
}
