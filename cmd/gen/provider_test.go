package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

func (l *lab) card(export string) string {
	l.t.Helper()
	b, err := os.ReadFile(filepath.Join(l.dir, export, "jsonl", "README.md"))
	if err != nil {
		l.t.Fatal(err)
	}
	return string(b)
}

const offlineWarning = "built-in offline rules"

// The rules and a model of a server never mix, and what the rules wrote never passes for the model's.
func TestAChangedProviderIsAChange(t *testing.T) {
	t.Parallel()
	l := newLab(t, 8, mockllm.Config{})
	l.must(0, "run", "--limit", "4")
	for _, set := range []string{"models.writer.provider=offline", "models.small.provider=offline"} {
		if r := l.must(2, "run", "--set", set); !strings.Contains(r.err, strings.Split(set, "=")[0]+" was openai, is offline") {
			t.Errorf("%s: %s", set, r.err)
		}
	}
	sent := l.server.CountByModel()["w"]
	l.must(0, "run", "--set", "models.writer.provider=offline", "--accept-changes")
	if now := l.server.CountByModel()["w"]; now != sent {
		t.Errorf("the rules made %d calls", now-sent)
	}
	b, err := os.ReadFile(filepath.Join(l.dir, "run/export/jsonl/data/train.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(b); strings.Contains(text, `"model":"w"`) || !strings.Contains(text, `"model":"offline"`) || !strings.Contains(text, `"query_model":"offline"`) {
		t.Errorf("texts of the rules under another name: %.600s", text)
	}
}

// The config names a model that nothing was asked of, and one that graded all.
func TestTheWarningFollowsWhatTheRowsAreMadeOf(t *testing.T) {
	t.Parallel()
	l := newLab(t, 8, mockllm.Config{Grades: func(_, _, text string) string { return "1" }})
	sets := []string{"--set", "judge.positives=false", "--set", "judge.cascade.0.forward_at=2", "--set", "models.large.provider=offline"}
	l.must(0, append([]string{"run"}, sets...)...)
	if strings.Contains(l.card("run/export"), offlineWarning) {
		t.Error("a warning of rules that made nothing of it")
	}
	l = newLab(t, 8, mockllm.Config{})
	l.must(0, "run", "--set", "judge.cascade.0.forward_at=0", "--set", "models.large.provider=offline")
	if !strings.Contains(l.card("run/export"), offlineWarning) {
		t.Error("grades of the rules without a warning")
	}
}

func TestTheCardNamesEveryStageAndSaysOnceThatItIsNotComplete(t *testing.T) {
	t.Parallel()
	l := newLab(t, 12, mockllm.Config{})
	l.must(0, "run", "--limit", "6")
	card := l.card("run/export")
	if n := strings.Count(card, "not complete"); n != 1 {
		t.Errorf("said %d times that it is not complete:\n%s", n, card)
	}
	made := card[strings.Index(card, "## How it was made"):]
	for _, stage := range []string{"queries", "verify", "negatives", "judge"} {
		if !strings.Contains(made[:strings.Index(made, "The judge that was asked last")], "\n| "+stage+" |") {
			t.Errorf("stage %s is not in the table of how it was made", stage)
		}
	}
	if n := strings.Count(made, "\n| verify | "); n != 3 { // two judges, and the counts of the stage
		t.Errorf("verify stands %d times", n)
	}
}
