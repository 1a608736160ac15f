package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hardneg/internal/mockllm"
)

// The second judge does the work of the first, so nothing fails: only the count tells.
func TestAJudgeThatNeverAnswersReadablyIsSeen(t *testing.T) {
	t.Parallel()
	l := newLab(t, 10, mockllm.Config{Fault: func(_ int, r mockllm.Recorded) *mockllm.Fault {
		if r.Model == "s" {
			return &mockllm.Fault{Body: `{"choices":[{"index":0,"message":{"role":"assistant","content":"No idea what you mean"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":3}}`}
		}
		return nil
	}})
	r := l.must(0, "run")
	log, err := os.ReadFile(filepath.Join(l.dir, "run", "run.log"))
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"stderr": r.err, "log": string(log)} {
		if !strings.Contains(text, "(100 %) of models.small (s) could not be read") || strings.Contains(text, "models.large (l)") {
			t.Errorf("%s: %s", where, text)
		}
	}
	s := l.status()
	if len(s.Unreadable) != 2 || s.Unreadable[0].Replies != s.Unreadable[0].Unreadable || s.Unreadable[0].Unreadable == 0 || s.Calls.Unreadable == 0 {
		t.Errorf("%+v", s.Unreadable)
	}
	for _, text := range []string{r.out, l.must(0, "status").out} {
		if !strings.Contains(text, " unreadable; tokens") || !strings.Contains(text, "replies of small (s) could not be read") {
			t.Error(text)
		}
	}
	l.must(0, "check")
}

func TestOnlyALargeShareOfEnoughRepliesIsWarnedOf(t *testing.T) {
	spend := func(ok, unreadable int64) status {
		return status{Spend: []spendStatus{{Stage: "verify", Role: "r", Model: "m", OK: ok / 2, Unreadable: unreadable}, {Stage: "judge", Role: "r", Model: "m", OK: ok - ok/2}}}
	}
	for _, c := range []struct {
		now, before status
		warned      bool
	}{
		{status{}, status{}, false},
		{spend(20, 5), status{}, true},
		{spend(20, 4), status{}, false}, // 20 % is not more than that
		{spend(19, 19), status{}, false},
		{spend(120, 30), spend(100, 30), false}, // it was mended
		{spend(120, 20), spend(100, 10), true},
	} {
		if got := c.now.unreadableRoles(c.before); (len(got) == 1) != c.warned {
			t.Errorf("%+v since %+v: %+v", c.now.Spend, c.before.Spend, got)
		}
	}
}
