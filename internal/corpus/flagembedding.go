package corpus

import (
	"fmt"
	"slices"
)

// flagembedding: rows of FlagEmbedding and BGE: query, pos, neg, and perhaps pos_scores, neg_scores, prompt, type. neg may be left out:
// such a file is what its miner of negatives reads. Scores are checked and not used, as the judges give their own; the prompt, which
// is an instruction for an encoder, is no part of the query: it is kept beside it, as the type is.
var _ = registerSet(format{
	name:    "flagembedding",
	columns: func(names []string) bool { return slices.Contains(names, "query") && slices.Contains(names, "pos") },
}, setFields{row: []string{"query", "pos", "neg"}}, parseFlag)

func parseFlag(rec record) (r Row, p *Problem) {
	if r.Query, p = textAt(rec.get("query"), "query"); p != nil {
		return r, p
	}
	if r.Positives, p = bareTexts(rec.get("pos"), "pos", true); p != nil {
		return r, p
	}
	if r.Negatives, p = bareTexts(rec.get("neg"), "neg", false); p != nil {
		return r, p
	}
	if p = scoresAt(rec.get("pos_scores"), "pos_scores", len(r.Positives)); p != nil {
		return r, p
	}
	return r, scoresAt(rec.get("neg_scores"), "neg_scores", len(r.Negatives))
}

// bareTexts reads a list of texts without ids.
func bareTexts(n node, at string, needed bool) ([]Text, *Problem) {
	items, p := listAt(n, at, needed)
	if p != nil {
		return nil, p
	}
	out := make([]Text, len(items))
	for i, item := range items {
		body, p := textAt(item, fmt.Sprintf("%s[%d]", at, i))
		if p != nil {
			return nil, p
		}
		out[i] = bareText(body)
	}
	return out, nil
}

func bareText(body string) Text { return Text{ID: TextID(body), Text: body} }
