package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// Of the passages that answer a query the one with the highest score becomes its only positive, without a call; where none is better than
// the query's own, that one stays.
func TestTheBestTextCanBeThePositive(t *testing.T) {
	t.Parallel()
	l := newLab(t, 20, mockllm.Config{Grades: func(_, query, passage string) string {
		switch {
		case !strings.HasPrefix(passage, "Title: "):
			return "1"
		case strings.Contains(passage, "north"):
			return "3"
		}
		return "2"
	}})
	mines := []string{"--set", "generate.negatives=[{strategy: bm25, count: 4}, {strategy: query-only, model: writer, count: 1}]"}
	l.must(0, append([]string{"run"}, mines...)...)
	sent := l.server.Count()
	l.must(0, append([]string{"export", "--format", "jsonl,st-triplet", "--out", "best", "--set", "relabel.positive=best", "--pick", "easiest"}, mines...)...)
	moved, stayed := 0, 0
	for _, r := range l.rows("best") {
		if len(r.Positives) != 1 {
			t.Fatalf("%d positives", len(r.Positives))
		}
		switch p := r.Positives[0]; {
		case p.DocID == r.PassageID:
			stayed++
		case p.Source == "mined" && *p.Grade == 3 && strings.Contains(p.Text, "north"):
			moved++
		default:
			t.Errorf("%+v", p)
		}
		for _, n := range r.Negatives {
			if n.DocID == r.Positives[0].DocID || n.DocID == r.PassageID {
				t.Errorf("%s is a negative of its query", n.DocID)
			}
		}
	}
	if moved == 0 || stayed == 0 {
		t.Errorf("%d positives are other passages, %d the queries' own", moved, stayed)
	}
	card, err := os.ReadFile(filepath.Join(l.dir, "best/jsonl/README.md"))
	if err != nil || !strings.Contains(string(card), "another text answers better") {
		t.Errorf("the card does not say it: %v", err)
	}
	l.must(0, append([]string{"check", "best/jsonl"}, mines...)...)
	if l.server.Count() != sent {
		t.Error("a call was made")
	}
	if r := l.must(2, append([]string{"export", "--format", "jsonl", "--out", "no", "--set", "relabel.positive=best", "--set", "judge.positives=false"}, mines...)...); !strings.Contains(r.err, "relabel.positive: there is no score") {
		t.Error(r.err)
	}
}
