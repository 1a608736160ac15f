package main

import (
	"database/sql"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hardneg/internal/export"
	"hardneg/store"
)

// saidOf is what a data set says of a query: its positives and its negatives, sorted.
type saidOf struct{ Positives, Negatives []string }

// exportedSets is what the rows of a jsonl export say, and the text of each way in which a format may write it, with its title or without.
func (l *lab) exportedSets(dir string) (said map[string]saidOf, texts map[string]string) {
	l.t.Helper()
	said, texts = map[string]saidOf{}, map[string]string{}
	for _, r := range l.rows(dir) {
		one := func(list []labText) (all []string) {
			for _, t := range list {
				texts[t.Text], texts[t.Title+" "+t.Text] = t.Text, t.Text
				all = append(all, t.Text)
			}
			slices.Sort(all)
			return all
		}
		said[r.Query] = saidOf{one(r.Positives), one(r.Negatives)}
	}
	return said, texts
}

// importedSets is what a run holds of imported sets, before anything is judged.
func (l *lab) importedSets(dir string, texts map[string]string) map[string]saidOf {
	l.t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(l.dir, dir, store.FileName))
	if err != nil {
		l.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT q.text, 'positive', p.text FROM queries q JOIN passages p ON p.id = q.passage WHERE q.recipe = 0
		UNION ALL SELECT q.text, c.was, c.text FROM queries q JOIN candidates c ON c.query = q.id WHERE c.recipe = 0 AND c.source = 'imported' ORDER BY 3`)
	if err != nil {
		l.t.Fatal(err)
	}
	defer rows.Close()
	said := map[string]saidOf{}
	for rows.Next() {
		var query, was, text string
		if err := rows.Scan(&query, &was, &text); err != nil {
			l.t.Fatal(err)
		}
		known, ok := texts[text]
		if !ok {
			l.t.Errorf("%s: no export has the text %q", dir, text)
		}
		s := said[query]
		if was == "positive" {
			s.Positives = append(s.Positives, known)
		} else {
			s.Negatives = append(s.Negatives, known)
		}
		said[query] = s
	}
	for query, s := range said {
		slices.Sort(s.Positives)
		slices.Sort(s.Negatives)
		said[query] = s
	}
	return said
}

// Whatever a run has written can be read again, and says the same of the same queries.
func TestEveryExportIsImportedAgain(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 40)
	l.write("config.yaml", offlineConfig+`generate: {queries: {model: writer}, negatives: [{strategy: query-only, model: writer, count: 3}, {strategy: bm25, count: 4}, {strategy: hard-query, model: writer, count: 1}, {strategy: paraphrase, model: writer}]}
relabel: {generated_positive: true}
`)
	all := export.Formats()
	l.must(0, "run", "--set", "export.formats="+strings.Join(all, ","), "--set", "export.negatives=2")
	want, texts := l.exportedSets("run/export")
	if several := func(s saidOf) bool { return len(s.Positives) > 1 }; len(want) < 20 || !slices.ContainsFunc(slices.Collect(maps.Values(want)), several) {
		t.Fatalf("%d queries, or none with several positives", len(want))
	}
	for _, format := range all {
		dir := filepath.Join("run/export", format)
		run := "again-" + format
		r := l.must(0, "import", dir, "--set", "corpus.hub.split=all", "--set", "run.dir="+run, "--set", "corpus.path=[]")
		got := l.importedSets(run, texts)
		if diff := cmp.Diff(whatFits(format, want), withoutSurplus(t, format, got, want)); diff != "" {
			t.Errorf("%s, written and read again: %s\n%s", format, diff, r.out)
		}
		l.must(0, "check", "--set", "run.dir="+run)
	}
}

// whatFits is what a format has room for: pairs have no negatives, tuples have a fixed number of them.
func whatFits(format string, all map[string]saidOf) map[string]saidOf {
	out := map[string]saidOf{}
	for query, s := range all {
		switch {
		case format == "st-pair":
			s.Negatives = nil
		case strings.HasPrefix(format, "st-ntuple") && len(s.Negatives) < 2:
			continue
		case strings.HasPrefix(format, "st-ntuple"):
			s.Negatives = []string{"two of them"}
		}
		out[query] = s
	}
	return out
}

// withoutSurplus puts the negatives of a tuple, which are to be some of the query's, in the words of whatFits.
func withoutSurplus(t *testing.T, format string, got, all map[string]saidOf) map[string]saidOf {
	t.Helper()
	if !strings.HasPrefix(format, "st-ntuple") {
		return got
	}
	for query, s := range got {
		for _, n := range s.Negatives {
			if !slices.Contains(all[query].Negatives, n) {
				t.Errorf("%s: %q is no negative of %q", format, n, query)
			}
		}
		if len(s.Negatives) == 2 {
			s.Negatives = []string{"two of them"}
		}
		got[query] = s
	}
	return got
}
