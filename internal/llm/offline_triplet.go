package llm

import "strings"

// tripletReply is the reply of schema "triplet".
type tripletReply struct {
	Positive  string        `json:"positive_document"`
	Negatives []passageText `json:"hard_negative_documents"`
}

// writeTriplet writes a text that answers, and as many negatives as the schema demands.
func writeTriplet(d dice, blocks []fencedBlock, prompt string, schema offlineSchema) tripletReply {
	list := schema.property("hard_negative_documents")
	w := newNegativeWriter(d, strings.TrimSpace(blockNamed(blocks, "query", prompt)))
	reply := tripletReply{Positive: clipTo(w.answering(firstLength(prompt)), 2000), Negatives: []passageText{}}
	if list.MinItems > 0 {
		reply.Negatives = writePassages(d, blocks, afterFirst(prompt), offlineSchema{Properties: map[string]*offlineSchema{"passages": &list}}).Passages
	}
	return reply
}
