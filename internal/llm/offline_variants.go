package llm

import (
	"strconv"
	"strings"
)

// variantsReply is the reply of schema "variants".
type variantsReply struct {
	Queries []queryVariant `json:"queries"`
}

type queryVariant struct {
	Changes string `json:"changes"`
	Text    string `json:"text"`
}

// writeVariants puts another word for one of the query's, from the last to the first: what is asked for before what it is asked of.
func writeVariants(d dice, blocks []fencedBlock, prompt string, schema offlineSchema) variantsReply {
	query := strings.TrimSpace(blockNamed(blocks, "query", prompt))
	w := newNegativeWriter(d, query)
	reply := variantsReply{Queries: []queryVariant{}}
	for i := range schema.property("queries").MinItems {
		x := w.content[len(w.content)-1-i%len(w.content)]
		v := queryVariant{"attribute", w.one(otherAspects)}
		if n, err := strconv.Atoi(x.text); err == nil {
			v = queryVariant{"value", strconv.Itoa(n + w.between(3, 30))}
		} else if x.upper {
			v = queryVariant{"entity", w.invented()}
		}
		if x.text == "" || !strings.Contains(query, x.text) {
			v.Text = query + " " + v.Text
		} else {
			v.Text = strings.Replace(query, x.text, v.Text, 1)
		}
		v.Text = clipTo(v.Text, 300)
		reply.Queries = append(reply.Queries, v)
	}
	return reply
}

// answerQueries says of each query whether the passage would be graded as an answer to it.
func answerQueries(blocks []fencedBlock, prompt string, schema offlineSchema) map[string]string {
	passage := blockNamed(blocks, "passage", prompt)
	said := make(map[string]string, len(schema.Properties))
	for label := range schema.Properties {
		need := readNeed(blockNamed(blocks, "query "+label, ""))
		switch grade := need.grade(passage, true); {
		case len(need.terms) == 0 || grade == "unsure":
			said[label] = "unsure"
		case grade == "0" || grade == "1":
			said[label] = "no"
		default:
			said[label] = "yes"
		}
	}
	return said
}
