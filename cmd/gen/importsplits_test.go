package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestNegativesOfASetStayWithTheirRows(t *testing.T) {
	l := newSetLab(t)
	var b strings.Builder
	for i := range 30 {
		passage := func(id, text string) string { return fmt.Sprintf(`{"docid":%q,"text":%q}`, id, text) }
		first := func(i int) string {
			return passage(fmt.Sprint("first", i), fmt.Sprintf("Ledger %d of the harbour, grade 3", i*i+7))
		}
		fmt.Fprintf(&b, `{"query":"which is ledger %d","positive_passages":[%s,%s],"negative_passages":[%s,%s]}`+"\n", i, first(i),
			passage(fmt.Sprint("also", i), fmt.Sprintf("Also about %d, grade 3", i)), passage(fmt.Sprint("hard", i), fmt.Sprintf("Nothing about %d", i)),
			passage(fmt.Sprint("first", (i+1)%30), fmt.Sprintf("Ledger %d of the harbour, grade 3", (i+1)%30*((i+1)%30)+7)))
	}
	// The passage of the next query is a negative, and graded 1 only for others.
	l.write("set.jsonl", b.String())
	l.must(0, "import", "set.jsonl")
	l.must(0, "run", "--set", "export.split={train: 0.5, validation: 0, test: 0.5}", "--set", "relabel.policy=keep")
	split := map[string]string{}
	rows := l.rows("run/export")
	for _, r := range rows {
		split[r.PassageID] = r.split
	}
	if len(rows) != 30 {
		t.Fatalf("%d rows: negatives were lost with the splits of their ids", len(rows))
	}
	near, far, also := 0, 0, 0
	for _, r := range rows {
		if also += len(r.Positives) - 1; !strings.Contains(ids(r.Negatives), "hard") {
			t.Errorf("%s has lost its negative", r.PassageID)
		}
		for _, n := range r.Negatives {
			switch s, isPassage := split[n.DocID]; {
			case !isPassage:
			case s == r.split:
				near++
			default:
				far++
			}
		}
	}
	if near == 0 || far > 0 {
		t.Errorf("%d negatives are passages of the same split, %d of the other one", near, far)
	}
	if also == 0 || also == 30 {
		t.Errorf("%d of 30 further positives were kept: they keep to the split of their id", also)
	}
}

// What a plan says of a set that is not imported yet is what then happens.
func TestPlanOfASet(t *testing.T) {
	l := newSetLab(t)
	l.write("set.jsonl", tevatronSet(30)+tevatronSet(2))
	path := "--set=corpus.path=set.jsonl"
	type estimate struct {
		Stage, Model string
		Items, Calls float64
	}
	got := map[string]estimate{}
	for line := range strings.Lines(l.must(0, "plan", "--json", path).out) {
		var e estimate
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		got[e.Stage+" "+e.Model] = e
	}
	l.must(0, "run", path)
	verify, judge := got["verify s"], got["judge s"]
	if verify.Items != 30 || verify.Calls != 30 || judge.Items != 120 || judge.Calls != 30 {
		t.Errorf("verify %+v, judge %+v; %v", verify, judge, got)
	}
	if s := l.status(); s.stage("verify").Done != 30 || s.stage("judge").Done != 120 || s.stage("queries").Planned != 30 {
		t.Errorf("%+v", s.Stages)
	}
	if r := l.must(0, "plan", path); strings.Contains(r.out, "to import") {
		t.Error(r.out)
	}
}
