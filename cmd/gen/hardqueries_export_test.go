package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"hardneg"
	"hardneg/internal/config"
	"hardneg/internal/mockllm"
	"hardneg/store"
)

// counted is a number that the card of an export tells of.
func (l *lab) counted(dir, name string) (n int) {
	l.t.Helper()
	for line := range strings.Lines(l.read(filepath.Join(l.dir, dir, "README.md"))) {
		if _, rest, ok := strings.Cut(line, name); ok {
			if _, err := fmt.Sscanf(strings.Trim(rest, " |:*\n"), "%d", &n); err != nil {
				l.t.Fatalf("%q: %v", line, err)
			}
		}
	}
	return n
}

// Hard queries were checked with the passage of their query. Where another text is the positive, they are in no row.
func TestHardQueriesGoWithThePassageTheyWereCheckedWith(t *testing.T) {
	t.Parallel()
	var verified atomic.Bool
	l := newLab(t, 24, mockllm.Config{Grades: func(_, query, passage string) string {
		switch {
		case !verified.Load():
			return "2"
		case strings.Contains(passage, "north road"):
			return "3"
		}
		return "1"
	}})
	args := []string{"--set", "generate.negatives=[{strategy: hard-query, model: writer, count: 3}, {strategy: bm25, count: 4}]",
		"--set", "relabel.positive=best", "--set", "export.formats=[jsonl, hf, st-labeled-pair]"}
	l.must(0, append([]string{"run", "--stage", "queries", "--stage", "verify"}, args...)...)
	verified.Store(true)
	l.must(0, append([]string{"run"}, args...)...)
	moved, stayed, movedID := 0, 0, ""
	for _, r := range l.rows("run/export") {
		switch same := r.Positives[0].DocID == r.PassageID; {
		case same && len(r.Hard) > 0:
			stayed++
		case !same && len(r.Hard) > 0:
			t.Errorf("%s: hard queries stand beside %s, with which they were not checked", r.PassageID, r.Positives[0].DocID)
		case !same:
			moved, movedID = moved+1, r.QueryID
		}
	}
	left := l.counted("run/export/jsonl", countQueryReplaced)
	if answered, dropped := l.counted("run/export/jsonl", countQueryAnswered), l.counted("run/export/jsonl", countFalseDropped); answered == 0 || dropped != 0 {
		t.Errorf("%d hard queries are answered, and %d texts are false negatives that become no positive", answered, dropped)
	}
	if moved == 0 || stayed == 0 || left == 0 {
		t.Fatalf("%d positives replaced, %d rows with hard queries, %d hard queries left out", moved, stayed, left)
	}
	if out := l.must(0, append([]string{"why", movedID}, args...)...).out; !strings.Contains(out, "export: "+countQueryReplaced) {
		t.Errorf("gen why does not say it:\n%s", out)
	}
	l.must(0, append([]string{"export", "--format", "jsonl", "--out", "source"}, append(args, "--set", "relabel.positive=source")...)...)
	if n := l.counted("source/jsonl", countQueryReplaced); n != 0 {
		t.Errorf("%d are left out where every passage stays the positive", n)
	}
}

// A hard query is trained on as any query is: one of a test is left out, whatever its case and signs.
func TestHardQueriesOfATestAreNotTrainedOn(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 40)
	args := []string{"--set", "generate.negatives=[{strategy: hard-query, count: 3}, {strategy: query-only, count: 2}]"}
	l.must(0, append([]string{"run"}, args...)...)
	var texts []string
	for _, r := range l.rows("run/export") {
		for _, h := range r.Hard {
			texts = append(texts, h.Text)
		}
	}
	if len(texts) < 4 {
		t.Fatalf("%d hard queries", len(texts))
	}
	l.beirTest("nq", "a query of another split", texts[0], strings.ToUpper(texts[1])+" !")
	clean := append([]string{"export", "--format", "jsonl,st-labeled-pair", "--out", "clean", "--set", "export.decontaminate=nq"}, args...)
	l.must(0, clean...)
	left := 0
	for _, r := range l.rows("clean") {
		for _, h := range r.Hard {
			left++
			if h.Text == texts[0] || h.Text == texts[1] {
				t.Errorf("a query of the test: %s", h.Text)
			}
		}
	}
	if n := l.counted("clean/jsonl", countQueryTest); n < 2 || left != len(texts)-n {
		t.Errorf("%d of %d are left, %d are counted", left, len(texts), n)
	}
}

