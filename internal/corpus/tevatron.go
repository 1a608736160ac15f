package corpus

import (
	"fmt"
	"slices"
)

// tevatron: rows of Tevatron and RLHN: query_id, query, positive_passages and negative_passages, which are lists of docid, title and
// text. Tevatron's newer form names its documents by id, and its corpus is a set of its own.
var _ = registerSet(format{
	name: "tevatron",
	columns: func(names []string) bool {
		return slices.Contains(names, "positive_passages") || slices.Contains(names, "positive_document_ids")
	},
	byID: func(sh shape, _ Options) bool {
		return slices.Contains(sh.names, "positive_document_ids") && !slices.Contains(sh.names, "positive_passages")
	},
}, setFields{
	row:      []string{"query_id", "query", "query_text", "positive_passages", "negative_passages", "positive_document_ids", "negative_document_ids"},
	passages: passageFields,
	byID:     parseTevatronIDs,
}, parseTevatron)

// passageFields are those of a passage in a row.
var passageFields = []string{"docid", "title", "text"}

func parseTevatron(rec record) (r Row, p *Problem) {
	if rec.get("positive_passages").kind == isAbsent && rec.get("positive_document_ids").kind != isAbsent {
		return r, &Problem{Field: "positive_document_ids", Rule: "ids",
			Message: "names documents by id, where the first row has texts; write their texts as positive_passages and negative_passages, or import such rows as a file of their own"}
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

// parseTevatronIDs reads a row whose documents are named by ids. So is its query, if it has no text.
func parseTevatronIDs(rec record) (r Row, p *Problem) {
	if r.QueryID, p = idAt(rec.get("query_id"), "query_id"); p != nil {
		return r, p
	}
	for _, name := range []string{"query_text", "query"} {
		if n := rec.get(name); r.Query == "" && n.kind != isAbsent && n.kind != isNull {
			if r.Query, p = textAt(n, name); p != nil {
				return r, p
			}
		}
	}
	if r.Query == "" && r.QueryID == "" {
		return r, &Problem{Field: "query_text", Rule: "missing_text", Message: "missing, as query_id is; give the text, or the id of a query of corpus.ids.queries"}
	}
	if r.Positives, p = idsIn(rec.get("positive_document_ids"), "positive_document_ids", true); p != nil {
		return r, p
	}
	r.Negatives, p = idsIn(rec.get("negative_document_ids"), "negative_document_ids", false)
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
