package main

import (
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// That a judge is of the family of who wrote is said by plan, run and card; the built-in rules are of none.
func TestAJudgeOfTheWritersFamilyIsWarnedOf(t *testing.T) {
	t.Parallel()
	l := newLab(t, 4, mockllm.Config{})
	args := []string{"--set", "models.writer.model=Qwen/Qwen2.5-7B-Instruct", "--set", "models.small.model=gpt-5-mini", "--set", "models.large.model=hf.co/someone/qwen3-8b-tuned:q4"}
	const want = "models.large (hf.co/someone/qwen3-8b-tuned:q4) judges what models.writer (Qwen/Qwen2.5-7B-Instruct) wrote, a model of its own family"
	for _, command := range []string{"plan", "run"} {
		if r := l.must(0, append([]string{command}, args...)...); strings.Count(r.err, want) != 1 || strings.Contains(r.err, "models.small (") {
			t.Errorf("%s:\n%s", command, r.err)
		}
	}
	if card := l.read(filepath.Join(l.dir, "run/export/jsonl/README.md")); strings.Count(card, want) != 1 {
		t.Errorf("the card:\n%s", card)
	}
	off := newOfflineLab(t, 12)
	r := off.must(0, "run")
	if card := off.read(filepath.Join(off.dir, "run/export/jsonl/README.md")); strings.Contains(r.err+card, "models prefer") {
		t.Errorf("the rules judge themselves:\n%s\n%s", r.err, card)
	}
}
