package llm

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// answerSlate says yes of each passage that answers in full, and no of the others.
func answerSlate(blocks []fencedBlock, schema offlineSchema) map[string]string {
	s := readSlate(blocks)
	return s.say(schema, func(text string) string {
		switch s.need.grade(text, s.closely()) {
		case "3":
			return "yes"
		case "unsure":
			return "unsure"
		}
		return "no"
	})
}

// compareSlate holds each passage against the best of the known answers: better is what answers and covers as much of the query as
// that does, worse what answers less well or in part.
func compareSlate(blocks []fencedBlock, schema offlineSchema) map[string]string {
	s := readSlate(blocks)
	best := 0.0
	for _, text := range s.known {
		score, _ := s.need.read(text, s.closely())
		best = max(best, score)
	}
	return s.say(schema, func(text string) string {
		score, _ := s.need.read(text, s.closely())
		switch s.need.grade(text, s.closely()) {
		case "3":
			if score >= best {
				return "better"
			}
			return "worse"
		case "2":
			return "worse"
		case "unsure":
			return "unsure"
		}
		return "none"
	})
}

// quoteSlate quotes from each passage that answers at least in part the sentence that covers most of the query.
func quoteSlate(blocks []fencedBlock, schema offlineSchema) map[string]string {
	s := readSlate(blocks)
	out := s.say(schema, func(text string) string {
		if g := s.need.grade(text, s.closely()); g != "2" && g != "3" {
			return ""
		}
		return s.need.bestSentence(text)
	})
	for label, said := range out {
		if said == "unsure" { // there is nothing to quote
			out[label] = ""
		}
	}
	return out
}

// bestSentence is a stretch of the passage as it stands there.
func (n need) bestSentence(passage string) string {
	_, body := splitTitle(passage)
	best, most := "", -1.0
	for _, line := range strings.Split(body, "\n") {
		for _, s := range strings.SplitAfter(line, ". ") {
			if score, _ := n.read(s, true); score > most && strings.TrimSpace(s) != "" {
				best, most = strings.TrimSpace(s), score
			}
		}
	}
	return best
}

type rankReply struct {
	Ranking []string `json:"ranking"`
}

// rankSlate orders passages by how much of the query they cover.
func rankSlate(blocks []fencedBlock) rankReply {
	s := readSlate(blocks)
	score := map[string]float64{}
	for label, text := range s.texts {
		if len(s.need.terms) > 0 {
			score[label], _ = s.need.read(text, true)
		}
	}
	labels := slices.Sorted(maps.Keys(s.texts))
	slices.SortStableFunc(labels, func(a, b string) int {
		return cmp.Or(cmp.Compare(score[b], score[a]), cmp.Compare(s.texts[a], s.texts[b]))
	})
	return rankReply{labels}
}
