package llm

import "strings"

// choiceReply is the reply of schema "choice".
type choiceReply struct {
	Character  string `json:"character"`
	Type       string `json:"question_type"`
	Difficulty string `json:"difficulty"`
}

// chooseCharacter takes the character whose description shares the most words with the passage, a type that rules can write, and any
// difficulty.
func chooseCharacter(d dice, blocks []fencedBlock, schema offlineSchema) choiceReply {
	have := map[string]bool{}
	for _, w := range splitWords(blockNamed(blocks, "passage", "")) {
		have[w.stem] = w.content()
	}
	letters := schema.property("character").Enum
	reply := choiceReply{Character: d.one(letters), Type: d.one(schema.property("question_type").Enum), Difficulty: d.one(schema.property("difficulty").Enum)}
	most := 0
	for line := range strings.Lines(blockNamed(blocks, "characters", "")) {
		letter, who, ok := strings.Cut(strings.TrimSpace(line), ": ")
		n := 0
		for _, w := range splitWords(who) {
			if have[w.stem] {
				n++
			}
		}
		if ok && n > most {
			reply.Character, most = letter, n
		}
	}
	return reply
}
