package llm

import (
	"slices"
	"strconv"
	"strings"
)

// writePositives writes texts that answer, with what the passage says of the query's words, amid sentences of the rules' own: half of the
// passage's sentences for a paraphrase, the two nearest to the query for a twin.
func writePositives(d dice, blocks []fencedBlock, prompt string, schema offlineSchema, paraphrase bool) passagesReply {
	w := newNegativeWriter(d, strings.TrimSpace(blockNamed(blocks, "query", prompt)))
	told := sentences(untitled(blockNamed(blocks, "passage", prompt)))
	slices.SortStableFunc(told, func(a, b []offlineWord) int { return w.shared(b) - w.shared(a) })
	most := min(2, len(told))
	if paraphrase {
		most = (len(told) + 1) / 2
	}
	var must []string
	for _, s := range told[:most] {
		must = append(must, upperFirst(joinWords(s))+".")
	}
	lengths := lengthLine.FindAllStringSubmatch(prompt, -1)
	list := schema.property("passages")
	var reply passagesReply
	for i := range list.MinItems {
		lo, hi := 90, 120
		if i < len(lengths) {
			lo, _ = strconv.Atoi(lengths[i][2])
			hi, _ = strconv.Atoi(lengths[i][3])
		}
		p := w.newPassage(joinLoose(w.content[:min(2, len(w.content))]), w.one(otherAspects))
		answer := p.say(valueSentence(w.dice, w.need.kind, joinLoose(w.turned())))
		reply.Passages = append(reply.Passages, passageText{clipTo(p.fill(lo, hi, append([]string{answer}, must...)...), 2000)})
	}
	return reply
}

// shared counts the words of the query that a sentence has.
func (w *negativeWriter) shared(s []offlineWord) (n int) {
	for _, x := range s {
		if _, ok := w.place[x.stem]; ok {
			n++
		}
	}
	return n
}
