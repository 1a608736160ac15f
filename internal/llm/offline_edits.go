package llm

import (
	"slices"
	"strconv"
	"strings"
)

// editsReply is the reply of schema "edits".
type editsReply struct {
	Edits []passageEdit `json:"edits"`
}

type passageEdit struct {
	Type    string       `json:"type"`
	Breaks  string       `json:"breaks"`
	Changes []editChange `json:"changes"`
}

type editChange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// misreadShare is the share of edits of words that the passage does not have.
const misreadShare = 0.04

// writeEdits replaces words that query and passage share, names and numbers first; a word that they do not share where there are none.
func writeEdits(d dice, blocks []fencedBlock, prompt string, schema offlineSchema) editsReply {
	asked := map[string]bool{}
	for _, w := range splitWords(blockNamed(blocks, "query", prompt)) {
		asked[w.stem] = asked[w.stem] || w.content()
	}
	var words []offlineWord
	seen := map[string]bool{}
	for _, w := range splitWords(untitled(blockNamed(blocks, "passage", prompt))) {
		if w.content() && !seen[w.text] {
			seen[w.text] = true
			words = append(words, w)
		}
	}
	slices.SortStableFunc(words, func(a, b offlineWord) int { return editRank(b, asked) - editRank(a, asked) })
	w := negativeWriter{dice: d}
	reply := editsReply{Edits: []passageEdit{}}
	for _, x := range words[:min(len(words), schema.property("edits").MaxItems)] {
		reply.Edits = append(reply.Edits, w.edit(x))
	}
	return reply
}

// untitled is a passage without the line of its title.
func untitled(passage string) string {
	if title, text, ok := strings.Cut(passage, "\n"); ok && strings.HasPrefix(title, "Title: ") {
		return text
	}
	return passage
}

// editRank is the higher, the surer a change of the word makes the passage one about something else.
func editRank(w offlineWord, asked map[string]bool) (rank int) {
	if asked[w.stem] {
		rank += 4
	}
	if w.upper && !w.first {
		rank += 2
	}
	if w.digit {
		rank++
	}
	return rank
}

func (w *negativeWriter) edit(x offlineWord) passageEdit {
	e := passageEdit{Type: "replace noun", Breaks: "it is about " + x.text, Changes: []editChange{{x.text, strings.ToLower(w.invented())}}}
	if n, err := strconv.Atoi(x.text); err == nil {
		e.Type, e.Changes[0].To = "number", strconv.Itoa(n+w.between(3, 30))
	} else if x.upper {
		e.Changes[0].To = w.invented()
	}
	if w.chance(misreadShare) {
		e.Changes[0].From += "ling"
	}
	return e
}
