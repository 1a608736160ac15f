package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// newOfflineLab is a lab whose models are the built-in rules, for tests of what surrounds the pipeline.
func newOfflineLab(t *testing.T, passages int) *lab {
	t.Helper()
	l := newLab(t, passages, mockllm.Config{})
	l.write("config.yaml", offlineConfig)
	return l
}

const offlineConfig = `run: {dir: run, seed: 7}
corpus: {path: [corpus.jsonl]}
models:
  writer: {provider: offline}
  judge_small: {provider: offline}
  judge_large: {provider: offline}
export: {formats: [jsonl]}
`

func TestADamagedExportIsWrittenAgain(t *testing.T) {
	l := newOfflineLab(t, 30)
	l.must(0, "run")
	export := filepath.Join("run", "export")
	data := filepath.Join(l.dir, export, "jsonl", "data", "train.jsonl")
	want := l.sums(export)
	for name, damage := range map[string]func() error{
		"truncated": func() error { return os.Truncate(data, 10) },
		"deleted":   func() error { return os.Remove(data) },
		"no card":   func() error { return os.Remove(filepath.Join(l.dir, export, "jsonl", "README.md")) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		if r := l.must(0, "run"); strings.Contains(r.out+r.err, "unchanged") {
			t.Errorf("%s: said to be unchanged:\n%s%s", name, r.out, r.err)
		}
		if got := l.sums(export); !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	if r := l.must(0, "run"); !strings.Contains(r.out, "unchanged") {
		t.Errorf("a whole export is not said to be unchanged:\n%s%s", r.out, r.err)
	}
}
