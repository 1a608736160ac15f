package main

import (
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// A generated positive is exported as one only if the judges say that it answers, whatever it was meant to be, and never as a negative.
func TestAGeneratedPositiveThatDoesNotAnswerIsDropped(t *testing.T) {
	t.Parallel()
	set := []string{"--set", "generate.negatives=[{strategy: twin, model: writer, count: 2}, {strategy: query-only, model: writer, count: 2}, {strategy: bm25, count: 2}]"}
	for grade, want := range map[string]bool{"3": true, "2": false, "1": false, "unsure": false} {
		l := newLab(t, 8, mockllm.Config{Grades: func(_, query, passage string) string {
			switch {
			case strings.HasPrefix(passage, "Title: "):
				return mockllm.DefaultGrade("x", query, passage)
			case strings.Contains(passage, "ledger"):
				return "1"
			}
			return grade
		}})
		l.must(0, append([]string{"run", "--set", "relabel.max_false_negatives=20"}, set...)...)
		generated := 0
		for _, r := range l.rows("run/export") {
			for _, p := range r.Positives[1:] {
				if p.Source == "generated" {
					generated++
					if p.Grade == nil || *p.Grade != 3 {
						t.Errorf("%+v", p)
					}
				}
			}
			for _, n := range r.Negatives {
				if n.Strategy == "twin" {
					t.Errorf("a twin is a negative: %+v", n)
				}
			}
		}
		if (generated > 0) != want {
			t.Errorf("grade %s: %d generated positives", grade, generated)
		}
		if s := l.status().stage(stageRelabel); s.Pending != 0 {
			t.Errorf("%+v", s)
		}
	}
}

// With further positives by the generator of the negatives, the shares of both sides can be made the same.
func TestOriginIsBalancedWithTwins(t *testing.T) {
	t.Parallel()
	l := newLab(t, 40, mockllm.Config{Grades: func(_, query, passage string) string {
		if strings.HasPrefix(passage, "Title: ") {
			return mockllm.DefaultGrade("x", query, passage)
		}
		return []string{"1", "3"}[len(passage)%2] // half of what is written answers
	}})
	l.must(0, "run", "--set", "export.balance_origin=true",
		"--set", "generate.negatives=[{strategy: twin, model: writer, count: 1}, {strategy: query-only, model: writer, count: 2}, {strategy: bm25, count: 2}]")
	positives, negatives := map[string]*share{}, map[string]*share{}
	generated := 0
	for _, r := range l.rows("run/export") {
		if positives[r.split] == nil {
			positives[r.split], negatives[r.split] = &share{}, &share{}
		}
		for _, p := range r.Positives {
			positives[r.split].add(p.Source)
		}
		for _, n := range r.Negatives {
			negatives[r.split].add(n.Source)
		}
	}
	for split, p := range positives {
		generated += p.generated
		if n := negatives[split]; p.generated*n.all != n.generated*p.all {
			t.Errorf("%s: %d of %d positives are generated, %d of %d negatives", split, p.generated, p.all, n.generated, n.all)
		}
	}
	if generated == 0 {
		t.Error("no generated positive is exported, so that nothing is shown")
	}
}

type share struct{ generated, all int }

func (s *share) add(source string) {
	s.all++
	if source == "generated" {
		s.generated++
	}
}
