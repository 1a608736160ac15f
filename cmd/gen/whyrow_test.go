package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// Of two queries with one text one has the row, and the other one is told which.
func TestWhyOfAQueryWhoseTextAnotherHas(t *testing.T) {
	t.Parallel()
	l := newLab(t, 4, mockllm.Config{Grades: func(_, _, passage string) string {
		if strings.HasPrefix(passage, "Title: ") {
			return "3"
		}
		return "1"
	}})
	if err := os.MkdirAll(filepath.Join(l.dir, "own", "qrels"), 0o700); err != nil {
		t.Fatal(err)
	}
	l.write("own/corpus.jsonl", labCorpus(4))
	l.write("own/queries.jsonl", `{"_id":"q0","text":"who was head of the quarries"}`+"\n"+`{"_id":"q1","text":"Who was head of the quarries?"}`+"\n")
	l.write("own/qrels/train.tsv", "query-id\tcorpus-id\tscore\nq0\tp00000\t1\nq1\tp00001\t1\n")
	l.must(0, "run", "--set", "corpus.path=own")
	var with, without string
	rows := 0
	for _, id := range []string{"q0", "q1"} {
		said := l.must(0, "why", id).out
		if strings.Contains(said, "row in the export, split ") {
			with = said
			rows++
		} else {
			without = said
		}
	}
	if rows != 1 {
		t.Fatalf("%d of two queries with one text have a row", rows)
	}
	_, key, _ := strings.Cut(without, "no row in the export: query ")
	key, _, found := strings.Cut(key, " has the same text, and the row")
	if !found || !strings.Contains(with, key) {
		t.Errorf("which one has the row: %q", key)
	}
}

// Whatever is decided and has no place in the row is told of, with the reason.
func TestWhyTellsWhatARowGoesWithout(t *testing.T) {
	t.Parallel()
	l := newLab(t, 6, mockllm.Config{Grades: func(_, _, passage string) string {
		if strings.HasPrefix(passage, "Title: ") {
			return "3"
		}
		return "1"
	}})
	l.must(0, "run")
	r := l.rows("run/export")[0]
	l.beirTest("same", "of another query", r.Query)
	l.beirTest("quote", "of another text", "Is it so that "+strings.Join(strings.Fields(r.Negatives[0].Text)[:15], " ")+"?")
	for set, want := range map[string]string{
		"export.where=[score>=0.9]":    r.Negatives[0].DocID + " is left out: export.where does not ask for it",
		"export.where=[source=mined]":  "no row: no negative is left",
		"export.where=[subset=nobody]": "no row: export.where does not ask for it",
		"export.decontaminate=same":    "no row: a test has the same query",
		"export.decontaminate=quote":   r.Negatives[0].DocID + " is left out: it has 13 words in a row of a test query",
	} {
		if said := l.must(0, "why", r.QueryID, "--set", set).out; !strings.Contains(said, "\nexport: "+want+"\n") {
			t.Errorf("%s: no %q in\n%s", set, want, said[max(0, len(said)-600):])
		}
	}
}

// Decisions are told as the config makes them, and beside them what the last run made.
func TestWhyDecidesByTheConfig(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3, mockllm.Config{Grades: func(_, _, passage string) string {
		if strings.HasPrefix(passage, "Title: ") {
			return "3"
		}
		return "1"
	}})
	l.must(0, "run")
	id := l.rows("run/export")[0].QueryID
	if said := l.must(0, "why", id).out; !strings.Contains(said, "decision: negative\n") || strings.Contains(said, "by this config") {
		t.Error(said)
	}
	said := l.must(0, "why", id, "--set", "relabel.negative_at=0").out
	if !strings.Contains(said, "decision: dropped ambiguous, by this config; by that of the last run: negative\n") || !strings.Contains(said, "export: no row: no negative is left") {
		t.Error(said)
	}
	fixed := l.must(0, "why", id, "--set", "export.formats=[st-ntuple, jsonl]", "--set", "export.negatives=1").out
	if !strings.Contains(fixed, "format st-ntuple goes without ") || strings.Contains(fixed, "format jsonl") {
		t.Error(fixed)
	}
	if few := l.must(0, "why", id, "--set", "export.formats=[st-ntuple]", "--set", "export.negatives=9").out; !strings.Contains(few, "format st-ntuple has no row of it: queries left out: fewer negatives") {
		t.Error(few)
	}
}
