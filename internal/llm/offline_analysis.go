package llm

import "strings"

// analysisReply is the reply of schema "analysis": a query taken apart.
type analysisReply struct {
	Need         string             `json:"need"`
	AnsweredBy   string             `json:"answered_by"`
	Boundary     string             `json:"boundary"`
	Requirements []queryRequirement `json:"requirements"`
}

type queryRequirement struct {
	Demand   string       `json:"demand"`
	Critical bool         `json:"critical"`
	Breaks   []queryBreak `json:"breaks"`
}

type queryBreak struct {
	Type string `json:"type"`
	How  string `json:"how"`
}

// writeAnalysis names the halves of the query as what it demands.
func writeAnalysis(d dice, blocks []fencedBlock, prompt string) analysisReply {
	query := strings.TrimSpace(blockNamed(blocks, "query", prompt))
	w := newNegativeWriter(d, query)
	reply := analysisReply{Need: clipTo("What the person wants to know: "+query, 400), AnsweredBy: "what the passage says of it",
		Boundary: "A passage must say it outright."}
	types := []string{"entity", "attribute", "constraint", "intent", "relation", "upstream"}
	for i, r := range w.requirements() {
		reply.Requirements = append(reply.Requirements, queryRequirement{Demand: r, Critical: i < 2,
			Breaks: []queryBreak{{types[i%len(types)], "it is about another one"}, {"downstream", "it is about what follows"}}})
	}
	return reply
}
