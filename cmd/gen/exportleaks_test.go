package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hardneg"
	"hardneg/internal/config"
	"hardneg/internal/mockllm"
	"hardneg/relabel"
	"hardneg/store"
)

// One text may stand in a training set under many ids. As a positive it keeps to one split all the same, and as a negative it stays out of
// other splits than that of the passage that says the same.
func TestATextUnderManyIdsKeepsToOneSplit(t *testing.T) {
	l := newSetLab(t)
	ledger := func(i int) string { return fmt.Sprintf("Ledger %d of the harbour, grade 3", i*i+7) }
	l.importPassages(40, func(i int) (string, []string, []string) {
		return fmt.Sprint("which is ledger ", i), []string{"first", ledger(i)}, []string{
			"common", []string{"All ledgers together, grade 3", "ALL ledgers, together: grade 3."}[i%2], "other", strings.ToUpper(ledger((i + 1) % 40)), "hard", fmt.Sprintf("Nothing about %d", i)}
	})
	split := []string{"--set", "export.split={train: 0.5, validation: 0, test: 0.5}"}
	l.must(0, append([]string{"run"}, split...)...)
	rows := l.rows("run/export")
	home, common := map[string]string{}, map[string]int{}
	for _, r := range rows {
		home[strings.ToLower(r.Positives[0].Text)] = r.split
		for _, p := range r.Positives[1:] {
			if strings.HasPrefix(p.DocID, "common") {
				common[r.split]++
			}
		}
	}
	if len(rows) != 40 || len(common) != 1 {
		t.Errorf("%d rows; the common answer is a positive in %v", len(rows), common)
	}
	near := 0
	for _, r := range l.exported("keep", append(split, "--set", "relabel.policy=keep")...) {
		for _, n := range r.Negatives {
			switch of, ok := home[strings.ToLower(n.Text)]; {
			case ok && of != r.split:
				t.Errorf("%s in %s has a negative that is a passage of %s", r.QueryID, r.split, of)
			case ok:
				near++
			}
		}
	}
	if near == 0 {
		t.Error("no negative is the passage of a query")
	}
}

