package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// Soft labels throw nothing away, give every negative a weight, and can be changed without a call; a margin below the passage's score
// leaves out what comes too close.
func TestSoftLabelsMarginAndWeights(t *testing.T) {
	t.Parallel()
	l := newLab(t, 20, mockllm.Config{})
	l.must(0, "run", "--set", "relabel.policy=keep")
	sent := l.server.Count()
	out := func(name string, sets ...string) []row {
		args := []string{"export", "--format", "jsonl", "--out", name}
		for _, s := range sets {
			args = append(args, "--set", s)
		}
		l.must(0, args...)
		return l.rows(name)
	}
	count := func(rows []row) (n, above int) {
		for _, r := range rows {
			n += len(r.Negatives)
			for _, x := range r.Negatives {
				if x.Weight != nil && math.Abs(*x.Weight-math.Pow(1-*x.Score, 2)) > 1e-9 {
					t.Errorf("score %v has weight %v", *x.Score, *x.Weight)
				}
				if x.Weight != nil && *x.Score > *r.Positives[0].Score-.3+1e-9 {
					above++
				}
			}
		}
		return n, above
	}
	all, _ := count(out("keep", "relabel.policy=keep"))
	soft, above := count(out("soft", "relabel.policy=soft", "export.weight_gamma=2"))
	far, tooClose := count(out("far", "relabel.policy=soft", "export.weight_gamma=2", "relabel.margin=0.3"))
	if soft != all || above == 0 || tooClose != 0 || far != soft-above {
		t.Errorf("keep %d negatives; soft %d, %d of them too close; with a margin %d, %d", all, soft, above, far, tooClose)
	}
	for name, want := range map[string]string{"soft": "Policy soft: no text was thrown away", "far": "scored too close to the query's passage"} {
		card, err := os.ReadFile(filepath.Join(l.dir, name, "jsonl", "README.md"))
		if err != nil || !strings.Contains(string(card), want) {
			t.Errorf("the card of %s lacks %q: %v", name, want, err)
		}
	}
	// the run decides the same as the export
	l.must(0, "run", "--set", "relabel.policy=soft", "--set", "relabel.margin=0.3")
	left := 0
	for _, r := range l.status().stage(stageRelabel).Reasons {
		if r.Reason == "negative" || r.Reason == "negative ambiguous" || r.Reason == "negative false_negative" {
			left += int(r.N)
		}
	}
	if left != far {
		t.Errorf("the run counts %d negatives, the export has %d", left, far)
	}
	if got := l.server.Count(); got != sent {
		t.Errorf("%d calls were made for other policies", got-sent)
	}
	l.must(0, "check")
}
