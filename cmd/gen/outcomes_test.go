package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// Every outcome that the product knows must be seen in the run that a new user makes first, and on texts that no rule was
// written for.
func TestOfflineShowsEveryOutcome(t *testing.T) {
	t.Parallel()
	root := repositoryRoot(t)
	corpora := map[string]string{"bundled": filepath.Join(root, "testdata", "passages.jsonl")}
	if wiki := firstLines(t, filepath.Join(root, "..", "shared", "data", "squad-dev-wikipedia", "corpus.jsonl"), 200); wiki != "" {
		corpora["wikipedia"] = wiki
	}
	for name, corpus := range corpora {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, 1, mockllm.Config{})
			shipped, err := os.ReadFile(filepath.Join(root, "config.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			l.write("config.yaml", string(shipped))
			set := []string{"--set", "corpus.path=" + corpus, "--set", "export.formats=[hf, jsonl, st-triplet]"}
			r := l.must(0, append([]string{"run"}, set...)...)
			for _, want := range []string{"negative", "generated_false_negative", "ambiguous", "not_answered", "query     ", "positive  [3]", "runs/first/export/hf"} {
				if !strings.Contains(r.out, want) {
					t.Errorf("the output does not show %q:\n%s", want, r.out)
				}
			}
			s := l.statusOf(set...)
			for stage, outcome := range map[string]string{"queries": "rejected", "verify": "rejected", "negatives": "rejected"} {
				if !slices.ContainsFunc(s.stage(stage).Reasons, func(r reasonCount) bool { return r.Outcome == outcome }) {
					t.Errorf("nothing was %s in stage %s", outcome, stage)
				}
			}
			l.must(0, "check", "runs/first")
			l.must(0, "check", "runs/first/export")
			l.everyRowIsSound("runs/first/export")
		})
	}
}

func (l *lab) statusOf(args ...string) status {
	l.t.Helper()
	var s status
	r := l.must(0, append([]string{"status", "--json"}, args...)...)
	if err := json.Unmarshal([]byte(r.out), &s); err != nil {
		l.t.Fatal(err)
	}
	return s
}

// everyRowIsSound checks what a trainer relies on.
func (l *lab) everyRowIsSound(dir string) {
	l.t.Helper()
	rows := l.rows(dir)
	if len(rows) < 50 {
		l.t.Errorf("%d rows", len(rows))
	}
	splits := map[string]string{}
	for _, r := range rows {
		if len(r.Positives) == 0 || len(r.Negatives) == 0 || r.Positives[0].Source != "passage" {
			l.t.Fatalf("row %s has %d positives and %d negatives", r.QueryID, len(r.Positives), len(r.Negatives))
		}
		if was, ok := splits[r.PassageID]; ok && was != r.split {
			l.t.Errorf("passage %s is in %s and %s", r.PassageID, was, r.split)
		}
		splits[r.PassageID] = r.split
		for _, n := range r.Negatives {
			if n.Grade == nil || *n.Grade > 1 || n.Text == r.Positives[0].Text {
				l.t.Errorf("row %s has a negative that is none: %+v", r.QueryID, n)
			}
		}
	}
}

func repositoryRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// firstLines copies the first lines of a file, "" if it is not there: shared data is no part of the repository.
func firstLines(t *testing.T, path string, n int) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	lines := strings.SplitAfterN(string(b), "\n", n+1)
	out := filepath.Join(t.TempDir(), "first.jsonl")
	if err := os.WriteFile(out, []byte(strings.Join(lines[:min(n, len(lines))], "")), 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

// The recorded replies are replayed whole: a change of prompts or keys that loses them must not go unseen.
func TestTheDemoReplaysEveryReply(t *testing.T) {
	t.Parallel()
	root := repositoryRoot(t)
	l := newLab(t, 1, mockllm.Config{})
	config := filepath.Join(root, "testdata", "demo", "config.yaml")
	r := l.must(0, "run", "--config", config, "--set", "run.dir=demo")
	if strings.Contains(r.err, "were given to prompt") {
		t.Errorf("the replies were recorded for other prompts:\n%s", r.err)
	}
	s := l.statusOf("--config", config, "--set", "run.dir=demo")
	if q := s.stage("queries"); q.Planned != 24 || q.Done < 20 {
		t.Errorf("queries: %+v", q)
	}
	if s.failed() > 0 {
		t.Errorf("%d items failed", s.failed())
	}
	replies, err := os.ReadFile(filepath.Join(root, "testdata", "demo", "replies.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if lines := int64(strings.Count(string(replies), "\n")); s.Calls.OK != lines {
		t.Errorf("%d replies are recorded, %d were replayed", lines, s.Calls.OK)
	}
	l.must(0, "check", "demo")
	l.everyRowOfDemo("demo/export")
}

func (l *lab) everyRowOfDemo(dir string) {
	l.t.Helper()
	if rows := l.rows(dir); len(rows) < 18 {
		l.t.Errorf("%d rows", len(rows))
	}
}
