package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hardneg"
)

func TestTextsThatIDsName(t *testing.T) {
	r := newRig(t)
	n, err := r.s.OpenNamed()
	must(t, err)
	defer n.Close()
	if left, _ := filepath.Glob(filepath.Join(r.dir, "named-*")); runtime.GOOS != "windows" && len(left) > 0 {
		t.Errorf("%v would stay when the process is killed", left)
	}
	must(t, n.Add(NamedPassage, []string{"a", "b", "a"}))
	must(t, n.Add(NamedQuery, []string{"a"}))
	line := func(id, title, text string, at int) PassageLine {
		return PassageLine{Passage: hardneg.Passage{ID: id, Title: title, Text: text}, Line: at}
	}
	must(t, n.Keep(NamedPassage, "file", []PassageLine{line("a", "T", "one", 1), line("z", "", "not named", 2), line("a", "T", "one", 3)}))
	for kind, want := range map[NamedKind]map[string]hardneg.Passage{NamedPassage: {"a": {ID: "a", Title: "T", Text: "one"}}, NamedQuery: {}} {
		got, err := n.Texts(kind, []string{"a", "b", "z", "a"})
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Error(kind, err, diff)
		}
	}
	err = n.Keep(NamedPassage, "file", []PassageLine{line("a", "", "one", 9)})
	if conflict, ok := errors.AsType[*Conflict](err); !ok || conflict.Error() != `file:9: id "a" was given to another text before` {
		t.Error(err)
	}
	must(t, n.Close())
	if _, err := n.Texts(NamedQuery, []string{"a"}); !strings.Contains(fmt.Sprint(err), "keep what ids name") {
		t.Error(err)
	}
}

// What is named stands in a file: the memory of the process does not grow with it.
func TestNamedTextsAreNotKeptInMemory(t *testing.T) {
	r := newRig(t)
	n, err := r.s.OpenNamed()
	must(t, err)
	defer n.Close()
	before := resident(t)
	body := strings.Repeat("a word and ", 1000)
	for from := 0; from < 20_000; from += 500 { // 220 MB
		var ids []string
		var ps []PassageLine
		for i := from; i < from+500; i++ {
			ids = append(ids, fmt.Sprint(i))
			ps = append(ps, PassageLine{Passage: hardneg.Passage{ID: fmt.Sprint(i), Text: body + fmt.Sprint(i)}})
		}
		must(t, n.Add(NamedPassage, ids))
		must(t, n.Keep(NamedPassage, "file", ps))
	}
	if grown := resident(t) - before; grown > 120<<20 {
		t.Errorf("%d MB for 220 MB of texts", grown>>20)
	}
}

// resident is the memory of the process, that of SQLite included.
func resident(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("with CI=true nothing is skipped:", err)
		}
		t.Skip("no /proc here:", err)
	}
	var size, pages int
	if _, err := fmt.Sscan(string(b), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
