package llm

// passagesReply is the reply of schema "passages".
type passagesReply struct {
	Passages []passageText `json:"passages"`
}

type passageText struct {
	Text string `json:"text"`
}

// definitionReply is the reply of schema "definition".
type definitionReply struct {
	Definition string `json:"definition"`
}

// offlineDefinition is what the rules go by when they write negatives.
const offlineDefinition = "A hard negative shares the subject and the words of a query and does not hold what it asks for. A text that answers, in whole or in " +
	"part, spoils it, and so does one that nobody would take for an answer."

// writePassages writes as many texts as the schema demands, in the ways in which negatives are written.
func writePassages(d dice, blocks []fencedBlock, prompt string, schema offlineSchema) passagesReply {
	list := schema.property("passages")
	var reply passagesReply
	for _, n := range writeNegatives(d, blocks, prompt, offlineSchema{Properties: map[string]*offlineSchema{"negatives": &list}}).Negatives {
		reply.Passages = append(reply.Passages, passageText{n.Text})
	}
	return reply
}
