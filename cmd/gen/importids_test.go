package main

import (
	"fmt"
	"strings"
	"testing"
)

// msMarco writes a set as MS MARCO has them: triples of ids, and tables without a header of what they name; and the same triples with
// their texts.
func (l *lab) msMarco(n int) {
	l.t.Helper()
	var ids, texts, queries, collection strings.Builder
	passage := func(i int) string { return fmt.Sprintf("the text of passage %d, grade %d", i, 3-2*(i%2)) }
	for i := range n {
		query := fmt.Sprintf("what does passage %d say", 2*i)
		for k := range 2 { // two rows a query, with the same positive
			negative := (2*i + 1 + 2*k) % (2 * n)
			fmt.Fprintf(&ids, "%d\t%d\t%d\n", 1000+i, 2*i, negative)
			fmt.Fprintf(&texts, "%s\t%s\t%s\n", query, passage(2*i), passage(negative))
		}
		fmt.Fprintf(&queries, "%d\t%s\n", 1000+i, query)
	}
	for i := range 4 * n { // half of them are named
		fmt.Fprintf(&collection, "%d\t%s\n", i, passage(i))
	}
	l.write("triples.tsv", texts.String())
	l.write("ids.tsv", ids.String())
	l.write("queries.tsv", queries.String())
	l.write("collection.tsv", collection.String())
}

var withTexts = []string{"--set", "corpus.ids.queries=queries.tsv", "--set", "corpus.ids.passages=collection.tsv"}

// Triples of ids are read as the same triples with their texts are; what no row names stays where it is.
func TestTriplesOfIDs(t *testing.T) {
	l := newSetLab(t)
	l.msMarco(20)
	l.must(0, "import", "triples.tsv", "--set", "run.dir=texts")
	r := l.must(0, append([]string{"import", "ids.tsv"}, withTexts...)...)
	if !strings.Contains(r.out, "20 passages, 20 own queries, 40 judged candidates of these, 20 rows about a query that another row brought, 20 texts that their query has already") {
		t.Error(r.out)
	}
	for _, run := range []string{"run", "texts"} {
		l.must(0, "run", "--set", "run.dir="+run)
		l.must(0, "check", "--set", "run.dir="+run)
	}
	said := func(dir string) map[string]string {
		out := map[string]string{}
		for _, r := range l.rows(dir + "/export") {
			var all []string
			for _, x := range append(r.Positives, r.Negatives...) {
				all = append(all, x.Text)
			}
			out[r.Query] = strings.Join(all, " | ")
		}
		return out
	}
	byID, byText := said("run"), said("texts")
	if len(byID) != 20 || len(byText) != 20 {
		t.Errorf("%d and %d rows", len(byID), len(byText))
	}
	for query, texts := range byText {
		if len(byID[query]) != len(texts) || byID[query] == "" { // equal scores stand in the order of their keys
			t.Errorf("%s: %q, with texts %q", query, byID[query], texts)
		}
	}
	if r := l.must(0, "why", "7"); !strings.Contains(r.out, "the text of passage 7, grade 1") {
		t.Error(r.out)
	}
}

func TestTevatronRowsByID(t *testing.T) {
	l := newSetLab(t)
	l.write("rows.jsonl", `{"query_id":"a","query_text":"what is one","positive_document_ids":["d1"],"negative_document_ids":["d2",3],"query_image":null,"subset":"nq"}
{"query_id":"b","positive_document_ids":["d2"],"negative_document_ids":[]}
`)
	l.write("corpus.jsonl", `{"docid":"d1","title":"One","text":"this is one, grade 3"}
{"docid":"d2","title":"","text":"this is two, grade 1"}
{"docid":3,"title":"Three","text":"this is three"}
`)
	l.write("queries.jsonl", `{"query_id":"b","query":"what is two"}`+"\n")
	texts := []string{"--set", "corpus.ids.passages=corpus.jsonl"}
	r := l.must(3, append([]string{"import", "rows.jsonl"}, texts...)...)
	if !strings.Contains(r.err, `rows.jsonl:2: field query: names query "b", which is not in the file of corpus.ids.queries`) {
		t.Error(r.err)
	}
	r = l.must(0, append([]string{"import", "rows.jsonl", "--set", "corpus.ids.queries=queries.jsonl"}, texts...)...)
	if !strings.Contains(r.out, "2 passages, 2 own queries, 2 judged candidates") || !strings.Contains(r.err, "these are not kept: query_image") {
		t.Error(r.out, r.err)
	}
	l.must(0, "check")
	if r := l.must(0, "why", "d1"); !strings.Contains(r.out, "Title: One") || !strings.Contains(r.out, "subset nq") || !strings.Contains(r.out, "this is three") {
		t.Error(r.out)
	}
}

// What is not there is said with the name of the file, the line, the field and what to do.
func TestWhatASetOfIDsLacksIsSaid(t *testing.T) {
	l := newSetLab(t)
	l.msMarco(3)
	for _, command := range [][]string{{"import", "ids.tsv"}, {"plan", "--set", "corpus.path=ids.tsv"}} {
		r := l.must(3, command...)
		if !strings.Contains(r.err, "ids.tsv: names its texts by ids, and corpus.ids does not say where they stand") || !strings.Contains(r.err, "corpus.ids: {queries: FILE, passages: FILE}") {
			t.Error(r.err)
		}
	}
	l.write("short.tsv", "0\tthe text of passage 0\n")
	r := l.must(3, "import", "ids.tsv", "--set", "corpus.ids.queries=queries.tsv", "--set", "corpus.ids.passages=short.tsv")
	if !strings.Contains(r.err, `ids.tsv:1: field negative: names passage "1", which is not in the file of corpus.ids.passages`) || !strings.Contains(r.err, "6 of 6 lines are bad") {
		t.Error(r.err)
	}
	r = l.must(3, "import", "ids.tsv", "--set", "corpus.ids.queries=gone.tsv", "--set", "corpus.ids.passages=collection.tsv")
	if !strings.Contains(r.err, "gone.tsv: no such file") || !strings.Contains(r.err, "check corpus.ids") {
		t.Error(r.err)
	}
	l.write("twice.tsv", l.read(l.dir+"/collection.tsv")+"0\tanother text\n")
	r = l.must(3, "import", "ids.tsv", "--set", "corpus.ids.queries=queries.tsv", "--set", "corpus.ids.passages=twice.tsv")
	if !strings.Contains(r.err, `twice.tsv:13: id "0" was given to another text before`) {
		t.Error(r.err)
	}
	if s := l.status(); s.stage("queries").Planned != 0 {
		t.Errorf("a part of a refused file stands: %+v", s.Stages)
	}
}

// What a plan says of a set of ids is what then happens.
func TestPlanOfASetOfIDs(t *testing.T) {
	l := newSetLab(t)
	l.msMarco(12)
	path := append([]string{"--set", "corpus.path=ids.tsv"}, withTexts...)
	if r := l.must(0, append([]string{"plan"}, path...)...); !strings.Contains(r.out, "12 passages to import") || strings.Contains(r.out, "of 0 characters") {
		t.Error(r.out)
	}
	l.must(0, append([]string{"run"}, path...)...)
	if s := l.status(); s.stage("verify").Done != 12 || s.stage("judge").Done != 24 {
		t.Errorf("%+v", s.Stages)
	}
}
