package corpus

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hardneg"
)

func TestTagsOfASetAndWhatIsNotKept(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		tags       []hardneg.Tags
		unread     string
	}{
		{"flagembedding", `{"query":"a","pos":["p"],"neg":["n"],"pos_scores":[1],"neg_scores":[0],"prompt":"Find it: ","type":"normal"}
{"query":"b","pos":["p"],"neg":["n"],"prompt":null,"type":"only_1neg","id":7}
{"query":"c","pos":["p"],"subset":"fiqa"}`,
			[]hardneg.Tags{{Instruction: "Find it: ", Type: "normal"}, {Type: "only_1neg"}, {Subset: "fiqa"}}, "id neg_scores pos_scores"},
		{"RLHN", `{"query_id":"1","query":"a","positive_passages":[{"docid":"1","text":"p","title":"","lang":"en"}],"negative_passages":[{"docid":"2","text":"n","score":0.5}],"subset":"fiqa"}
{"query_id":"2","query":"b","positive_passages":[{"docid":"1","text":"p"}],"subset":["x"],"type":3}`,
			[]hardneg.Tags{{Subset: "fiqa"}, {}}, "negative_passages.score positive_passages.lang subset type"},
		{"own", `{"query_id":"1","query":"a","passage_id":"1","positives":[{"docid":"1","title":"","text":"p","source":"passage","grade":3,"score":1}],"negatives":[],"query_model":"m","query_prompt":"q"}`,
			[]hardneg.Tags{{}}, "positives.grade positives.score positives.source query_model query_prompt"},
	} {
		s := open(t, write(t, "a.jsonl", tt.file), Options{})
		var tags []hardneg.Tags
		for r, err := range s.Rows() {
			if err != nil {
				t.Fatal(tt.name, err)
			}
			tags = append(tags, r.Tags)
		}
		if diff := cmp.Diff(tt.tags, tags); diff != "" {
			t.Error(tt.name, diff, s.Problems())
		}
		if got := strings.Join(s.Unread(), " "); got != tt.unread {
			t.Errorf("%s: not kept: %s", tt.name, got)
		}
	}
	s := open(t, write(t, "a.jsonl", `{"query":"a","pos":["p"]}`+"\n"+`{"query":"b","pos":["p"],"prompt":"x\u0000"}`), Options{})
	if rows, err := allRows(s); err != nil || len(rows) != 1 || s.Problems()[0].Field != "prompt" {
		t.Error(rows, err, s.Problems())
	}
}

// Names of fields that differ in every row are not all remembered.
func TestFieldsThatAreNotKeptAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 3 * mostUnread {
		fmt.Fprintf(&b, `{"query":"a","pos":["p"],"x%d":1}`+"\n", i)
	}
	s := open(t, write(t, "a.jsonl", b.String()), Options{})
	if _, err := allRows(s); err != nil || len(s.Unread()) != mostUnread {
		t.Error(err, len(s.Unread()))
	}
}
