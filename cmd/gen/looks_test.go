package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hardneg/internal/mockllm"
)

// What a cheap judge misses is measured on every run: status, card and why say what a server counted.
func TestSecondLooksAreReported(t *testing.T) {
	t.Parallel()
	type pair struct{ query, text string }
	var mu sync.Mutex
	asked := map[string]map[pair]int{"s": {}, "l": {}}
	l := newLab(t, 30, mockllm.Config{Grades: func(model, query, text string) string {
		mu.Lock()
		defer mu.Unlock()
		asked[model][pair{query, text}]++
		if model == "l" {
			return "3"
		}
		return "0" // a judge that passes on nothing
	}})
	sets := []string{"--set", "judge.positives=false", "--set", "judge.cascade.0.audit=0.2", "--set", "judge.cascade.0.again=0.3", "--set", "relabel.generated_positive=true"}
	l.must(0, append([]string{"run"}, sets...)...)
	audited, again := int64(len(asked["l"])), int64(0)
	for _, n := range asked["s"] {
		again += int64(n - 1)
	}
	s := l.status()
	if audited == 0 || again == 0 || len(s.Looks) != 2 {
		t.Fatalf("%d audited, %d asked again, status %+v", audited, again, s.Looks)
	}
	for _, look := range s.Looks {
		switch look.Look {
		case "audit":
			if look.Judge != 1 || look.Texts != audited || *look.Missed != audited || look.Failed != 0 {
				t.Errorf("%+v, want %d texts, all missed", look, audited)
			}
		case "swap":
			if look.Judge != 1 || look.Texts != again || *look.Differ != 0 {
				t.Errorf("%+v, want %d texts, all the same", look, again)
			}
		}
	}
	want := fmt.Sprintf("of %d texts that it did not pass on, drawn and shown to judge 2, %d were missed", audited, audited)
	card, err := os.ReadFile(filepath.Join(l.dir, "run", "export", "jsonl", "README.md"))
	if out := l.must(0, "status").out; err != nil || !strings.Contains(out, want) || !strings.Contains(string(card), want) {
		t.Errorf("%q is not in the status or not in the card: %v\n%s\n%s", want, err, out, card)
	}
	for _, r := range l.rows(filepath.Join("run", "export")) {
		if len(r.Positives) > 1 {
			if out := l.must(0, append([]string{"why", r.Positives[1].DocID}, sets...)...).out; !strings.Contains(out, "audit: shown to this judge (l, prompt grade@") {
				t.Errorf("why says nothing of the audit:\n%s", out)
			}
			break
		}
	}
	sent := l.server.Count()
	l.must(0, append([]string{"run"}, sets...)...)
	if got := l.server.Count(); got != sent {
		t.Errorf("%d calls in a run with nothing to do", got-sent)
	}
	l.must(0, "check")
}
