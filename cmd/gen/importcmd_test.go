package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
)

func TestEqualTextsUnderTwoIDsAreToldOf(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 1)
	line := func(id, text string) string { return `{"id":"` + id + `","text":"` + text + `"}` + "\n" }
	l.write("a.jsonl", line("a1", "the first text of all")+line("a2", "another text of some length")+line("a3", "the first text of all"))
	l.write("b.jsonl", line("a2", "another text of some length")+line("b1", "another text of some length"))
	r := l.must(0, "import", "a.jsonl", "b.jsonl")
	for _, want := range []string{
		"warning: 1 passages have the text of another one under another id; the first: a.jsonl:3 has that of a.jsonl:1;",
		"warning: 1 passages have the text of another one under another id; the first: b.jsonl:2 has that of a.jsonl:2;",
	} {
		if !strings.Contains(r.err, want) {
			t.Errorf("%q is not in %s", want, r.err)
		}
	}
}

func TestImportReadsStandardInputAndPipesOnce(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 1)
	text := `{"id":"s1","text":"a text that came through a pipe and is read once"}` + "\n"
	for _, c := range []struct{ arg, said string }{{"-", "stdin: 1 passages"}, {"/dev/fd/0", "0: 1 passages"}} {
		cmd := l.command("import", c.arg, "--set", "run.dir=run"+strings.TrimPrefix(filepath.Base(c.arg), "-"))
		cmd.Stdin = io.MultiReader(strings.NewReader(text)) // no file, so that it comes through a pipe
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.said) {
			t.Errorf("%s: %v, %s", c.arg, err, out)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(l.dir, "run*", "piped-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	bad := l.command("import", "-", "-")
	bad.Stdin = strings.NewReader(text)
	if out, _ := bad.CombinedOutput(); bad.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "once") {
		t.Errorf("standard input twice: %s", out)
	}
	broken := l.command("import", "-")
	broken.Stdin = strings.NewReader("not json\n{}\n")
	if out, _ := broken.CombinedOutput(); broken.ProcessState.ExitCode() != 3 || !strings.Contains(string(out), "stdin:") {
		t.Errorf("what is wrong with standard input: %s", out)
	}
}

func TestTheHintOfImportIsAboutTheCommandLine(t *testing.T) {
	t.Parallel()
	l := newOfflineLab(t, 1)
	for _, file := range []string{"nofile", "no*.csv"} {
		if r := l.must(3, "import", file); strings.Contains(r.err, "corpus.path") || !strings.Contains(r.err, "hint: check the path") {
			t.Error(r.err)
		}
	}
	if r := l.must(3, "run", "--set", "corpus.path=nofile"); !strings.Contains(r.err, "hint: check corpus.path") {
		t.Error(r.err)
	}
}
