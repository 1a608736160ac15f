package main

import (
	"strings"
	"testing"
)

func TestTheHintOfImportIsAboutTheCommandLine(t *testing.T) {
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
