package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// copied is a corpus in which every passage has copies that differ in a few words, under other ids.
func copied(n int) string {
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSpace(labCorpus(n)), "\n") {
		for _, kind := range []string{"", "copy-"} {
			s := strings.ReplaceAll(line, `"_id":"`, fmt.Sprintf(`"_id":"%s`, kind))
			if kind != "" {
				s = strings.ReplaceAll(s, "Visitors came by", fmt.Sprintf("Guests%d came by", i))
			}
			b.WriteString(s + "\n")
		}
	}
	return b.String()
}

func TestNearDuplicatesAreInOneSplit(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 1)
	l.write("corpus.jsonl", copied(60))
	l.must(0, "run", "--set", "export.split.train=0.4", "--set", "export.split.validation=0.3", "--set", "export.split.test=0.3")
	split := map[string]string{}
	for _, r := range l.rows("run/export") {
		split[r.PassageID] = r.split
	}
	pairs := 0
	for id, s := range split {
		if other, ok := split["copy-"+id]; ok {
			pairs++
			if other != s {
				t.Errorf("%s is in %s, its copy in %s", id, s, other)
			}
		}
	}
	if pairs < 20 {
		t.Fatalf("%d pairs", pairs)
	}
	r := l.must(0, "export", "--format", "jsonl", "--out", "x")
	if !strings.Contains(r.out, countGrouped) {
		t.Errorf("not told of:\n%s", r.out)
	}
}

// beirTest writes queries as a test set.
func (l *lab) beirTest(dir string, queries ...string) {
	l.t.Helper()
	if err := os.MkdirAll(filepath.Join(l.dir, dir, "qrels"), 0o700); err != nil {
		l.t.Fatal(err)
	}
	lines, qrels := "", "query-id\tcorpus-id\tscore\n"
	for i, q := range queries {
		line, _ := json.Marshal(map[string]string{"_id": fmt.Sprint("t", i), "text": q})
		lines += string(line) + "\n"
		if i > 0 { // the first is of another split
			qrels += fmt.Sprintf("t%d\td\t1\n", i)
		}
	}
	l.write(dir+"/queries.jsonl", lines)
	l.write(dir+"/qrels/test.tsv", qrels)
}

func TestTestQueriesAreNotTrainedOn(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 40)
	l.must(0, "run")
	rows := l.rows("run/export")
	quote := strings.Join(strings.Fields(rows[2].Positives[0].Text)[3:20], " ")
	titled := strings.Fields(rows[3].Positives[0].Title + " " + rows[3].Positives[0].Text)[:14]
	l.beirTest("nq", rows[0].Query, strings.ToUpper(rows[1].Query)+" !", "Is it so that "+quote+"?", strings.Join(titled, " "))
	r := l.must(0, "export", "--format", "jsonl", "--out", "clean", "--set", "export.decontaminate=nq")
	for name, n := range map[string]int{countTestQuery: 1, countTestOverlap: 2} {
		if !strings.Contains(strings.Join(strings.Fields(r.out), " "), fmt.Sprint(name, " ", n)) {
			t.Errorf("lacks %q %d:\n%s", name, n, r.out)
		}
	}
	clean := l.rows("clean")
	if len(clean) != len(rows)-3 {
		t.Errorf("%d rows of %d", len(clean), len(rows))
	}
	for _, c := range clean {
		if c.Query == rows[1].Query || c.Query == rows[2].Query || c.Query == rows[3].Query {
			t.Errorf("a query of the test: %s", c.Query)
		}
	}
	for _, dir := range []string{"nowhere", "run"} {
		r := l.must(2, "export", "--format", "jsonl", "--out", "other", "--set", "export.decontaminate="+dir)
		if !strings.Contains(r.err, "hint: export.decontaminate names") {
			t.Errorf("%s:\n%s", dir, r.err)
		}
	}
	l.must(2, "run", "--set", "export.decontaminate=nowhere")
}

func TestWhere(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 40)
	l.must(0, "run")
	r := l.must(0, "export", "--format", "jsonl", "--out", "w", "--where", "grade>=1", "--where", "split=train")
	for _, row := range l.rows("w") {
		for _, n := range row.Negatives {
			if row.split != "train" || n.Grade == nil || *n.Grade < 1 {
				t.Errorf("%s in %s has a negative of grade %v", row.QueryID, row.split, n.Grade)
			}
		}
	}
	if !strings.Contains(r.out, countNotWanted) {
		t.Errorf("not told of:\n%s", r.out)
	}
	for cond, want := range map[string]string{"grades=1": "none of grade, score", "grade": "no comparison", "grade>x": "not a number", "source=web": "none of generated",
		"model<a": "can't be compared", "grade=7": "is no grade", "grade>=1.5": "is no grade", "score=NaN": "not a number",
		"strategy=bm52": "none of query-only", "similarity>=0.2": "judge.similarity.encoder is not set"} {
		if r := l.must(2, "export", "--format", "jsonl", "--out", "y", "--where", cond); !strings.Contains(r.err, want) || !strings.Contains(r.err, "hint: write FIELD") && !strings.HasPrefix(cond, "similarity") {
			t.Errorf("%s:\n%s", cond, r.err)
		}
		l.must(2, "run", "--set", "export.where=["+strconv.Quote(cond)+"]")
	}
	if r := l.must(4, "export", "--format", "jsonl", "--out", "none", "--where", "source=mined"); !strings.Contains(r.err, "no row") {
		t.Errorf("nothing is left:\n%s", r.err)
	}
}

func TestConditions(t *testing.T) {
	for cond, want := range map[string]string{
		"grade = 1": "{grade = [] 1}", "score<=0.5": "{score <= [] 0.5}", "model=a/b|c": "{model = [a/b c] 0}", "model!=a<b": "{model != [a<b] 0}", "similarity>=-1": "{similarity >= [] -1}",
	} {
		c, err := parseCondition(cond)
		if got := fmt.Sprint(c); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", cond, got, err, want)
		}
	}
}