// A hard query that is another query of its passage is one that the passage answers.
func TestAQueryOfThePassageIsNoHardQueryOfIt(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 30)
	args := []string{"--set", "generate.negatives=[{strategy: hard-query, count: 3}, {strategy: query-only, count: 2}]"}
	l.must(0, append([]string{"run"}, args...)...)
	for _, r := range l.rows("run/export") {
		if len(r.Hard) == 0 {
			continue
		}
		// The same passages again in a run in which one has its hard query as an own query.
		l.beirTest("own", "another query", strings.ToUpper(r.Hard[0].Text))
		l.write("own/corpus.jsonl", fmt.Sprintf(`{"_id":"copy","title":%q,"text":%q}`+"\n", r.Positives[0].Title, r.Positives[0].Text))
		l.write("own/qrels/test.tsv", "query-id\tcorpus-id\tscore\nt1\tcopy\t1\n")
		other := append(args, "--set", "run.dir=other")
		l.must(0, append([]string{"import", "own"}, other...)...)
		l.must(0, append([]string{"run"}, other...)...)
		for _, again := range l.rows("other/export") {
			for _, h := range again.Hard {
				if again.QueryID == r.QueryID && h.Text == r.Hard[0].Text {
					t.Errorf("%q is a hard query of a passage that is known to answer it", h.Text)
				}
			}
		}
		if n := l.counted("other/export/jsonl", countQueryKnown); n == 0 {
			t.Error("none is counted")
		}
		return
	}
	t.Fatal("no hard query")
}

// The text that answers best may quote a test query: then it is left out, and another one is the positive.
func TestABestTextOfATestLeavesTheNextBest(t *testing.T) {
	t.Parallel()
	l := newLab(t, 20, mockllm.Config{Grades: func(_, _, passage string) string {
		if strings.Contains(passage, "north road") {
			return "3"
		}
		return "2"
	}})
	args := []string{"--set", "generate.negatives=[{strategy: bm25, count: 4}]", "--set", "relabel.positive=best", "--set", "relabel.ambiguous=keep"}
	l.must(0, append([]string{"run"}, args...)...)
	quoted := ""
	for _, r := range l.rows("run/export") {
		if r.Positives[0].DocID != r.PassageID {
			quoted = strings.Join(strings.Fields(r.Positives[0].Text)[:16], " ")
			break
		}
	}
	if quoted == "" {
		t.Fatal("no positive was replaced")
	}
	l.beirTest("nq", "of another split", quoted)
	l.must(0, append([]string{"export", "--format", "jsonl", "--out", "clean", "--set", "export.decontaminate=nq"}, args...)...)
	for _, r := range l.rows("clean") {
		if len(r.Positives) != 1 || strings.Contains(r.Positives[0].Text, quoted) {
			t.Errorf("%+v", r.Positives)
		}
	}
}

// Of hard queries with one text the lowest key stays, and one that is no spare before it: such may stand in runs of earlier versions.
func TestAHardQueryStandsOnce(t *testing.T) {
	t.Parallel()
	a, b, c := hardneg.KeyOf("2"), hardneg.KeyOf("3"), hardneg.KeyOf("1")
	if slices.Compare(a[:], b[:]) > 0 {
		a, b = b, a
	}
	q := store.QueryState{Query: hardneg.Query{Text: "where is salt", PassageID: "p"}, Passage: hardneg.Passage{ID: "p", Text: "salt"}}
	ex := hardneg.Example{Positives: []hardneg.Text{{DocID: "p", Text: "salt"}}, HardQueries: []hardneg.HardQuery{{Key: b, Text: "Who sells salt?"}, {Key: a, Text: "who sells salt"}, {Key: c, Text: "who buys salt"}}}
	for about, s := range map[string]struct {
		spare seats
		stays []hardneg.Key
	}{"no pool": {nil, []hardneg.Key{a, c}}, "a spare": {seats{a: {rank: 1}}, []hardneg.Key{b, c}}} {
		e := &exporter{cfg: &config.Config{}, counts: map[string]int64{}}
		var stays []hardneg.Key
		for _, h := range e.soundQueries(s.spare, q, ex, nil) {
			stays = append(stays, h.Key)
		}
		if !slices.Equal(stays, s.stays) || e.counts[countQueryCopies] != 1 {
			t.Errorf("%s: %v stay, want %v; %d are counted", about, stays, s.stays, e.counts[countQueryCopies])
		}
	}
	ex.Positives[0].Text = "sea salt"
	e := &exporter{cfg: &config.Config{}, counts: map[string]int64{}}
	if left := e.soundQueries(nil, q, ex, nil); len(left) > 0 || e.counts[countQueryReplaced] == 0 {
		t.Errorf("%v stand beside another text of that id", left)
	}
}
