package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// taggedSet is rows of FlagEmbedding with an instruction and a type, of RLHN with a subset.
func taggedSet(n int) (flag, rlhn string) {
	var f, r strings.Builder
	for i := range n {
		fmt.Fprintf(&f, `{"query":"what says page %d","pos":["page %d says it, grade 3"],"neg":["no page %d"],"pos_scores":[0.9],"neg_scores":[0.1],"prompt":"Find page %d: ","type":"only_1neg"}`+"\n", i, i, i, i%2)
	}
	for _, line := range strings.SplitAfter(tevatronSet(n), "\n") {
		r.WriteString(strings.Replace(line, `"subset":"x"`, fmt.Sprintf(`"subset":"set%d"`, strings.Count(r.String(), "\n")%3), 1))
	}
	return f.String(), r.String()
}

// What a set says of its queries goes out again where a format has a place for it; what is not kept is said once, by name.
func TestTagsOfASetGoOutAgain(t *testing.T) {
	l := newSetLab(t)
	flag, rlhn := taggedSet(6)
	l.write("flag.jsonl", flag)
	l.write("rlhn.jsonl", rlhn)
	if r := l.must(0, "import", "flag.jsonl"); strings.Count(r.err, "of its fields these are not kept: neg_scores, pos_scores") != 1 {
		t.Error(r.err)
	}
	if r := l.must(0, "import", "rlhn.jsonl"); strings.Contains(r.err, "not kept") {
		t.Error(r.err)
	}
	l.must(0, "run", "--set", "export.formats=[flagembedding, jsonl]", "--set", "export.prompt=Ours: ")
	l.must(0, "check")
	seen := map[string]int{}
	for line := range strings.Lines(l.read(filepath.Join(l.dir, "run/export/flagembedding/train.jsonl"))) {
		var r struct{ Query, Prompt, Type string }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		seen[r.Prompt+r.Type]++
	}
	if seen["Find page 0: only_1neg"] != 3 || seen["Find page 1: only_1neg"] != 3 || seen["Ours: normal"] != 6 {
		t.Error(seen)
	}
	l.must(0, "export", "--format", "tevatron", "--out", "all")
	l.must(0, "import", "all/tevatron", "--set", "run.dir=again")
	l.must(0, "run", "--set", "run.dir=again")
	l.must(0, "export", "--format", "jsonl", "--out", "some", "--set", "run.dir=again", "--set", "export.where=[subset=set1|imported]")
	if rows := l.rows("some"); len(rows) != 2+6 {
		t.Errorf("%d rows of a third of six, and of six without a subset", len(rows))
	}
	if r := l.must(0, "why", "q1"); !strings.Contains(r.out, "subset set1") {
		t.Error(r.out)
	}
}
