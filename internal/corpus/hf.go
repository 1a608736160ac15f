package corpus

import "slices"

// hf: rows of this program's own exports hf and jsonl: query_id, query, positives and negatives, which are lists of docid, title and text.
// What judges of another run said of the texts is no verdict of this one's, so grades and scores are left.
var _ = registerSet(format{
	name: "hf",
	columns: func(names []string) bool {
		return slices.Contains(names, "query") && slices.Contains(names, "positives") && slices.Contains(names, "negatives")
	},
}, setFields{row: []string{"query_id", "query", "passage_id", "positives", "negatives"}, passages: passageFields}, parseHF)

func parseHF(rec record) (r Row, p *Problem) {
	if r.QueryID, p = idAt(rec.get("query_id"), "query_id"); p != nil {
		return r, p
	}
	if r.Query, p = textAt(rec.get("query"), "query"); p != nil {
		return r, p
	}
	if r.Positives, p = passagesAt(rec.get("positives"), "positives", true); p != nil {
		return r, p
	}
	r.Negatives, p = passagesAt(rec.get("negatives"), "negatives", false)
	return r, p
}