// importPassages imports a training set of n rows, each of a query and of names and texts of its positives and negatives; a name and the
// number of the row are an id.
func (l *lab) importPassages(n int, row func(i int) (query string, positives, negatives []string)) {
	l.t.Helper()
	var b strings.Builder
	for i := range n {
		passages := func(named []string) (list []map[string]string) {
			for pair := range slices.Chunk(named, 2) {
				list = append(list, map[string]string{"docid": fmt.Sprint(pair[0], i), "text": pair[1]})
			}
			return list
		}
		query, positives, negatives := row(i)
		line, err := json.Marshal(map[string]any{"query": query, "positive_passages": passages(positives), "negative_passages": passages(negatives)})
		if err != nil {
			l.t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	l.write("set.jsonl", b.String())
	l.must(0, "import", "set.jsonl")
}

// exported writes format jsonl and reads it.
func (l *lab) exported(dir string, args ...string) []row {
	l.t.Helper()
	l.must(0, append([]string{"export", "--format", "jsonl", "--out", dir}, args...)...)
	l.must(0, "check", dir+"/jsonl")
	return l.rows(dir)
}

// The best positive is chosen of those that no test quotes.
func TestTheBestPositiveDoesNotQuoteATest(t *testing.T) {
	t.Parallel()
	l := newLab(t, 20, mockllm.Config{Grades: func(_, _, passage string) string {
		switch {
		case !strings.HasPrefix(passage, "Title: "):
			return "1"
		case strings.Contains(passage, "north"):
			return "3"
		}
		return "2"
	}})
	mines := []string{"--set", "generate.negatives=[{strategy: bm25, count: 4}, {strategy: query-only, model: writer, count: 1}]", "--set", "relabel.positive=best"}
	l.must(0, append([]string{"run"}, mines...)...)
	best := map[string]string{}
	quoted := ""
	for _, r := range l.rows("run/export") {
		best[r.QueryID] = r.Positives[0].DocID
		if p := r.Positives[0]; p.DocID != r.PassageID {
			quoted = p.DocID
			l.beirTest("nq", "of another split", "Is it so that "+strings.Join(strings.Fields(p.Text)[3:20], " ")+"?")
		}
	}
	moved := 0
	for _, r := range l.exported("clean", append(mines, "--set", "export.decontaminate=nq")...) {
		switch now := r.Positives[0].DocID; {
		case now == quoted:
			t.Errorf("%s has a positive that quotes a test query", r.QueryID)
		case best[r.QueryID] == quoted:
			moved++
		case now != best[r.QueryID]:
			t.Errorf("%s: %s instead of %s", r.QueryID, now, best[r.QueryID])
		}
	}
	if quoted == "" || moved == 0 {
		t.Errorf("quoted %q, %d rows have the next best", quoted, moved)
	}
}

// A hard query is trained on like a query, so that one of a test is left out too.
func TestHardQueriesThatATestAsksAreLeftOut(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 40)
	l.must(0, hard("run")...)
	var asked []string
	for _, r := range l.rows("run/export") {
		for _, h := range r.Hard {
			asked = append(asked, h.Text)
		}
	}
	if len(asked) < 3 {
		t.Fatalf("%d hard queries", len(asked))
	}
	l.beirTest("nq", asked[0], strings.ToUpper(asked[1])+" !")
	args := hard("--set", "export.decontaminate=nq")
	left := map[string]bool{}
	for _, r := range l.exported("clean", args...) {
		for _, h := range r.Hard {
			left[h.Text] = true
		}
	}
	if !left[asked[0]] || left[asked[1]] || len(left) < len(asked)/2 {
		t.Errorf("%d of %d are left, that of the test: %v", len(left), len(asked), left[asked[1]])
	}
	r := l.must(0, append([]string{"export", "--format", "st-labeled-pair", "--out", "clean"}, args...)...)
	if !strings.Contains(strings.Join(strings.Fields(r.out), " "), countQueryTest+" 1") {
		t.Errorf("not told of:\n%s", r.out)
	}
}

// Of two queries with one text the same one has a row, whether splits are exported together or one by one.
func TestSplitsWrittenOneByOneShareNoQuery(t *testing.T) {
	cfg := &config.Config{Relabel: config.Relabel{Policy: relabel.Relabel, NegativeAt: 1, FalseNegativeAt: 3, Ambiguous: "drop"}}
	cfg.Export.Split = config.Split{Train: 0.5, Test: 0.5}
	var qs []store.QueryState
	for i := range 12 { // in the order of their keys
		q := store.QueryState{Query: hardneg.Query{Key: hardneg.Key{byte(i)}, Text: fmt.Sprint("who keeps bees ", i/2), PassageID: fmt.Sprint("p", i)}}
		q.Passage = hardneg.Passage{ID: q.PassageID, Text: "Bees are kept by keeper " + fmt.Sprint(i)}
		c := store.CandidateRow{Candidate: hardneg.Candidate{Key: hardneg.KeyOf("c", q.PassageID), Source: hardneg.SourceGenerated, Text: "Of wasps.", Was: hardneg.LabelNegative},
			Verdicts: []hardneg.Verdict{{Grade: hardneg.Related, Score: 1. / 3}}}
		if i != 4 { // a query without a negative has no row, and the next one has
			q.Candidates = []store.CandidateRow{c}
		}
		qs = append(qs, q)
	}
	rows := func(where ...string) (texts []string) {
		e := &exporter{cfg: cfg, rules: rulesOf(cfg), splits: &splitter{shares: cfg.Export.Split}, seen: map[int64]bool{}, scores: scoreCounts{},
			counts: map[string]int64{}, judges: judgeTables{}}
		var err error
		if e.where, err = parseWhere(where); err != nil {
			t.Fatal(err)
		}
		var askers []store.Asker
		for i, q := range qs {
			askers = append(askers, store.Asker{Norm: int64(normOf(q.Text)), Row: int64(i)})
		}
		e.kin = newKin(store.NewAskers(askers))
		for _, q := range qs {
			if ex, ok := e.row(q, int64(normOf(q.Text)), nil); ok {
				texts = append(texts, ex.PassageID)
			}
		}
		return texts
	}
	all, train, test := rows(), rows("split=train"), rows("split=test")
	if len(all) != 6 || len(train)+len(test) != 6 || len(train) == 0 || len(test) == 0 {
		t.Errorf("together %v, one by one %v and %v", all, train, test)
	}
	if all[2] != "p5" {
		t.Errorf("%v: a query without a row takes that of another", all)
	}
}
