package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLongDocumentsAreSplitOnceAndForAll(t *testing.T) {
	l := newOfflineLab(t, 1)
	long := strings.Repeat("The bridge over the river was built of grey stone. ", 12)
	l.write("docs.jsonl", fmt.Sprintf(`{"id":"doc","text":%q}`+"\n"+`{"id":"note","text":"The mill beside the bridge ground flour for the town."}`+"\n", long))
	args := []string{"run", "--set", "corpus.path=docs.jsonl", "--stage", "queries", "--set", "corpus.chunk.max_words=60"}
	l.must(0, args...)
	if s := l.status().stage("queries"); s.Done+s.Rejected != 3 {
		t.Errorf("%+v", s)
	}
	if r := l.must(0, "why", "doc#2"); !strings.Contains(r.out, "docs.jsonl:1") {
		t.Error(r.out)
	}
	l.must(0, args...)
	for _, change := range [][]string{{"run"}, {"run", "--set", "corpus.chunk.max_words=70"}, {"run", "--set", "corpus.chunk.max_words=60", "--set", "corpus.chunk.overlap=9", "--accept-changes"},
		{"plan", "--set", "corpus.path=docs.jsonl"}, {"import", "docs.jsonl"}} {
		if r := l.must(2, append(change, "--set", "corpus.path=docs.jsonl")...); !strings.Contains(r.err, "corpus.chunk was chunk 60/0 words") || !strings.Contains(r.err, "run.dir") {
			t.Error(change, r.err)
		}
	}
	l.must(0, "check")
}

func TestADataSetDirectoryIsImportedAsItIs(t *testing.T) {
	l := newSetLab(t)
	l.write("set.jsonl", tevatronSet(6))
	l.must(0, "import", "set.jsonl")
	l.must(0, "run", "--set", "export.formats=[tevatron, st-triplet]", "--set", "export.split={train: 0.5, validation: 0, test: 0.5}")
	for _, format := range []string{"tevatron", "st-triplet"} {
		dir, run := filepath.Join("run/export", format), "--set=run.dir=of-"+format
		if r := l.must(3, "import", dir, run); !strings.Contains(r.err, "has several splits: train, test") || !strings.Contains(r.err, "corpus.hub.split") {
			t.Error(r.err)
		}
		if r := l.must(0, "import", dir, run, "--set", "corpus.hub.split=all"); !strings.Contains(r.out, dir+": 6 passages") {
			t.Error(r.out)
		}
		l.must(0, "run", run, "--set", "corpus.path="+dir, "--set", "corpus.hub.split=all") // imported before, by content
		if rows := l.rows("of-" + format + "/export"); len(rows) != 6 {
			t.Errorf("%s: %d rows", format, len(rows))
		}
	}
	if err := os.Remove(filepath.Join(l.dir, "run/export/tevatron/README.md")); err != nil {
		t.Fatal(err)
	}
	l.must(0, "import", "run/export/tevatron", "--set", "run.dir=bare", "--set", "corpus.hub.split=test")
}
