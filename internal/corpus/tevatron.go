package corpus

import (
	"fmt"
	"slices"
)

// tevatron: rows of Tevatron and RLHN: query_id, query, positive_passages and negative_passages, which are lists of docid, title and
// text. Tevatron's newer form names its documents by id, and its corpus is a set of its own: such rows are refused with that said.
var _ = registerSet(format{
	name: "tevatron",
	columns: func(names []string) bool {
		return slices.Contains(names, "positive_passages") || slices.Contains(names, "positive_document_ids")
	},
}, setFields{[]string{"query_id", "query", "positive_passages", "negative_passages"}, passageFields}, parseTevatron)

// passageFields are those of a passage in a row.
var passageFields = []string{"docid", "title", "text"}

func parseTevatron(rec record) (r Row, p *Problem) {
	if rec.get("positive_passages").kind == isAbsent && rec.get("positive_document_ids").kind != isAbsent {
		return r, &Problem{Field: "positive_document_ids", Rule: "ids",
			Message: "names documents by id; write their texts as positive_passages and negative_passages, or a BEIR folder with qrels"}
	}
	if r.QueryID, p = idAt(rec.get("query_id"), "query_id"); p != nil {
		return r, p
	}
	if r.Query, p = textAt(rec.get("query"), "query"); p != nil {
		return r, p
	}
	if r.Positives, p = passagesAt(rec.get("positive_passages"), "positive_passages", true); p != nil {
		return r, p
	}
	r.Negatives, p = passagesAt(rec.get("negative_passages"), "negative_passages", false)
	return r, p
}

func passagesAt(n node, at string, needed bool) ([]Text, *Problem) {
	items, p := listAt(n, at, needed)
	if p != nil {
		return nil, p
	}
	out := make([]Text, len(items))
	for i, item := range items {
		if out[i], p = passageAt(item, fmt.Sprintf("%s[%d]", at, i)); p != nil {
			return nil, p
		}
	}
	return out, nil
}

func passageAt(n node, at string) (t Text, p *Problem) {
	if n.kind != isObject {
		return t, &Problem{Field: at, Rule: "type", Message: "is " + n.kind.String() + "; write an object with docid, title and text"}
	}
	rec := record{fields: n.fields}
	if t.ID, p = idAt(rec.get("docid"), at+".docid"); p != nil {
		return t, p
	}
	if t.Text, p = textAt(rec.get("text"), at+".text"); p != nil {
		return t, p
	}
	title := rec.get("title")
	title.name = at + ".title"
	if t.Title, p = titleOf(title.value); p != nil {
		return t, p
	}
	t.GivenID = t.ID != ""
	if !t.GivenID {
		t.ID = TextID(t.Text)
	}
	return t, nil
}
