package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/corpus"
)

// folder writes files, with their folders.
func (l *lab) folder(files map[string]string) {
	l.t.Helper()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(l.dir, name)), 0o755); err != nil {
			l.t.Fatal(err)
		}
		l.write(name, text)
	}
}

// What is asked for and is not there is a fault of the config: nothing is imported in its place.
func TestASplitThatIsNotThereIsAUsageError(t *testing.T) {
	l := newSetLab(t)
	half := func(from int) string { return strings.Join(strings.SplitAfter(tevatronSet(6), "\n")[from:from+3], "") }
	l.folder(map[string]string{"flat/train.jsonl": half(0), "flat/test.jsonl": half(3),
		"beir/corpus.jsonl": labCorpus(4), "beir/queries.jsonl": `{"_id":"q0","text":"what is record 0"}` + "\n" + `{"_id":"q1","text":"what is record 1"}` + "\n",
		"beir/qrels/train.tsv": "query-id\tcorpus-id\tscore\nq0\tp00000\t1\n", "beir/qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\tp00001\t1\n"})
	for _, tt := range []struct{ dir, choice, says string }{
		{"flat", "split=dev", `has no split "dev"; it has train, test`},
		{"flat", "config=x", `has no config "x"; it has default`},
		{"beir", "split=dev", `has no split "dev"; it has test, train`},
	} {
		for _, command := range [][]string{{"import", tt.dir}, {"run", "--set", "corpus.path=" + tt.dir}, {"plan", "--set", "corpus.path=" + tt.dir}} {
			if r := l.must(2, append(command, "--set", "corpus.hub."+tt.choice)...); !strings.Contains(r.err, tt.says) {
				t.Error(command, r.err)
			}
		}
	}
	if r := l.must(0, "import", "flat", "--set", "corpus.hub.split=test"); !strings.Contains(r.out, "3 passages, 3 own queries, 12 judged candidates") {
		t.Error(r.out)
	}
	if r := l.must(0, "import", "beir", "--set", "corpus.hub.split=train"); !strings.Contains(r.out, "4 passages, 1 own queries, 1 queries without") {
		t.Error(r.out)
	}
	if r := l.must(0, "import", "beir", "--set", "corpus.hub.split=test"); !strings.Contains(r.out, "0 passages, 4 repeated ones, 1 own queries") {
		t.Error(r.out)
	}
	l.must(0, "check")
}

func TestEveryFormatOfFilesCanBeConfigured(t *testing.T) {
	l := newOfflineLab(t, 1)
	for _, format := range append(corpus.Formats(), "auto") {
		l.must(0, "config", "show", "--set", "corpus.format="+format)
	}
}
