package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/store"
)

// An id stands for one text in a run, whichever files bring it and in whatever order.
func TestAnIDIsGivenToOneTextByAllImports(t *testing.T) {
	set := func(query, positive, negative string) string {
		return fmt.Sprintf(`{"query":%q,"positive_passages":[{"docid":%q,"text":"what answers %s, grade 3"}],"negative_passages":[{"docid":%q,"title":"","text":"what does not answer %[1]s"}]}`+"\n",
			query, positive, query, negative)
	}
	passage := `{"_id":"d1","title":"","text":"a passage of the corpus that says something else"}` + "\n"
	for name, files := range map[string][2]string{
		"negative and negative":  {set("one", "p1", "d1"), set("two", "p2", "d1")},
		"negative and positive":  {set("one", "p1", "d1"), set("two", "d1", "n2")},
		"positive and negative":  {set("one", "d1", "n1"), set("two", "p2", "d1")},
		"negative and a passage": {set("one", "p1", "d1"), passage},
		"a passage and negative": {passage, set("two", "p2", "d1")},
	} {
		for _, together := range []bool{false, true} {
			l := newSetLab(t)
			l.write("a.jsonl", files[0])
			l.write("b.jsonl", files[1])
			want := `b.jsonl:1: `
			var r result
			if together {
				r = l.must(3, "import", "a.jsonl", "b.jsonl")
			} else {
				l.must(0, "import", "a.jsonl")
				r = l.must(3, "import", "b.jsonl")
			}
			if !strings.Contains(r.err, want) || !strings.Contains(r.err, `"d1" was given to another text`) {
				t.Errorf("%s: %s", name, r.err)
			}
			l.must(0, "import", "a.jsonl") // nothing is lost
		}
	}
}

// The same texts under the same ids may come again, and ids that were made of the texts are no conflict.
func TestTheSameIDsAndTextsMayComeAgain(t *testing.T) {
	l := newSetLab(t)
	row := `{"query":"%s","positive_passages":[{"docid":"p1","title":"T","text":"what answers it, grade 3"}],"negative_passages":[{"docid":"d1","title":"","text":"what does not answer"}]}` + "\n"
	l.write("a.jsonl", fmt.Sprintf(row, "one"))
	l.write("b.jsonl", fmt.Sprintf(row, "two"))
	l.write("c.jsonl", `{"query":"three","pos":["what answers three, grade 3"],"neg":["two  spaces here"]}`+"\n"+`{"query":"four","pos":["what answers four, grade 3"],"neg":["two spaces here"]}`+"\n")
	l.must(0, "import", "a.jsonl")
	l.must(0, "import", "b.jsonl", "c.jsonl")
	l.must(0, "run", "--set", "export.formats=[jsonl, beir, mteb]")
	l.must(0, "check", "run/export/beir")
}

// A run that an older program imported may have two texts of one id. A corpus can't hold both, and other formats can; no row has both.
func TestTwoTextsOfOneIDInAnOldRun(t *testing.T) {
	l := newSetLab(t)
	l.write("a.jsonl", `{"query":"one","positive_passages":[{"docid":"p1","text":"what answers one, grade 3"}],"negative_passages":[{"docid":"d1","text":"this is not it"},{"docid":"d2","text":"nor is that"}]}`+"\n"+
		`{"query":"two","positive_passages":[{"docid":"p2","text":"what answers two, grade 3"}],"negative_passages":[{"docid":"d3","text":"nothing at all"}]}`+"\n")
	l.must(0, "import", "a.jsonl")
	l.must(0, "run", "--set", "export.formats=[]")
	l.rename("d3", "d1")
	r := l.must(2, "export", "--format", "beir", "--out", "out")
	if !strings.Contains(r.err, `"d1"`) || !strings.Contains(r.err, "leave beir and mteb out") {
		t.Error(r.err)
	}
	l.must(0, "export", "--format", "jsonl,tevatron", "--out", "out")
	l.rename("d2", "d1")
	r = l.must(0, "export", "--format", "jsonl", "--out", "out", "--force")
	if !strings.Contains(r.out, countSharedID) {
		t.Error(r.out)
	}
	for _, row := range l.rows("out") {
		if row.Query == "one" && len(row.Negatives) != 1 {
			t.Errorf("%d negatives", len(row.Negatives))
		}
	}
}

// rename gives a text of the run another docid, as an older import could have done.
func (l *lab) rename(from, to string) {
	l.t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(l.dir, "run", store.FileName))
	if err != nil {
		l.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE candidates SET docid = ? WHERE docid = ?", to, from); err != nil {
		l.t.Fatal(err)
	}
}
