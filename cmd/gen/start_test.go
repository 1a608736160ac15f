package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// All that is wrong with a config is said at once, what it names included, before a run is made.
func TestWhatAConfigNamesIsCheckedWithIt(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3, mockllm.Config{})
	l.write("replies.jsonl", "\n{\"stage\":\"queries\"}\nnot json\n")
	l.write("empty.jsonl", "")
	l.write("config.yaml", `run: {dir: run, seed: x}
corpus: {path: [corpus.jsonl]}
models:
  writer: {provider: recorded, file: replies.jsonl}
  judge: {provider: recorded, file: empty.jsonl}
prompts: {dir: gone}
generate: {queries: {prompt: qerry}}
judge: {cascade: [{model: judge}]}
`)
	r := l.must(2, "run")
	for _, want := range []string{"config.yaml:1:", "replies.jsonl:2: ", "replies.jsonl:3: ", "empty.jsonl:1: ", "prompts.dir", `there is no prompt "qerry"; did you mean query?`} {
		if !strings.Contains(r.err, want) {
			t.Errorf("no %q in\n%s", want, r.err)
		}
	}
	l.noRun()
}

func TestATemplateThatIsWrongIsNoUnknownName(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3, mockllm.Config{})
	if err := os.Mkdir(filepath.Join(l.dir, "mine"), 0o700); err != nil {
		t.Fatal(err)
	}
	l.write("mine/own.tmpl", "{{define \"system\"}}{{end}}")
	r := l.must(2, "run", "--set", "prompts.dir=mine", "--set", "generate.queries.prompt=own")
	if !strings.Contains(r.err, "own.tmpl: it must contain") || strings.Contains(r.err, "there is no prompt") {
		t.Error(r.err)
	}
}

func TestAMissingCorpusLeavesNoRun(t *testing.T) {
	t.Parallel()
	l := newLab(t, 3, mockllm.Config{})
	for _, path := range []string{"nowhere.jsonl", "nowhere-*.jsonl"} {
		if r := l.must(3, "run", "--set", "corpus.path="+path); !strings.Contains(r.err, path) || !strings.Contains(r.err, "nothing was started") {
			t.Error(r.err)
		}
		l.noRun()
	}
}

// What was imported is in the run, whatever becomes of the file; what was not has to be there.
func TestACorpusThatWasImportedIsNeededNoMore(t *testing.T) {
	t.Parallel()
	for name, entry := range map[string]string{"file": "corpus.jsonl", "pattern": "corp*.jsonl", "folder": "."} {
		l := newLab(t, 6, mockllm.Config{})
		set := "corpus.path=" + entry
		l.must(0, "run", "--limit", "2", "--set", set)
		if err := os.Rename(filepath.Join(l.dir, "corpus.jsonl"), filepath.Join(l.dir, "elsewhere")); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"plan"}, {"doctor"}, {"run", "--dry-run"}, {"run"}, {"run"}} {
			r := l.must(0, append(args, "--set", set)...)
			if args[0] == "run" && len(args) == 1 && !strings.Contains(r.err, "note: "+entry+" is not there any more") {
				t.Errorf("%s: no note in %s", name, r.err)
			}
		}
		if s := l.status(); s.State != "complete" || s.stage("queries").Planned != 12 {
			t.Errorf("%s: %+v", name, s)
		}
		if r := l.must(3, "run", "--set", "corpus.path="+entry+",never.jsonl"); !strings.Contains(r.err, "never.jsonl") {
			t.Error(r.err)
		}
	}
}

func (l *lab) noRun() {
	l.t.Helper()
	if _, err := os.Stat(filepath.Join(l.dir, "run")); !errors.Is(err, fs.ErrNotExist) {
		l.t.Errorf("run.dir was made: %v", err)
	}
}
