package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// twinQueries is a BEIR folder with pairs of queries that ask the same in other letters, each about a passage of its own. Of every third pair
// the second query has what the first is known to be answered by as a judged negative.
func (l *lab) twinQueries(passages int) {
	l.t.Helper()
	if err := os.MkdirAll(filepath.Join(l.dir, "own/qrels"), 0o700); err != nil {
		l.t.Fatal(err)
	}
	l.write("own/corpus.jsonl", labCorpus(passages))
	var queries, qrels strings.Builder
	qrels.WriteString("query-id\tcorpus-id\tscore\n")
	for i := 0; i+7 < passages; i += 14 {
		text := fmt.Sprintf("which ledger of the %s road did the inspectors count in district %d", []string{"north", "south", "east", "west"}[i%4], i*3+1)
		fmt.Fprintf(&queries, `{"_id":"a%d","text":%q}`+"\n"+`{"_id":"b%d","text":%q}`+"\n", i, text, i, strings.ToUpper(text)+"?")
		fmt.Fprintf(&qrels, "a%d\tp%05d\t1\na%d\tp%05d\t1\nb%d\tp%05d\t1\n", i, i, i, i+1, i, i+7)
		if i%3 == 0 {
			fmt.Fprintf(&qrels, "b%d\tp%05d\t0\n", i, i+1)
		}
	}
	l.write("own/queries.jsonl", queries.String())
	l.write("own/qrels/train.tsv", qrels.String())
}

const minesOnly = "generate.negatives=[{strategy: bm25, count: 6}]"

// What one query is known to be answered by, its passage and the positives of its import, is a negative of no query with the same text: it
// is not mined for it, and where it came as its negative, it is not exported as one.
func TestAnAnswerOfAQueryIsNoNegativeOfAnotherWithItsText(t *testing.T) {
	t.Parallel()
	l := newLab(t, 1, mockllm.Config{Grades: func(_, _, passage string) string {
		if strings.Contains(passage, "honey bees") { // also disputes what the import says to be a positive
			return "3"
		}
		return "1"
	}})
	l.twinQueries(42)
	args := []string{"--set", "corpus.path=[own]", "--set", minesOnly, "--set", "judge.positives=false", "--set", "export.split={train: 1, validation: 0, test: 0}"}
	l.must(0, append([]string{"run"}, args...)...)
	rows := slices.DeleteFunc(l.rows("run/export"), func(r row) bool { return !strings.HasPrefix(strings.ToLower(r.Query), "which ledger of the") })
	if len(rows) != 3 {
		t.Fatalf("%d rows, want one of each text", len(rows))
	}
	for _, r := range rows {
		var i int
		district := r.Query[strings.LastIndexByte(strings.TrimSuffix(r.Query, "?"), ' ')+1:]
		fmt.Sscan(district, &i)
		i = (i - 1) / 3
		for _, n := range r.Negatives {
			for _, answer := range []int{i, i + 1, i + 7} {
				if n.DocID == fmt.Sprintf("p%05d", answer) {
					t.Errorf("%q: %s, which answers it, is a negative (%s)", r.Query, n.DocID, n.Source)
				}
			}
		}
		if len(r.Negatives) == 0 {
			t.Errorf("%q has no negative", r.Query)
		}
	}
	for _, id := range []string{"a0", "b0"} {
		out := l.must(0, append([]string{"why", id}, args...)...).out
		other := map[string]string{"a0": "Record 7 ", "b0": "Record 0 "}[id]
		if mined := strings.Count(out, "mined bm25"); mined != 6 || strings.Contains(out[strings.Index(out, "candidate "):], other) {
			t.Errorf("%s: %d texts are mined, the passage of the other query among them", id, mined)
		}
	}
	card := l.read(filepath.Join(l.dir, "run/export/jsonl/README.md"))
	if !strings.Contains(card, "known to answer the same query") {
		t.Errorf("the card does not count them:\n%s", card)
	}
}
