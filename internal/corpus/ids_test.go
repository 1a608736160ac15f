package corpus

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSetsOfIDs(t *testing.T) {
	both := IDs{Queries: "q", Passages: "p"}
	for _, tt := range []struct {
		name, file, content string
		ids                 IDs
		format              string
		rows                []string
		problems            []string
	}{
		{"triples of numbers", "a.tsv", "1\t2\t3\n1\t2\t\n", both, "", []string{"1 1 | 2: | 3:"}, []string{"a.tsv:2: field negative: is empty; give the text or remove the row"}},
		{"triples of words", "a.txt", "query\tpos\tneg\nq1\td1\td2\n", both, "triples", []string{"2 q1 | d1: | d2:"}, nil},
		{"tevatron", "a.jsonl", `{"query_id":1,"query_text":"q","positive_document_ids":["d1"],"negative_document_ids":[2]}
{"query_text":"q","positive_document_ids":[]}
{"query_text":"q","positive_document_ids":["d1",""]}
{"positive_document_ids":["d1"]}`, IDs{Passages: "p"}, "", []string{"1 1q | d1: | 2:"},
			[]string{"a.jsonl:2: field positive_document_ids: is empty; a query needs a text that answers it", "a.jsonl:3: field positive_document_ids[1]: is empty; name the id",
				"a.jsonl:4: field query_text: missing, as query_id is; give the text, or the id of a query of corpus.ids.queries"}},
	} {
		s := open(t, write(t, tt.file, tt.content), Options{Format: tt.format, IDs: tt.ids})
		if !s.ByID() || !s.IsSet() {
			t.Errorf("%s: is not known to be of ids", tt.name)
		}
		rows, err := allRows(s)
		for i := range rows {
			rows[i] = strings.ReplaceAll(rows[i], ":/", ":")
		}
		if diff := cmp.Diff(tt.rows, rows); err != nil || diff != "" {
			t.Error(tt.name, err, diff)
		}
		if diff := cmp.Diff(tt.problems, problemsOf(s)); diff != "" {
			t.Error(tt.name, diff)
		}
	}
	for name, content := range map[string]string{"a.tsv": "1\t2\t3\n", "a.jsonl": `{"query_text":"q","positive_document_ids":["d1"]}`} {
		if _, err := Open(write(t, name, content), Options{}); ruleOf(t, err) != "ids" || !strings.Contains(err.(*Error).Hint, "corpus.ids") {
			t.Error(name, err)
		}
	}
	s := open(t, write(t, "a.tsv", "what is it\tit is this\tit is not that\n"), Options{IDs: both})
	if s.ByID() {
		t.Error("texts are taken for ids")
	}
}

func TestRejectedRowsCountAsBad(t *testing.T) {
	s := open(t, write(t, "a.tsv", "1\t2\t3\n4\t5\t6\n"), Options{IDs: IDs{Queries: "q", Passages: "p"}})
	for r, err := range s.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		if r.QueryID == "4" {
			s.Reject(r, Problem{Field: "query", Rule: "ids", Message: "is not there"})
		}
	}
	st := s.Stats()
	checkStats(t, st)
	if st.Good != 1 || st.Bad != 1 || st.BadByRule["ids"] != 1 || problemsOf(s)[0] != "a.tsv:2: field query: is not there" {
		t.Errorf("%+v %v", st, problemsOf(s))
	}
}

func TestTextsOfIDs(t *testing.T) {
	for name, tt := range map[string]struct {
		file, content string
		want          []string
	}{
		"a collection":      {"collection.tsv", "0\tone text\n1\ttwo, \"it\" says\n", []string{"1|0||one text", "2|1||two, \"it\" says"}},
		"with titles":       {"c.tsv", "0\tT\tone\n", []string{"1|0|T|one"}},
		"documents":         {"d.tsv.gz", gzipped("D1\thttp://x\tT\tone\n"), []string{"1|D1|T|one"}},
		"with a header":     {"c.tsv", "id\ttext\n0\tone\n", []string{"2|0||one"}},
		"JSON lines":        {"c.jsonl", `{"docid":"a","title":"T","text":"one"}`, []string{"1|a|T|one"}},
		"queries":           {"q.jsonl", `{"query_id":7,"query":"who"}`, []string{"1|7||who"}},
		"queries as csv":    {"q.csv", "qid,query\n7,who\n", []string{"2|7||who"}},
		"a line is no text": {"c.tsv", "0\tone\n1\n2\ta\tb\tc\td\n3\t\n", []string{"1|0||one"}},
	} {
		s, err := OpenTexts(write(t, tt.file, tt.content), Options{Format: "st", Fields: Fields{Text: "other"}})
		if err != nil {
			t.Error(name, err)
			continue
		}
		got, err := drain(s)
		if diff := cmp.Diff(tt.want, rows(got)); err != nil || diff != "" {
			t.Error(name, err, diff)
		}
	}
	dir := beirFolder(t, map[string]string{"corpus.jsonl": oneDoc})
	s, err := OpenTexts(dir, Options{Hub: Hub{Split: "train"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := drain(s); err != nil || len(got) != 1 {
		t.Error(rows(got), err)
	}
}
